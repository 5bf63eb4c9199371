"""One op at a point: ordinary, at one of its edges, or with operands that coincide.

f(x, x)          one tensor twice: the two contributions add up in one gradient
f(x, y), x = y   equal leaves: two gradients, which must not be mixed up
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from harness.ops.op import Op
from harness.program.program import Instruction, Program
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.edges import edges_for
from harness.strategies.leaves import Layouts
from harness.strategies.operation import Operation, draw_operation, results_of
from harness.strategies.point import Point, draw_regime, single_point
from harness.strategies.regimes import Regime
from harness.strategies.rounding import largest

ATTEMPTS = 8  # at an edge, before it is taken to have no point in the op's domain
TWINS = ("one tensor twice", "equal leaves")


def draw_single_point(source: Source, op: Op, dtype: str, layouts: Layouts) -> Point:
    """One op, at one of its edges in one case of five."""
    if source.integer(0, 4) == 4:
        try:
            return draw_edge_point(source, op, source.element(every_edge(op)), dtype, layouts)
        except NotDrawn:
            pass
    return single_point(source, draw_ordinary(source, op, dtype, layouts))


def edge_points(source: Source, op: Op, dtype: str, layouts: Layouts) -> Iterator[Point]:
    """Every edge of `op` that its domain has, once."""
    for edge in every_edge(op):
        for _ in range(ATTEMPTS):
            try:
                yield draw_edge_point(source, op, edge, dtype, layouts)
                break
            except NotDrawn:
                continue


def every_edge(op: Op) -> tuple[Regime | str, ...]:
    """The edges of `op`, and the ways in which two operands of it may coincide."""
    arrays = sum(operand.role == "array" for operand in op.operands)
    return (*edges_for(op), *(TWINS if arrays >= 2 or op.variadic else ()))


def draw_edge_point(source: Source, op: Op, edge: Regime | str, dtype: str, layouts: Layouts) -> Point:
    """`op` at `edge`. Raises NotDrawn when the op's domain has no such point."""
    if isinstance(edge, Regime):
        return single_point(source, draw_operation(source, op, edge, dtype, layouts=layouts, kinked=True, strict=True), edge.name)
    operation, later = coincide(draw_ordinary(source, op, dtype, layouts), dtype)
    point = single_point(source, operation, edge)
    return shared(point, later) if edge == "one tensor twice" else point


def draw_ordinary(source: Source, op: Op, dtype: str, layouts: Layouts) -> Operation:
    regime, kinked = draw_regime(source)
    return draw_operation(source, op, regime, dtype, layouts=layouts, kinked=kinked)


def coincide(operation: Operation, dtype: str) -> tuple[Operation, tuple[int, int]]:
    """`operation` with one operand replaced by an earlier one, and their positions. Raises NotDrawn when no two may be equal."""
    arrays = [i for i in range(len(operation.values)) if operation.op.operand(i).role == "array"]
    for i, j in combinations(arrays, 2):
        if operation.shapes[i] != operation.shapes[j]:
            continue
        values = tuple(operation.values[i] if k == j else value for k, value in enumerate(operation.values))
        layouts = tuple(operation.layouts[i] if k == j else layout for k, layout in enumerate(operation.layouts))
        results = results_of(operation.op, values, operation.params, largest(dtype))
        if results is not None:
            margin = operation.op.margin_at(values, operation.params)
            return replace(operation, values=values, layouts=layouts, results=results, margin=margin), (i, j)
    raise NotDrawn(f"{operation.op.name}: no two operands may be equal")


def shared(point: Point, positions: tuple[int, int]) -> Point:
    """`point` with the second of two inputs left out, and the first read in its place."""
    first, second = positions
    kept = [k for k in range(len(point.values)) if k != second]
    inputs = list(point.program.inputs)
    if inputs[first].role == "constant" or inputs[second].role == "constant":
        raise NotDrawn("one tensor cannot be a constant and a primal")
    only = point.program.instructions[0]
    args = tuple(inputs[first].name if k == second else name for k, name in enumerate(only.args))
    program = Program(tuple(inputs[k] for k in kept), (Instruction(only.op, args, only.results, only.params),), point.program.outputs)
    values: tuple[np.ndarray, ...] = tuple(point.values[k] for k in kept)
    return replace(point, program=program, values=values, layouts=tuple(point.layouts[k] for k in kept))
