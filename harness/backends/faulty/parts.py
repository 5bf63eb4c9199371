"""Faults of the larger parts of a tape: another part, all of whose methods are forwarded, and the classes that each spoil one.

@part_fault("steps-on-none", Optimizing, "...")      the tape is right, but tape.part(Optimizing) is the class's
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from harness.backends.faulty.tape import PART_FAULTS, TAPE_FAULTS, WrappedTape

S = TypeVar("S", bound="Spoiled")


class Spoiled:
    """Looks like `inner`, a part or one of the objects that it hands out; a part's `tape` is the one that it belongs to."""

    tape: Any = None

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def counted_twice(tape: Any, y: Any) -> Any:
    """The value, whose gradient counts twice: y + (y - sg(y))."""
    if not tape.requires_grad(y):
        return y
    return tape.apply("add", y, tape.apply("subtract", y, tape.detach(y)))


def part_fault(name: str, kind: type, summary: str) -> Callable[[type[S]], type[S]]:
    """Register the class as the fault `name` of the part `kind` of any tape."""

    def registered(spoiled: type[S]) -> type[S]:
        class OfTape(WrappedTape):
            made: Any = None

            def part(self, asked: Callable[..., Any]) -> Any:
                if asked is not kind:
                    return self.inner.part(asked)
                if self.made is None:
                    self.made = spoiled(self.inner.part(asked))
                    self.made.tape = self.inner
                return self.made

        TAPE_FAULTS[name] = (summary, OfTape)
        PART_FAULTS.add(name)
        return spoiled

    return registered
