"""A derivative measured entry by entry against the oracle: a cheap allowance first, measured rounding only where that does not settle it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, judge_tangent, required_resolution, structural
from harness.verdict.rounding import elementwise_rounding, normwise_rounding
from properties.laws.along import grain
from properties.laws.conditioning import Measure, spread, spread_nearby
from properties.laws.gradients import Malformed
from properties.laws.inner import typical


def check_measured(
    law: str,
    backend: Backend,
    case: Case,
    measure: Measure,
    phi: Callable[[float], np.ndarray],
    floor: Callable[[Bound], np.ndarray],
    terms: Callable[[Bound], np.ndarray] | None = None,
) -> Result:
    """`measure(bound)`, the backend's derivative as a flat real vector, against d phi / dt at 0.

    `floor` is what rounding of values may do to it, `terms` the size of the numbers that phi is computed from, where they may be larger than phi.
    """
    try:
        actual = measure(bind(backend, case))
    except Malformed as error:
        return structural(law, False, str(error))
    return judge_tangent(
        law,
        actual,
        phi,
        rounding=elementwise_rounding(actual, case.dtype),
        size=typical(actual),
        required=required_resolution(case.dtype, case.resolution),
        grain=grain(case),
        terms=None if terms is None else lambda: terms(bind(backend, case)),
        widened=lambda: spread(backend, case, measure) + floor(bind(backend, case)) + normwise_rounding(actual, case.dtype),
        doubted=lambda: spread_nearby(backend, case, measure),
        stairs=not case.of_ops,
    )
