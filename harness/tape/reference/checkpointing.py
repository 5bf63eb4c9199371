"""The reference tape's checkpoints: what the function saves is not kept but numbered, and made again by another run.

    forward:   pack(value) = 0, 1, 2, ...          backward:   unpack(k) = the k-th value that the function saves when it runs again

Source: https://docs.pytorch.org/docs/stable/checkpoint.html (use_reentrant=False)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.tape.checkpointing import Checkpointing
from harness.tape.errors import Refused
from harness.tape.hooking import Saving
from harness.tape.reference.graph import Tensor
from harness.tape.reference.random_source import SOURCE
from harness.tape.reference.walking import ReferencePart

if TYPE_CHECKING:
    from harness.tape.reference.tape import ReferenceTape


class ReferenceCheckpointing(ReferencePart, Checkpointing):
    variants = ("recomputing",)
    watchful = frozenset(variants)

    def checkpoint(self, function: Callable[..., Any], *args: Any, variant: str, keep_random: bool = True) -> Any:
        again = _Again(self.tape, function, args, keep_random)
        with self.tape.part(Saving).hooks(again.number, again.value):
            return function(*args)

    def unnamed(self, function: Callable[..., Any], *args: Any) -> Any:
        raise Refused("checkpoint variant")


class _Again:
    """One checkpoint: how to run its function again, and what that run has saved so far."""

    def __init__(self, tape: ReferenceTape, function: Callable[..., Any], args: tuple[Any, ...], keep_random: bool) -> None:
        self.tape, self.function, self.args = tape, function, args
        self.random = SOURCE.state() if keep_random else None
        self.saved, self.made = 0, dict[int, Tensor]()

    def number(self, value: Tensor) -> int:
        """In place of the value."""
        self.saved += 1
        return self.saved - 1

    def value(self, number: int) -> Tensor:
        """What the other run saved in that place; a second walk makes it anew."""
        if number not in self.made:
            self.run()
        return self.made.pop(number)

    def run(self) -> None:
        """The function once more, on the same values; its own graph is dropped."""
        made: list[Tensor] = []

        def kept(value: Tensor) -> Tensor:
            made.append(value)
            return value

        found = SOURCE.state()
        if self.random is not None:
            SOURCE.restore(self.random)
        with self.tape.grad_mode(True), self.tape.part(Saving).hooks(kept, lambda value: value):
            self.function(*(self.apart(arg) for arg in self.args))
        if self.random is not None:
            SOURCE.restore(found)
        if len(made) != self.saved:
            raise Refused("checkpoint")
        self.made = dict(enumerate(made))

    def apart(self, arg: Any) -> Any:
        """The same memory, in a graph of its own."""
        return Tensor(arg.array, arg.storage, flag=self.tape.requires_grad(arg)) if isinstance(arg, Tensor) else arg
