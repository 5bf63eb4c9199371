"""A subject and where it is looked at: the link between what is generated and the case that is made of it.

results = program(values)          one value per input, one result per output
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.ops.op import Op
from harness.program.program import Input, Instruction, Program, Role
from harness.strategies.choose import Source
from harness.strategies.leaves import Layouts
from harness.strategies.notes import note
from harness.strategies.operation import Operation
from harness.strategies.regimes import ON_PURPOSE, ORDINARY, Regime


@dataclass(frozen=True)
class Point:
    """`layouts` has one entry per input; `drawn` is what the record keeps of how the point came about."""

    program: Program
    values: tuple[np.ndarray, ...]
    results: tuple[np.ndarray, ...]
    layouts: Layouts
    drawn: dict[str, Any] = field(default_factory=dict)


def draw_regime(source: Source) -> tuple[Regime, bool]:
    """A regime, and whether kinks are wanted: at one point in ten."""
    kinked = source.integer(0, 9) == 9
    return source.element(ON_PURPOSE if kinked else ORDINARY), kinked


def single_point(source: Source, operation: Operation, *edges: str) -> Point:
    """The program of one instruction. Seldom, and at no edge, one of several array operands is a constant, so that a gradient is not asked for."""
    roles = draw_roles(source, operation.op, len(operation.values), constant=not edges)
    inputs = tuple(Input(f"x{i}", value.shape, role) for i, (value, role) in enumerate(zip(operation.values, roles, strict=True)))
    names = tuple(f"v{i}" for i in range(len(operation.results)))
    instruction = Instruction(operation.op.name, tuple(given.name for given in inputs), names, operation.params)
    program = Program(inputs, (instruction,), names)
    values = dict(zip((*instruction.args, *names), (*operation.values, *operation.results), strict=True))
    drawn = note(program, values, operation.regime, edges, operation.margin)
    return Point(program, operation.values, operation.results, operation.layouts, drawn)


def draw_roles(source: Source, op: Op, count: int, *, constant: bool = True) -> tuple[Role, ...]:
    """The role of each operand as an input; at least one is a primal, and where none may be `constant` every array is."""
    kinds = [op.operand(i).role for i in range(count)]
    arrays = [i for i, kind in enumerate(kinds) if kind == "array"]
    given = source.element(arrays) if constant and len(arrays) > 1 and source.integer(0, 19) == 19 else None
    return tuple(kind if kind != "array" else "constant" if i == given else "primal" for i, kind in enumerate(kinds))
