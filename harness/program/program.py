"""A program: an expression over catalogue ops in static single assignment form.

    x0, x1 : inputs
    v0 = multiply(x0, x1)
    v1 = sum(v0, axis=0)
    return v1

Every value has one name and is defined once, before its uses. An instruction names one op of the catalogue,
the values that it reads and its parameters (plain JSON data); an op with several results defines several names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

Shape = tuple[int, ...]
Role = Literal["primal", "constant", "index", "mask"]


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """One value that a program is given; only a `primal` is differentiated."""

    name: str
    shape: Shape
    role: Role = "primal"


class Instruction(msgspec.Struct, frozen=True):
    """`results = op(*args, **params)`."""

    op: str
    args: tuple[str, ...]
    results: tuple[str, ...]
    params: dict[str, Any] = {}

    @property
    def takes_one_twice(self) -> bool:
        return len(set(self.args)) < len(self.args)


class Program(msgspec.Struct, frozen=True, tag="program"):
    """Inputs, instructions in order of evaluation, and the names of the outputs."""

    inputs: tuple[Input, ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[str, ...]

    @property
    def ops(self) -> tuple[str, ...]:
        return tuple(instruction.op for instruction in self.instructions)

    @property
    def only(self) -> Instruction | None:
        """Its instruction where it has one; None for an expression of several."""
        return self.instructions[0] if len(self.instructions) == 1 else None

    @property
    def primal_positions(self) -> tuple[int, ...]:
        return tuple(i for i, given in enumerate(self.inputs) if given.role == "primal")

    def problems(self) -> Iterator[str]:
        """What makes this program invalid, one sentence each; nothing for a valid one."""
        defined: set[str] = set()
        for given in self.inputs:
            if given.name in defined:
                yield f"the name {given.name!r} is defined twice"
            defined.add(given.name)
        for instruction in self.instructions:
            for name in instruction.args:
                if name not in defined:
                    yield f"{instruction.op} reads {name!r} before it is defined"
            for name in instruction.results:
                if name in defined:
                    yield f"the name {name!r} is defined twice"
                defined.add(name)
        if not self.outputs:
            yield "the program has no output"
        for name in self.outputs:
            if name not in defined:
                yield f"the output {name!r} is never defined"


def single(op: str, shapes: tuple[Shape, ...], roles: tuple[Role, ...], results: int = 1, **params: Any) -> Program:
    """The program of one instruction: `op` applied to fresh inputs `x0, x1, ...`."""
    inputs = tuple(Input(f"x{i}", shape, role) for i, (shape, role) in enumerate(zip(shapes, roles, strict=True)))
    names = tuple(f"v{i}" for i in range(results))
    return Program(inputs, (Instruction(op, tuple(given.name for given in inputs), names, params),), names)
