"""Which of the backends that were asked for can be used. One that cannot is told, and does not stop the others.

    usable(["torch", "mypkg.adapter:Broken"])  ->  {"torch": ...}, {"mypkg.adapter:Broken": "backend ... cannot be imported (...); ..."}

A slip of the pen is no backend: an unknown name is refused at once. So is a request of which nothing is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.backends import Backend, BackendError, UnknownBackend, load_backend
from harness.backends.conformance import structural
from harness.running.misuse import Misuse
from harness.running.trial import LOADING, ended, is_own


class Unusable(Misuse):
    """The backend is known and cannot be had, or breaks a promise."""


def backend_called(name: str) -> Backend:
    """The backend, or Misuse."""
    try:
        return load_backend(name)
    except UnknownBackend as error:
        raise Misuse(str(error)) from None
    except (BackendError, LookupError) as error:
        raise Unusable(str(error)) from None


def usable(names: Sequence[str]) -> tuple[dict[str, Backend], dict[str, str]]:
    """Those that can be used, and per other one why it cannot.

    Raises:
        Misuse: a name that is not known, or none that can be used.
    """
    found, absent = {}, {}
    for name in names:
        try:
            found[name] = _conforming(name)
        except Unusable as error:
            absent[name] = str(error)
    if not found:
        raise Misuse(" ".join(absent.values()))
    return found, absent


def _conforming(name: str) -> Backend:
    """Somebody's own adapter is looked at first: over a wrong border every law would be vacuous or noise."""
    if is_own(name) and (how := ended(name, LOADING)):
        raise Unusable(f"the adapter {name} ends its process: it {how}. Mend that, or name it as {name}@PYTHON, which is started again.")
    backend = backend_called(name)
    shortfalls = structural(backend) if is_own(name) else []
    if shortfalls:
        raise Unusable(f"the adapter {name} breaks a promise: {shortfalls[0]} See all with: autograd-harness doctor --backend {name}.")
    return backend
