"""Comparing two derivatives of the same thing, equal but for rounding: a cheap allowance first, measured conditioning where that does not settle it.

|actual_i - expected_i| <= gamma (|actual_i| + |expected_i|)             nearly always
|actual_i - expected_i| <= ... + spread_i of the difference              where cancellation or conditioning made it larger
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, Verdict, judge_equal, required_resolution, structural
from harness.verdict.rounding import formula_rounding, normwise_rounding
from properties.laws.conditioning import spread, spread_nearby
from properties.laws.entries import Entries, names_of
from properties.laws.gradients import Malformed
from properties.laws.inner import inner, inner_rounding, inner_size
from properties.laws.neighbours import scattered
from properties.laws.precision import best_dtype


class Sides(NamedTuple):
    """Two flat real vectors that should be equal; where the last operation is a sum, its rounding and the size that it would have by chance."""

    actual: np.ndarray
    expected: np.ndarray
    rounding: np.ndarray | None = None
    size: float = 0.0


Factors = tuple[Sequence[np.ndarray], Sequence[np.ndarray], str]  # of an inner product: both, and the dtype that it is rounded in


def inner_products(*sides: Factors) -> Sides:
    """Two inner products. One may cancel (the Hessian of softmax along (1, 1)) where the other shows how large the entries are."""
    actual, expected = (np.array([inner(a, b)]) for a, b, _ in sides)
    rounding = np.array([sum(inner_rounding(a, b, dtype) for a, b, dtype in sides)])
    return Sides(actual, expected, rounding, max(inner_size(a, b) for a, b, _ in sides))


Pair = Callable[[Bound], Sides]
RULE = "rounding of both sides, their spread when every value is shaken by one ulp"
NEARBY = " and by some"
SCATTER = ", and the scatter of their difference at neighbouring points"


def check_equal(
    law: str,
    backend: Backend,
    case: Case,
    pair: Pair,
    floor: Callable[[Bound], np.ndarray] | None = None,
    *,
    entries: Entries = (),
    nearby: bool = False,
    scatter: bool = True,
) -> Result:
    """Whether the two sides of `pair` agree; `floor` is what rounding of the function's own values may do to them, `entries` what theirs are called.

    With `nearby` many runs beside the point are asked before BROKEN is said in double precision: of second derivatives, which two routes compute
    from terms that cancel (1e6 - 1e6 for a norm beside its eps). Without `scatter` what the difference does at neighbouring points is no excuse: an
    error that changes with x would excuse itself.
    """
    try:
        actual, expected, rounding, chance = pair(bind(backend, case))
    except Malformed as error:
        return structural(law, False, str(error))
    allowed = formula_rounding(actual, case.dtype) + formula_rounding(expected, case.dtype) if rounding is None else rounding
    size, required = float(np.max(np.abs(expected), initial=chance)), required_resolution(case.dtype, case.resolution)
    judged = partial(judge_equal, law, actual, expected, size=size, required=required, name=names_of(entries))
    result = judged(allowed=allowed, rule="rounding of both sides")
    if result.verdict is Verdict.HOLDS:
        return result

    def both(bound: Bound) -> np.ndarray:
        return np.stack(np.broadcast_arrays(*pair(bound)[:2]))  # (2, entries)

    shaken = spread(backend, case, both).max(axis=0) + normwise_rounding(expected, case.dtype)
    apart = scattered(backend, case, both) if scatter else np.zeros(1)
    shaken = shaken + apart
    if floor is not None:
        shaken = shaken + floor(bind(backend, case))
    result = judged(allowed=allowed + shaken, rule=f"{RULE}{SCATTER if scatter else ''}")
    if result.verdict is not Verdict.BROKEN or not nearby or best_dtype(backend, case) != case.dtype:
        return result
    # At a tie, where both branches count half, one entry has errors that beside it another has.
    shaken = shaken + max(np.max(spread_nearby(backend, case, both), initial=0.0), np.max(apart, initial=0.0))
    return judged(allowed=allowed + shaken, rule=f"{RULE}{NEARBY}{SCATTER}")
