"""Slopes beneath the noise: structures too small for the windows that settle, hidden casts, and rounding, which are told apart or left open."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.oracles import differentiate
from harness.verdict import Verdict, judge_derivative

STRUCTURES = {  # phi, its slope to large steps, its slope
    "a clipped line": (lambda t: 2 * t + min(max(t, -6e-9), 6e-9), 2.0, 3.0),
    "a sawtooth": (lambda t: (0.31371234567 + t) + math.fmod(0.31371234567 + t, 1e-9), 1.0, 2.0),
    "a ripple": (lambda t: math.sin(t) + 1e-9 * math.sin(1e9 * t), 1.0, 2.0),
    "a rounded term": (lambda t: (0.3 + t) + round(0.3 + t, 9), 2.0, 1.0),
    "a cast in a sum": (lambda t: (0.3 + t) + float(np.float32(0.3 + t)), 2.0, 1.0),
}


def verdict_of(actual: float, phi: object) -> tuple[Verdict, str]:
    """The verdict on a slope of `phi`, and its reason."""
    result = judge_derivative("test", actual, phi, rounding=1e-15, size=abs(actual), required=1e-6)
    return result.verdict, result.reason


@pytest.mark.parametrize("effort", ["auto", "thorough"])
@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("name", STRUCTURES)
def test_structure_that_large_steps_take_for_noise_gives_no_derivative(name: str, offset: int, effort: str) -> None:
    phi, wide, narrow = STRUCTURES[name]
    estimate = differentiate(phi, effort=effort, offset=offset)
    assert estimate.status == "noise"
    assert estimate.reason.startswith(f"phi has the slope {wide:g} to large steps and ")
    low, high = estimate.beneath
    assert low <= narrow <= high


@pytest.mark.parametrize("name", STRUCTURES)
def test_no_slope_of_a_structure_is_broken(name: str) -> None:
    phi, _, narrow = STRUCTURES[name]
    assert verdict_of(narrow, phi)[0] is Verdict.INCONCLUSIVE


def test_zero_slope_of_rounded_decimals_is_open_and_a_slope_of_no_scale_broken() -> None:
    rounded = lambda t: round(0.3 + t, 8)  # noqa: E731
    assert verdict_of(0.0, rounded) == (
        Verdict.INCONCLUSIVE,
        "noise: phi has the analytic value for a slope at small steps, and another at large ones, to which the small steps are noise.",
    )
    assert verdict_of(1.0, rounded)[0] is Verdict.HOLDS
    assert verdict_of(0.5, rounded)[0] is Verdict.BROKEN


@pytest.mark.parametrize("x", [1e-3, 3e-3, 2e-2])
def test_slopes_that_rounding_draws_leave_the_estimate_alone(x: float) -> None:
    series = sum((k - 1) * x ** (k - 2) / math.factorial(k) for k in range(2, 12))  # of (e^x - 1) / x, term by term
    for phi, truth in ((lambda t: (math.exp(x + t) - 1) / (x + t), series), (lambda t: math.exp(x + t) - 1, math.exp(x))):
        estimate = differentiate(phi, scale=x, effort="thorough")
        assert estimate.status == "smooth"
        assert abs(estimate.value - truth) <= estimate.bound


@pytest.mark.parametrize("offset", [0, 1])
def test_values_on_a_lattice_do_not_hide_their_rounding(offset: int) -> None:
    x, step = 1.6807e-8, 2.0**-36  # exp(x) - 1 takes multiples of 2^-52, which nodes of few bits would follow exactly
    estimate = differentiate(lambda t: math.exp(x + t * step) - 1, effort="thorough", offset=offset)
    assert estimate.status != "smooth" or abs(estimate.value - step * math.exp(x)) <= estimate.bound


def test_kink_and_float32_output_have_nothing_beneath() -> None:
    assert differentiate(lambda t: max(t, 0.0)).beneath is None
    assert differentiate(lambda t: np.float32(math.sin(1 + t)), effort="thorough").status == "smooth"


def test_elements_with_nothing_beneath_keep_their_value() -> None:
    estimate = differentiate(lambda t: np.array([math.exp(t), 2 * t + min(max(t, -6e-9), 6e-9)]), effort="thorough")
    assert abs(estimate.value[0] - 1) <= estimate.bound[0] < 1e-11
    assert np.isnan(estimate.value[1])
    assert np.isnan(estimate.beneath[0][0])


def swallowed(t: float) -> float:
    """Stairs of 1.5e-8: terms that cancel leave their rounding, which shows no slope at any scale."""
    return (1e8 + (7e-9 * t + 3e-9)) - 1e8


def test_structure_below_the_rounding_of_the_terms_that_phi_is_said_to_have_is_still_seen_where_phi_shows_it() -> None:
    oscillating = differentiate(lambda t: 1e-8 * math.cos(1e8 + 1.25e8 * t), terms=1e8, grain=1.5e-16, effort="thorough")
    low, high = oscillating.beneath
    assert low < -1e-8 * math.sin(1e8) * 1.25e8 < high
    assert differentiate(swallowed, terms=1e8, effort="thorough").beneath is None


def test_right_slope_of_such_a_structure_is_never_broken_and_a_wrong_one_never_holds() -> None:
    right = -1e-8 * math.sin(1e8) * 1.25e8

    def verdict(actual: float) -> Verdict:
        phi = lambda t: 1e-8 * math.cos(1e8 + 1.25e8 * t)  # noqa: E731
        return judge_derivative("law", actual, phi, rounding=1e-15, size=1.0, required=1e-6, grain=1.5e-16, terms=lambda: 1e8).verdict

    assert verdict(right) is not Verdict.BROKEN
    assert verdict(-right) is not Verdict.HOLDS
