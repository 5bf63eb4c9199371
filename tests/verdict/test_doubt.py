"""In what order rounding is measured before BROKEN is said, and what each amount of it decides."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from harness.verdict import Result, Verdict, judge_derivative

WRONG = 1.001


class Measured:
    """An amount of rounding, and how often it was asked for."""

    def __init__(self, amount: float) -> None:
        self.amount, self.times = amount, 0

    def __call__(self) -> float:
        self.times += 1
        return self.amount


def judged(here: Callable[[], float], nearby: Callable[[], float] | None, actual: float = WRONG) -> Result:
    return judge_derivative("law", actual, math.exp, rounding=1e-15, size=0.0, required=1e-6, widened=here, doubted=nearby)


def test_what_is_broken_whatever_rounding_does_nearby_needs_no_other_measure() -> None:
    here, nearby = Measured(1.0), Measured(1e-9)
    result = judged(here, nearby)
    assert result.verdict is Verdict.BROKEN
    assert (here.times, nearby.times) == (0, 1)
    assert result.tolerance is not None
    assert result.tolerance >= 1e-9  # it says what it allowed


@pytest.mark.parametrize("here", [1e-15, 1e-2])
def test_what_rounding_may_explain_nearby_is_not_broken(here: float) -> None:
    measured = Measured(1e-2)
    result = judged(Measured(here), measured)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert measured.times == 1


def test_a_small_error_that_rounding_here_explains_holds_though_more_is_doubted() -> None:
    assert judged(Measured(2e-8), Measured(1e-2), actual=1 + 1e-8).verdict is Verdict.HOLDS


def test_without_a_measure_nearby_the_one_here_decides() -> None:
    here = Measured(1e-9)
    assert judged(here, None).verdict is Verdict.BROKEN
    assert here.times == 1
    assert judged(Measured(1e-2), None).verdict is Verdict.INCONCLUSIVE


def test_nothing_is_measured_where_the_derivative_is_right() -> None:
    here, nearby = Measured(1e-9), Measured(1e-9)
    assert judged(here, nearby, actual=1.0).verdict is Verdict.HOLDS
    assert (here.times, nearby.times) == (0, 0)
