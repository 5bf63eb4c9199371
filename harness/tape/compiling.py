"""Compilation as a part of a tape: a program made into one function, which does to values, flags, memory and gradients what its ops do.

compiled(program)(x) = perform(tape, program, x)

A program's instructions are ops of the catalogue, and three deeds: "detach", "scale_in_place" with a factor, "unrecorded:OP" for an op under no_grad.

Source: https://docs.pytorch.org/docs/stable/generated/torch.compile.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from harness.program import Program, evaluate

if TYPE_CHECKING:
    from harness.tape.interface import Tape

UNRECORDED = "unrecorded:"


class Compiling(ABC):
    """`variants` are the names of the compilers; functions of those in `first_order` are not to be differentiated twice: an attempt is refused.

    `generating` are further ones, which write machine code: a program takes them seconds, so that only laws that mean them ask for them.
    """

    variants: tuple[str, ...] = ()
    generating: tuple[str, ...] = ()
    first_order: frozenset[str] = frozenset()

    @abstractmethod
    def compiled(self, program: Program, *, variant: str) -> Callable[..., tuple[Any, ...]]:
        """The program as a function of one handle per input."""


def perform(tape: Tape, program: Program, inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The program's outputs, one deed after the other."""
    return evaluate(program, lambda op, args, params: _deed(tape, op, args, params), inputs)


def _deed(tape: Tape, op: str, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    if op == "detach":
        return tape.detach(*args)
    if op == "scale_in_place":
        tape.scale_in_place(args[0], params["factor"])
        return args[0]
    if op.startswith(UNRECORDED):
        with tape.no_grad():
            return tape.apply(op.removeprefix(UNRECORDED), *args, **params)
    return tape.apply(op, *args, **params)
