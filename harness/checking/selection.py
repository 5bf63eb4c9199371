"""Which laws a check runs, from the names that a person gave.

"default" = every law on any function that the backend supports, but for those that say otherwise       "all" = every law on one function
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from harness.backends import Backend
from properties.laws import Law, laws

DEFAULT, ALL = "default", "all"


def select_laws(wanted: str | Sequence[str], backend: Backend) -> tuple[Law, ...]:
    """The laws that `wanted` means: names, families, "default", "all", or several of these. A law of the tape needs a program, so none is among them.

    Raises:
        ValueError: a name that means nothing, or only laws of the tape.
    """
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    known = [law for law in laws().values() if law.subject == "op"]
    found = dict.fromkeys(law for name in names for law in _meant(name, known, backend))
    if not found:
        raise ValueError("check_gradients(laws=...) must name at least one law; got none. Leave it out for the default laws.")
    return tuple(found)


def missing(law: Law, backend: Backend) -> str:
    """Why `law` cannot be asked of `backend`; empty when it can."""
    gaps = sorted(law.needs - backend.capabilities)
    return f"backend {backend.name} does not offer {' and '.join(map(repr, gaps))}." if gaps else ""


def _meant(name: str, known: Iterable[Law], backend: Backend) -> list[Law]:
    if name == DEFAULT:
        return [law for law in known if law.by_default and not law.ops and not missing(law, backend)]
    found = [law for law in known if name in (ALL, law.name, law.family)]
    if not found:
        raise ValueError(f"check_gradients(laws=...) must be names or families of laws, {DEFAULT!r} or {ALL!r}; got {name!r}. {_hint(name)}")
    return found


def _hint(name: str) -> str:
    every = laws().values()
    if any(name in (law.name, law.family) for law in every):
        return "It is a law of the tape, which needs a program of recorded ops: autograd-harness verify runs it."
    close = get_close_matches(str(name), dict.fromkeys([DEFAULT, ALL, *(word for law in every for word in (law.name, law.family))]), n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "See them with: autograd-harness list laws."
