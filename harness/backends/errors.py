"""Why a backend cannot be had."""


class BackendError(ValueError):
    """A backend cannot be had; the message is one sentence with a remedy."""


class UnknownBackend(BackendError):
    """Nothing is called so."""
