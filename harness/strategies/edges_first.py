"""What to try of an op before random cases: each of its edges, then at ordinary points each setting of its parameters, layout and direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.op import Op, Shapes
from harness.program.case import Case
from harness.strategies.cases import case_at
from harness.strategies.choose import NotDrawn, RandomChoose, Source
from harness.strategies.covering import Covered
from harness.strategies.directions import DIRECTIONS, tells
from harness.strategies.edge_points import edge_points, moving_point
from harness.strategies.edges import LONG, READABLE
from harness.strategies.operation import draw_first_of, draw_twins
from harness.strategies.point import Point
from harness.strategies.regimes import REGIMES
from harness.strategies.subjects import require_valid

PLAIN = ("contiguous",)
FOR_SETTINGS = 128  # draws of ordinary points, few of which show a setting that no other did
FOR_A_LAYOUT = 16  # draws of points with all arrays in it, for those in which some kind of array was not seen
FOR_A_LOOK = 16  # draws of a point at which a direction, or the memory of one operand, makes a difference
CALM = (REGIMES[1],)  # no entry so small beside others that nobody sees it
COVERING = "each setting"
COLUMNS = ("one operand column-major", "permuted")


def edge_cases(
    law: str, op: str, *, backend: str, device: str, dtype: str, layouts: Sequence[str] = ("contiguous",), seed: int = 0
) -> Iterator[Case]:
    """`op` at every edge family that its domain has (harness.strategies.edges), and whatever else they did not show (harness.strategies.covering).

    Raises:
        LookupError, ValueError: as `harness.strategies.cases` does.
    """
    require_valid(op, dtype, layouts)
    source, covered, offered, asked = RandomChoose(np.random.default_rng(seed)), Covered(), tuple(layouts), lookup(op)
    looked_at = partial(case_at, source, law=law, backend=backend, device=device, dtype=dtype)
    for point in edge_points(source, asked, dtype, offered):
        case = looked_at(point, layouts=offered)
        if READABLE.issuperset(case.drawn["edges"]):
            covered.gains(case)
        yield case
    each = [((layout,), firsts) for firsts in ((), LONG) for layout in offered for _ in range(FOR_A_LAYOUT)]
    for laid, firsts in [(offered, ())] * FOR_SETTINGS + each:
        if len(laid) == 1 and covered.lies_everywhere(*laid, long=bool(firsts)):
            continue
        try:
            shapes = draw_first_of(source, asked, firsts) if firsts else None
            case = looked_at(moving_point(source, asked, dtype, laid, COVERING, shapes=shapes), layouts=laid)
        except NotDrawn:
            continue
        if covered.gains(case):
            yield case
    for name, directions in DIRECTIONS.items():
        looks = (looked_at(point, layouts=PLAIN, directions=directions) for point in _calm(source, asked, dtype, name))
        yield from islice((case for case in looks if tells(directions, case.cotangents, case.tangents)), 1)
    for place in _arrays(asked) if COLUMNS[1] in offered else ():
        turned = (_in_columns(point, place) for point in _calm(source, asked, dtype, COLUMNS[0], twins=True))
        yield from islice((looked_at(point, layouts=PLAIN) for point in turned if point is not None), 1)


def _calm(source: Source, op: Op, dtype: str, edge: str, *, twins: bool = False) -> Iterator[Point]:
    """Some points in row-major memory, with two operands of one shape if there can be such `twins`."""
    for _ in range(FOR_A_LOOK):
        with suppress(NotDrawn):
            yield moving_point(source, op, dtype, PLAIN, edge, shapes=_twins(source, op) if twins else None, regimes=CALM)


def _twins(source: Source, op: Op) -> Shapes | None:
    try:
        return draw_twins(source, op)
    except NotDrawn:
        return None


def _arrays(op: Op) -> tuple[int, ...]:
    """The first two of several arrays that `op` takes."""
    several = tuple(i for i in range(max(len(op.operands), 2 * op.variadic)) if op.operand(i).role == "array")[:2]
    return several if len(several) > 1 else ()


def _in_columns(point: Point, place: int) -> Point | None:
    """`point` with one array in column-major memory, beside others that are not; None where that makes no difference."""
    if place >= len(point.values) or sum(side > 1 for side in point.values[place].shape) < 2:
        return None
    return replace(point, layouts=tuple(COLUMNS[1] if i == place else layout for i, layout in enumerate(point.layouts)))
