"""Autograd implementations under test: the protocol, and the registry that finds them by name. No framework is imported here."""

from harness.backends.errors import BackendError, UnknownBackend
from harness.backends.protocol import Backend, Description, Unsupported
from harness.backends.registry import backend_names, load_backend

__all__ = ["Backend", "BackendError", "Description", "UnknownBackend", "Unsupported", "backend_names", "load_backend"]
