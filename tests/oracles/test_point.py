"""What the oracle makes of rounding, small structure and phi(0) itself: near misses of false jumps, false staircases and false smoothness."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.oracles import differentiate


def test_rounding_of_the_terms_of_a_sum_is_no_jump() -> None:
    w, x, v = np.random.default_rng(31).standard_normal((3, 25))
    estimate = differentiate(lambda t: float(w @ (x + t * v)), effort="thorough", grain=2.2e-16 * float(abs(x).max()))
    assert estimate.status == "smooth"
    assert abs(estimate.value - w @ v) <= estimate.bound < 1e-12


@pytest.mark.parametrize("beyond", [1e-3, 1e-5, 1e-8])
@pytest.mark.parametrize("side", [-1, 1])
def test_slope_beside_a_clip_is_seen_on_either_side(beyond: float, side: int) -> None:
    estimate = differentiate(lambda t: float(np.clip(1 + side * beyond + t, -1, 1)), effort="thorough")
    assert estimate.status == "smooth"
    assert abs(estimate.value - (side < 0)) <= estimate.bound < 1e-6


@pytest.mark.parametrize("x", [0.7, 0.3, -1.2])
def test_small_fast_oscillation_is_resolved_where_wide_windows_see_the_trend(x: float) -> None:
    estimate = differentiate(lambda t: (x + t) + 1e-4 * math.sin(1e4 * (x + t)), effort="thorough")
    assert estimate.status == "smooth"
    assert abs(estimate.value - 1 - math.cos(1e4 * x)) <= estimate.bound < 1e-8


def test_slope_between_two_roundings_is_still_no_derivative() -> None:
    x = 1e-3
    estimate = differentiate(lambda t: (1 - math.cos(x + t * x)) / (x + t * x) ** 2, effort="thorough", grain=1e-16)
    assert estimate.status == "noise" or abs(estimate.value + x**2 / 12) <= estimate.bound


def test_jump_of_the_point_alone_is_a_jump() -> None:
    estimate = differentiate(lambda t: 0.01 if t == 0 else -math.hypot(0.01, t))
    assert estimate.status == "jump"
    assert estimate.reason == "phi jumps at this point: both sides tend to a value that differs from phi(0) by -0.02."


def test_jump_of_the_point_alone_leaves_other_elements_alone() -> None:
    estimate = differentiate(lambda t: np.array([math.sin(t), 1.0 if t == 0 else math.cos(t) + 1]))
    assert estimate.status == "jump"
    assert abs(estimate.value[0] - 1) <= estimate.bound[0] < 1e-11
    assert np.isnan(estimate.value[1])


def test_bump_that_only_the_point_shows_is_not_claimed_smooth() -> None:
    estimate = differentiate(lambda t: math.exp(t) + 1e-3 * math.exp(-((t / 1e-7) ** 2)), effort="thorough")
    assert estimate.status == "unresolved"
    assert estimate.reason.startswith("phi(0) differs by -0.001 from the value that wide steps tend to")


def test_stairs_of_a_cast_are_no_flat_side() -> None:
    assert differentiate(lambda t: math.floor(1e5 * t + 0.5) / 1e5 + 1, effort="thorough").status == "noise"
    estimate = differentiate(lambda t: float(np.float16(1 + max(t + 1e-5, 0.0))), effort="thorough")
    assert estimate.status != "smooth" or abs(estimate.value - 1) <= estimate.bound


@pytest.mark.parametrize("height", [1.0, 1e-3])
@pytest.mark.parametrize("along", [1.0, -0.37])
def test_bound_covers_the_slope_beside_a_kink_that_no_window_can_tell_from_one_at_the_point(height: float, along: float) -> None:
    claims = 0
    for distance in (1e-16, 1e-15, 1e-14, 1e-12, 1e-10):
        estimate = differentiate(lambda t, d=distance: height * abs(along * t - d) + math.sin(along * t + 0.3), effort="thorough", grain=1e-16)
        claims += estimate.status == "smooth"
        assert estimate.status != "smooth" or abs(float(estimate.value) - along * (math.cos(0.3) - height)) <= float(estimate.bound)
    assert claims
