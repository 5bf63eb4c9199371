"""A derivative measured entry by entry against the oracle: a cheap allowance first, measured rounding only where that does not settle it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, judge_tangent, required_resolution, structural
from harness.verdict.rounding import elementwise_rounding, normwise_rounding
from properties.laws.along import direction, grain_along
from properties.laws.conditioning import noise_of_values, spread, spread_nearby
from properties.laws.entries import Entries, names_of
from properties.laws.equals import told_apart
from properties.laws.gradients import Malformed
from properties.laws.inner import flat, typical
from properties.laws.precision import best_dtype
from properties.laws.shaking import Measure


def check_measured(
    law: str,
    backend: Backend,
    case: Case,
    measure: Measure,
    phi: Callable[[float], np.ndarray],
    floor: Callable[[Bound], np.ndarray],
    terms: Callable[[Bound], np.ndarray] | None = None,
    with_values: Measure | None = None,
    grain: float | None = None,
    entries: Entries = (),
) -> Result:
    """`measure(bound)`, the backend's derivative as a flat real vector of `entries`, against d phi / dt at 0.

    `floor` is what rounding of values may do to it, `terms` the size of the numbers that phi is computed from, where they may be larger than phi.
    `with_values`: the derivative and phi(0) from one run, (2, elements), where rounding inside phi may show in its values alone.
    """

    def widened() -> np.ndarray:
        noise = 0.0 if with_values is None else noise_of_values(backend, case, lambda bound: flat(bound.values()))
        return np.asarray(spread(backend, case, measure) + noise + floor(bind(backend, case)) + normwise_rounding(actual, case.dtype))

    def nearby() -> np.ndarray:
        apart = np.atleast_2d(spread_nearby(backend, case, with_values or measure)).sum(axis=0)
        return np.asarray(apart + floor(bind(backend, case)) + normwise_rounding(actual, case.dtype))

    try:
        actual = measure(bind(backend, case))
        return judge_tangent(
            law,
            actual,
            phi,
            rounding=elementwise_rounding(actual, case.dtype),
            size=typical(actual),
            required=required_resolution(case.dtype, case.resolution),
            grain=grain_along(case, direction(case)) if grain is None else grain,
            terms=None if terms is None else lambda: terms(bind(backend, case)),
            widened=widened,
            doubted=nearby if best_dtype(backend, case) == case.dtype else None,
            apart=lambda: told_apart(backend, case, measure),
            stairs=not case.of_ops,
            name=names_of(entries),
        )
    except Malformed as error:
        return structural(law, False, str(error))
