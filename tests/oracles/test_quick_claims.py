"""What a claim beside it lets the quick tables settle: straight kinks, windows between near kinks; and what it does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.oracles import differentiate


@pytest.mark.parametrize("claim", [-1.0, -0.5, 0.0, 1.0])
def test_claim_between_the_slopes_of_a_straight_kink_needs_no_ladder(claim: float) -> None:
    estimate = differentiate(abs, claim=claim)
    assert (estimate.status, estimate.evaluations) == ("kink", 15)
    low, high = estimate.interval
    assert max(abs(low + 1), abs(high - 1)) <= estimate.bound < 1e-14
    assert estimate.reason == "phi has a kink at this point: its one-sided slopes differ."


@pytest.mark.parametrize("claim", [-1.001, 1.001, 3.0, math.nan])
def test_claim_outside_the_slopes_of_a_kink_goes_to_the_ladder(claim: float) -> None:
    estimate = differentiate(abs, claim=claim)
    assert estimate.status == "kink"
    assert estimate.evaluations > 50
    assert estimate.interval == pytest.approx((-1, 1))


@pytest.mark.parametrize("distance", [10.0**-k for k in range(1, 16)])
def test_kink_beside_the_point_is_not_taken_for_one_at_it(distance: float) -> None:
    quick = differentiate(lambda t: abs(t - distance), claim=0.0, effort="quick")
    assert quick.status == "unresolved"


@pytest.mark.parametrize(
    "phi", [lambda t: float(t > 0), lambda t: math.sqrt(abs(t)), lambda t: math.floor(1e4 * t + 0.5), lambda t: abs(math.sin(1e5 * t))]
)
def test_what_is_no_straight_kink_is_not_taken_for_one(phi: object) -> None:
    assert differentiate(phi, claim=0.0, effort="quick").status == "unresolved"  # type: ignore[arg-type]


def test_vector_with_a_kink_in_one_element_has_its_slopes_there_alone() -> None:
    estimate = differentiate(lambda t: np.array([3 * t, 2 * max(t, 0.0)]), claim=np.array([3.0, 0.5]))
    assert (estimate.status, estimate.evaluations) == ("kink", 15)
    low, high = estimate.interval
    assert np.allclose(low, [3, 0], atol=1e-12)
    assert np.allclose(high, [3, 2], atol=1e-12)


KINKS = np.append(np.random.default_rng(1).uniform(-0.3, 0.3, 300), [-1.1e-6, 1.2e-6])
WEIGHTS = np.random.default_rng(2).uniform(0.1, 1.0, 302)


def near_kinks(t: float) -> float:
    """Kinks everywhere, the nearest 1e-6 beside the point: too near for most tables, and rounding is too large for narrower ones. Slope 1 at 0."""
    return 1.0 + t + math.fsum(WEIGHTS * np.maximum(np.sign(KINKS) * t - np.abs(KINKS), 0.0))


def test_window_settles_what_rounding_keeps_a_table_between_near_kinks_from() -> None:
    estimate = differentiate(near_kinks, claim=1.0, required=1e-9, slack=1e-9)
    assert estimate.status == "smooth"
    assert abs(estimate.value - 1) <= estimate.bound < 1e-7
    assert estimate.evaluations < 70


@pytest.mark.parametrize("wrong", [1e-6, -1e-6, 1e-3])
def test_window_between_near_kinks_agrees_with_no_wrong_claim(wrong: float) -> None:
    estimate = differentiate(near_kinks, claim=1.0 + wrong, required=1e-9, effort="quick")
    assert estimate.status == "unresolved"


MANY = np.random.default_rng(3).uniform(-1, 1, 20_000)
SLOPES = np.random.default_rng(4).normal(size=20_000)


def very_many_kinks(t: float) -> float:
    """Kinks some 1e-4 apart: a grid sampler, whose points cross cells. Its slope at 0 is the sum of `SLOPES` of those below it."""
    return float(np.dot(SLOPES, np.maximum(t - MANY, 0.0)))


def test_very_many_kinks_are_left_to_the_narrowest_table_at_once() -> None:
    slope = float(np.sum(SLOPES[MANY < 0]))
    estimate = differentiate(very_many_kinks, claim=slope, slack=1e-8)
    assert estimate.status == "smooth"
    assert abs(estimate.value - slope) <= estimate.bound <= 1e-6 * abs(slope)
    assert estimate.evaluations <= 24


@pytest.mark.parametrize("factor", [1 + 1e-5, 1 - 1e-5, -1.0, 0.0])
def test_very_many_kinks_hide_no_wrong_claim(factor: float) -> None:
    slope = factor * float(np.sum(SLOPES[MANY < 0]))
    assert differentiate(very_many_kinks, claim=slope, effort="quick").status == "unresolved"


@pytest.mark.parametrize("wrong", [1e-9, 5e-9, 1e-8, 3e-8])
def test_what_a_narrow_table_denies_no_narrower_one_confirms(wrong: float) -> None:
    """To steps of 1e-7 rounding hides such an error; steps of 1e-3, which the kink does not reach, show it."""
    estimate = differentiate(lambda t: 1.0 + t + max(t - 0.01, 0.0), claim=1.0 + wrong, effort="quick")
    assert estimate.status == "unresolved"


@pytest.mark.parametrize("phi", [lambda t: 3 * t * t, lambda t: t**3 - t**2, lambda t: t**4])
def test_slope_that_vanishes_is_confirmed_by_the_wide_table(phi: object) -> None:
    estimate = differentiate(phi, claim=0.0)  # type: ignore[arg-type]
    assert (estimate.status, estimate.evaluations) == ("smooth", pytest.approx(9, abs=2))
    assert abs(estimate.value) <= estimate.bound < 1e-15


def test_slope_that_does_not_vanish_is_not_taken_for_one_that_does() -> None:
    assert differentiate(lambda t: 3 * t * t + 1e-12 * t, claim=0.0, effort="quick").status == "unresolved"


@pytest.mark.parametrize("speed", [20.0, 40.0, 80.0])
def test_what_bends_much_within_the_wide_steps_is_settled_by_the_next_table(speed: float) -> None:
    estimate = differentiate(lambda t: 1 / (1 + np.exp(-speed * t - 1)), claim=speed * np.exp(-1) / (1 + np.exp(-1)) ** 2)
    assert estimate.status == "smooth"
    assert abs(estimate.value - speed * np.exp(-1) / (1 + np.exp(-1)) ** 2) <= estimate.bound
    assert estimate.evaluations <= 21


def test_plateau_of_rounding_ends_the_search_with_narrower_steps() -> None:
    """What a plateau of a hidden cast hides from one table it hides from all narrower ones."""
    estimate = differentiate(lambda t: float(np.float32(1 + t / 1000)), claim=0.0, effort="quick")
    assert estimate.status == "unresolved"
    assert estimate.evaluations <= 15
