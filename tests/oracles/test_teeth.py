"""Slopes that rounding draws between two of its steps are not phi's; those of fast functions and of wide teeth are."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from harness.oracles import differentiate
from harness.verdict import Verdict, judge_derivative

EPS = 2.0**-52
CANCELLING: dict[str, tuple[Callable[[float], float], float]] = {  # f, and its slope at 0
    "log(1 + x) / x": (lambda x: math.log(1 + x) / x, -1 / 2),
    "(e^x - 1) / x": (lambda x: (math.exp(x) - 1) / x, 1 / 2),
    "(sqrt(1 + x) - 1) / x": (lambda x: (math.sqrt(1 + x) - 1) / x, -1 / 8),
    "(1 - cos x) / x^2": (lambda x: (1 - math.cos(x)) / (x * x), 0.0),
}
POINTS = [(name, x) for name in CANCELLING for x in ((1e-5, 1e-6) if "cos" in name else (9.08e-8, 1e-9, 1e-11))]


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize(("name", "x"), POINTS)
def test_slope_between_two_roundings_is_noise(name: str, x: float, offset: int) -> None:
    function, _ = CANCELLING[name]
    estimate = differentiate(lambda t: function(x + t * x), grain=EPS, offset=offset, effort="thorough")
    assert estimate.status == "noise"


@pytest.mark.parametrize(("name", "x"), POINTS)
def test_right_derivative_of_what_was_meant_is_not_broken_where_rounding_hides_it(name: str, x: float) -> None:
    function, slope = CANCELLING[name]
    result = judge_derivative("test", slope * x, lambda t: function(x + t * x), rounding=EPS * x, size=x, required=1e-6, grain=EPS)
    assert result.verdict is Verdict.INCONCLUSIVE


FAST = {  # phi and its slope: noise to wide windows as well
    "a small fast sine": (lambda t: 1 + 1e-9 * math.sin(1e9 * t + 0.3), math.cos(0.3)),
    "a fast sine": (lambda t: math.sin(1e6 * t + 2), 1e6 * math.cos(2)),
    "wide teeth": (lambda t: math.fmod(t + 7.003, 1e-2), 1.0),
    "a step on either side": (lambda t: 2 * t + (t > 1e-5) + (t > -3e-5), 2.0),
}


@pytest.mark.parametrize("name", FAST)
def test_slope_that_only_narrow_windows_resolve_is_believed_where_it_bends_or_is_wide(name: str) -> None:
    phi, slope = FAST[name]
    estimate = differentiate(phi, effort="thorough")
    assert estimate.status == "smooth"
    assert abs(float(estimate.value) - slope) <= float(estimate.bound) <= 1e-5 * abs(slope)
