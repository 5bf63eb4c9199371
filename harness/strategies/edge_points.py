"""One op at a point: ordinary, at one of its edges, or with operands that have something to do with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from harness.ops.op import Op, Shapes
from harness.program.layout import REPEATING
from harness.strategies.apart import APART, FRACTIONS, apart, apart_for
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.covering import Shown, settings
from harness.strategies.edges import EMPTY_AXIS, EMPTY_BATCH_AXIS, MASKED_OUT, NO_INDEX, edges_for
from harness.strategies.leaves import Layouts
from harness.strategies.moving import moves
from harness.strategies.operation import Operation, draw_operation, draw_twins
from harness.strategies.point import Point, draw_regime, single_point
from harness.strategies.regimes import ORDINARY, Regime
from harness.strategies.rounding import COMPLEX_DTYPES
from harness.strategies.together import TOGETHER, together_for

ATTEMPTS = 8  # at an edge, before it is taken to have no point in the op's domain
MORE_ATTEMPTS = 32  # for two operands to have something in common
EMPTY_EDGES = (EMPTY_AXIS, EMPTY_BATCH_AXIS)
MAY_BE_EMPTY = (*EMPTY_EDGES, NO_INDEX, MASKED_OUT)  # of results: an operand may hold something
LAST = "leaves an ulp apart"  # so that what a seed draws of the others does not hang on it
COINCIDING = ("one tensor twice", "equal leaves", LAST)
DRAWS = 16  # of a point, before the op is taken to be constant, or never to have so many numbers


def draw_single_point(source: Source, op: Op, dtype: str, layouts: Layouts) -> Point:
    """One op, at one of its edges in one case of five."""
    if source.integer(0, 4) == 4:
        try:
            return draw_edge_point(source, op, source.element(every_edge(op)), dtype, layouts)
        except NotDrawn:
            pass
    return single_point(source, draw_ordinary(source, op, dtype, layouts))


def edge_points(source: Source, op: Op, dtype: str, layouts: Layouts) -> Iterator[Point]:
    """Every edge of `op` that its domain has, once at each size; last those that random cases are not drawn at.

    Where an operand holds nothing, which costs next to nothing, once with each setting of the op's parameters.
    """
    for edge in sorted((*every_edge(op), *apart_for(op)), key=lambda edge: edge == LAST):
        for sized in edge.each_size(dtype) if isinstance(edge, Regime) else (edge,):
            attempts = _attempts(source, op, sized, dtype, layouts)
            yield from _each_setting(attempts) if edge in EMPTY_EDGES else islice(attempts, 1)


def moving_point(
    source: Source, op: Op, dtype: str, layouts: Layouts, edge: str, *, shapes: Shapes | None = None, regimes: Sequence[Regime] = ORDINARY
) -> Point:
    """`op` at an ordinary point, of these shapes if they are given. Raises NotDrawn where nothing moves there."""
    operation = draw_operation(source, op, source.element(regimes), dtype, layouts=layouts, shapes=shapes)
    if not any(y.size for y in operation.results) or not moves(operation):
        raise NotDrawn(f"{op.name}: nothing moves")
    return single_point(source, operation, edge)


def _attempts(source: Source, op: Op, edge: Regime | str, dtype: str, layouts: Layouts) -> Iterator[Point]:
    """What some attempts to draw `op` at `edge` lead to."""
    for _ in range(ATTEMPTS if isinstance(edge, Regime) else MORE_ATTEMPTS):
        try:
            yield draw_edge_point(source, op, edge, dtype, layouts)
        except NotDrawn:
            continue


def _each_setting(points: Iterator[Point]) -> Iterator[Point]:
    """The first of `points`, and each that has a setting that none before it had."""
    seen: set[Shown] | None = None
    for point in points:
        shown = settings(point.program.instructions[0].params)
        if seen is None or not shown <= seen:
            yield point
        seen = shown | (seen or set())


def every_edge(op: Op) -> tuple[Regime | str, ...]:
    """The edges of `op`, and what two operands of it may have in common."""
    return (*edges_for(op), *together_for(op))


def draw_edge_point(source: Source, op: Op, edge: Regime | str, dtype: str, layouts: Layouts) -> Point:
    """`op` at `edge`. Raises NotDrawn when the op's domain has no such point."""
    if isinstance(edge, Regime):
        return single_point(source, draw_at(source, op, edge, dtype, layouts), edge.name)
    if edge in APART:
        return apart(source, draw_operation(source, op, FRACTIONS, dtype, layouts=layouts), edge, dtype)
    shapes = draw_twins(source, op) if edge in COINCIDING else None
    return TOGETHER[edge](source, draw_ordinary(source, op, dtype, layouts, shapes), dtype)


def draw_at(source: Source, op: Op, edge: Regime, dtype: str, layouts: Layouts) -> Operation:
    """`op` at `edge`, drawn again where it has fewer numbers than that speaks of, or only one along an axis, or no result."""
    if dtype not in COMPLEX_DTYPES and not all(edge.parts):
        raise NotDrawn(f"{edge.name}: a number of {dtype} has one part")
    if edge.layout and edge.layout not in layouts:
        raise NotDrawn(f"{edge.name}: memory is row-major")
    fitting = tuple(layout for layout in layouts if (layout not in REPEATING or edge.least <= 1) and edge.layout in ("", layout))
    for _ in range(DRAWS):
        operation = draw_operation(source, op, edge, dtype, layouts=fitting, kinked=True, strict=True)
        shown = edge in MAY_BE_EMPTY or (any(y.size for y in operation.results) and (not (edge.firsts or edge.least > 1) or moves(operation)))
        if operation.values[0].size >= edge.least and shown and (edge.least <= 1 or 1 not in operation.shapes[0]):
            break
    return operation


def draw_ordinary(source: Source, op: Op, dtype: str, layouts: Layouts, shapes: Shapes | None = None) -> Operation:
    """`op` at an ordinary point, drawn again where nothing moves: there every derivative is 0, and a comparison is no evidence."""
    for _ in range(DRAWS):
        regime, kinked = draw_regime(source)
        operation = draw_operation(source, op, regime, dtype, layouts=layouts, kinked=kinked, shapes=shapes)
        if kinked or moves(operation):
            break
    return operation
