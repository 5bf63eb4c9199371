"""A user's own function as a subject: registered in this process under its target, or imported from it.

    resolve(Opaque("mypkg.ops:gelu"))(*arrays) -> tuple of arrays        flat in, flat out
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.program.case import Opaque

Flat = Callable[..., tuple[Any, ...]]
_REGISTERED: dict[str, Flat] = {}


class UnknownTarget(LookupError):
    """The function of a case is not known in this process; the message is one sentence with a remedy."""


def register(target: str, function: Flat) -> None:
    """Make `function` (flat arrays in, tuple of arrays out) the meaning of `target` from now on."""
    _REGISTERED[target] = function


def resolve(opaque: Opaque) -> Flat:
    """The flat function of `opaque`.

    Raises:
        UnknownTarget: it was not registered in this process.
    """
    try:
        return _REGISTERED[opaque.target]
    except KeyError:
        raise UnknownTarget(f"the function {opaque.target!r} is not known here; replay it from the test that checks it.") from None
