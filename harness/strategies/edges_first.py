"""What to try of an op before random cases: each of its edges, then each setting of its parameters and each layout, at ordinary points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from harness.ops.catalogue import lookup
from harness.program.case import Case
from harness.strategies.cases import case_at
from harness.strategies.choose import NotDrawn, RandomChoose
from harness.strategies.covering import Covered
from harness.strategies.edge_points import edge_points, moving_point
from harness.strategies.edges import LONG, READABLE
from harness.strategies.subjects import require_valid

FOR_SETTINGS = 128  # draws of ordinary points, few of which show a setting that no other did
FOR_A_LAYOUT = 16  # draws of points with all arrays in it, for those in which some kind of array was not seen
COVERING = "each setting"


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
            case = looked_at(moving_point(source, asked, dtype, laid, COVERING, firsts), layouts=laid)
        except NotDrawn:
            continue
        if covered.gains(case):
            yield case
