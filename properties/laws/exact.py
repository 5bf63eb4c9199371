"""Comparing two derivatives of the same thing, equal but for rounding: a cheap allowance first, measured conditioning where that does not settle it.

|actual_i - expected_i| <= gamma (|actual_i| + |expected_i|)             nearly always
|actual_i - expected_i| <= ... + spread_i of the difference              where cancellation or conditioning made it larger
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, Verdict, judge_equal, required_resolution, structural
from harness.verdict.rounding import formula_rounding
from properties.laws.conditioning import sampled, spread
from properties.laws.gradients import Malformed

Pair = Callable[[Bound], tuple[np.ndarray, np.ndarray]]


def check_equal(law: str, backend: Backend, case: Case, pair: Pair, floor: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None) -> Result:
    """Whether the two flat real vectors of `pair` agree; `floor(actual, expected)` is the rounding that their last operation may have made."""
    try:
        actual, expected = pair(bind(backend, case))
    except Malformed as error:
        return structural(law, False, str(error))
    allowed = (floor or _own_rounding(case.dtype))(actual, expected)
    size, required = float(np.max(np.abs(expected), initial=0.0)), required_resolution(case.dtype, case.resolution)
    result = judge_equal(law, actual, expected, allowed=allowed, size=size, required=required, rule="rounding of both sides")
    if result.verdict is Verdict.HOLDS:
        return result
    shaken = np.maximum(spread(backend, case, lambda b: pair(b)[0]), spread(backend, case, lambda b: pair(b)[1]))
    shaken = shaken + sampled(backend, case, lambda b: np.subtract(*pair(b)))
    rule = "rounding of both sides, their spread when every value is shaken by one ulp, and the scatter of their difference at neighbouring points"
    return judge_equal(law, actual, expected, allowed=allowed + shaken, size=size, required=required, rule=rule)


def _own_rounding(dtype: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda actual, expected: formula_rounding(actual, dtype) + formula_rounding(expected, dtype)
