"""A singularity at the point: the windows that converge slowly say so in their bound, those of other functions do not."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from harness.oracles import differentiate
from harness.verdict import Verdict, judge_derivative

SLOW: dict[str, Callable[[float], float]] = {  # all have the slope 1 at 0
    "t + sign(t) |t|^1.5": lambda t: t + math.copysign(abs(t) ** 1.5, t),
    "t + sign(t) |t|^1.3": lambda t: t + math.copysign(abs(t) ** 1.3, t),
    "t + t / log|t|": lambda t: t + (t / math.log(abs(t)) if t else 0.0),
}


@pytest.mark.parametrize("along", [1.0, -0.37])
@pytest.mark.parametrize("name", SLOW)
def test_bound_covers_what_slowly_converging_windows_have_still_to_go(name: str, along: float) -> None:
    estimate = differentiate(lambda t: SLOW[name](along * t), effort="thorough")
    assert estimate.status == "smooth"
    assert abs(float(estimate.value) - along) <= float(estimate.bound)


@pytest.mark.parametrize("name", SLOW)
def test_right_slope_at_a_singularity_is_not_broken(name: str) -> None:
    result = judge_derivative("test", 1.0, SLOW[name], rounding=1e-15, size=1.0, required=1e-6)
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
def test_kink_beside_the_point_is_no_trend(distance: float) -> None:
    estimate = differentiate(lambda t: 3 * t + abs(t - distance), effort="thorough")
    assert abs(float(estimate.value) - 2) <= float(estimate.bound) <= 1e-4


HIDDEN: dict[str, tuple[Callable[[float], float], tuple[float, float]]] = {  # a kink that what bends phi hides in the widest window; its slopes
    "max(t, t^2)": (lambda t: max(1.93 * t, (1.93 * t) ** 2), (0.0, 1.93)),
    "sin t + |t| / 1e7": (lambda t: math.sin(1 + 2 * t) + abs(t) / 5e6, (2 * math.cos(1) - 2e-7, 2 * math.cos(1) + 2e-7)),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_bound_at_a_kink_is_that_which_narrower_windows_agree_on(name: str) -> None:
    function, slopes = HIDDEN[name]
    estimate = differentiate(function, effort="thorough")
    assert all(abs(float(estimate.value) - slope) <= float(estimate.bound) for slope in slopes)
