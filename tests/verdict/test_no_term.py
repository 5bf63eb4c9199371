"""A gradient of 0 of a sum of steps: each term may show by a table that it has no slope, where the sum shows nothing."""

from __future__ import annotations

import numpy as np

from harness.verdict import Verdict, judge_derivative

HEIGHTS = np.arange(1.0, 41)


def plateaus(t: float) -> np.ndarray:
    """Forty terms that step at 40 different places; their sum steps every 0.005."""
    return HEIGHTS * (1 + (t > np.linspace(0.0025, 0.2, 40))) - 20.0


def sloping(t: float) -> np.ndarray:
    return plateaus(t) + 1e-3 * t * (HEIGHTS == 7)


def judged(terms: object) -> object:
    assert callable(terms)
    return judge_derivative("law", 0.0, lambda t: float(terms(t).sum()), rounding=0.0, size=0.0, required=1e-6, outputs=terms)


def test_sum_of_steps_holds_with_gradient_0_and_counts_as_vacuous() -> None:
    result = judged(plateaus)
    assert (result.verdict, result.vacuous) == (Verdict.HOLDS, True)


def test_gradient_of_0_does_not_hold_where_one_term_slopes() -> None:
    assert judged(sloping).verdict is not Verdict.HOLDS
