"""The three-way verdict: seen both ways at every one of its predicates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from harness.verdict import Result, Verdict, judge_derivative, judge_tangent

HOLDS, BROKEN, INCONCLUSIVE = Verdict.HOLDS, Verdict.BROKEN, Verdict.INCONCLUSIVE


def derivative(actual: float, phi: Any, **changes: Any) -> Result:
    return judge_derivative("law", actual, phi, **{"rounding": 1e-15, "size": 0.0, "required": 1e-6} | changes)


def tangent(actual: Any, phi: Any, **changes: Any) -> Result:
    return judge_tangent("law", np.asarray(actual), phi, **{"rounding": 1e-15, "size": 0.0, "required": 1e-6} | changes)


def test_right_derivative_holds_with_few_evaluations() -> None:
    result = derivative(1.0, math.exp)
    assert result.verdict is HOLDS
    assert result.evaluations <= 11
    assert result.resolution < 1e-8
    assert not result.vacuous


@pytest.mark.parametrize("error", [1e-8, 5e-4, -1.0, -2.0, 1e6])
def test_wrong_derivative_is_broken_on_two_ladders(error: float) -> None:
    result = derivative(1.0 + error, math.exp)
    assert result.verdict is BROKEN
    assert result.ratio > 4
    assert 64 < result.evaluations <= 96  # two ladders of at least two windows, a table each, and one at the point itself


def test_wrong_only_on_one_ladder_is_inconclusive() -> None:
    calls = 0

    def phi(t: float) -> float:  # changes its slope after the first ladder
        nonlocal calls
        calls += 1
        return (1.01 if calls < 43 else 1.0) * math.sin(t)

    result = derivative(1.0, phi)
    assert result.verdict is INCONCLUSIVE
    assert result.reason == "two independent ladders do not agree that it is wrong."


def test_difference_between_one_and_four_tolerances_is_inconclusive() -> None:
    result = derivative(1.0 + 2.5e-7, math.exp, rounding=1e-7)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith("noise: actual and expected differ by more than the tolerance, but by less than 4 times")


def test_large_rounding_never_lets_a_law_hold() -> None:
    result = derivative(1.1, math.exp, rounding=1.0)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith("resolution: only errors above")


def test_wrong_sign_does_not_hold_where_half_precision_cancels() -> None:
    half = {"rounding": 0.247, "size": 2.3, "required": 0.16}
    assert derivative(0.0355, lambda t: -0.0265 * t, **half).verdict is INCONCLUSIVE
    assert derivative(0.0355, lambda t: 0.0355 * t, **half).verdict is INCONCLUSIVE


def test_half_precision_is_judged_on_the_scale_of_the_two_values() -> None:
    half = {"size": 10.0, "required": 0.16}
    assert derivative(1.0, math.sin, rounding=0.1, **half).verdict is HOLDS
    assert derivative(1.0, math.sin, rounding=0.2, **half).verdict is INCONCLUSIVE
    assert derivative(1.0, math.sin, rounding=1e-7, size=10.0).verdict is HOLDS  # float64: on the scale of the gradient


def test_noisy_function_is_inconclusive_by_resolution() -> None:
    rng = np.random.default_rng(0)
    result = derivative(1.0, lambda t: math.exp(t) + 1e-7 * rng.normal())
    assert result.verdict is INCONCLUSIVE
    assert "resolution" in result.reason or "random" in result.reason


def test_both_zero_is_vacuous() -> None:
    for phi in (lambda t: 5.0, lambda t: 0.0):
        result = derivative(0.0, phi)
        assert result.verdict is HOLDS
        assert result.vacuous


def test_zero_against_a_slope_is_broken_and_not_vacuous() -> None:
    result = derivative(0.0, lambda t: 1e-5 * t)
    assert (result.verdict, result.vacuous) == (BROKEN, False)


def test_rounding_noise_against_a_constant_is_vacuous() -> None:
    result = derivative(3e-17, lambda t: math.cos(t) ** 2 + math.sin(t) ** 2)
    assert (result.verdict, result.vacuous) == (HOLDS, True)


@pytest.mark.parametrize("actual", [0.0, 0.5, 1.0])
def test_every_subgradient_of_a_kink_holds(actual: float) -> None:
    result = derivative(actual, lambda t: max(t, 0.0))
    assert result.verdict is HOLDS
    assert result.reason.startswith("subgradient")


@pytest.mark.parametrize("actual", [-0.01, 1.01])
def test_outside_the_one_sided_slopes_is_broken(actual: float) -> None:
    result = derivative(actual, lambda t: max(t, 0.0))
    assert result.verdict is BROKEN
    assert result.reason == "the analytic value lies outside the one-sided slopes of a kink."
    assert result.details["interval"] == pytest.approx([0, 1], abs=1e-11)


def test_several_kinks_are_judged_by_the_terms_of_the_sum() -> None:
    weights = np.array([1.0, -1.0])

    def terms(t: float) -> np.ndarray:
        return weights * np.maximum([t, 2 * t], 0.0)

    assert derivative(0.5, lambda t: float(terms(t).sum())).verdict is BROKEN
    assert derivative(0.5, lambda t: float(terms(t).sum()), outputs=terms).verdict is HOLDS
    assert derivative(1.5, lambda t: float(terms(t).sum()), outputs=terms).verdict is BROKEN


@pytest.mark.parametrize("actual", [math.nan, math.inf, -math.inf])
def test_non_finite_value_is_broken_where_the_slopes_are_finite(actual: float) -> None:
    for phi in (math.sin, abs):
        result = derivative(actual, phi)
        assert result.verdict is BROKEN
        assert result.reason == "the analytic value is not finite where the function and its slopes are."


ABSTAIN = {
    "jump": (lambda t: float(t > 0) + t, "jump: phi jumps"),
    "domain": (math.sqrt, "domain: phi is not finite, or raises, for t < 0"),
    "NaN": (lambda t: math.nan, "non-finite: phi(0) is nan."),
    "raises": (lambda t: 1 / t, "raises: phi raises at t = 0"),
    "infinite slope": (lambda t: np.cbrt(t), "unresolved: no step resolves phi"),
    "integer": (lambda t: 1, "unresolved: phi returns integers"),
}


@pytest.mark.parametrize("name", ABSTAIN)
@pytest.mark.parametrize("actual", [0.0, 1.0, math.inf])
def test_where_the_oracle_abstains_so_does_the_verdict(name: str, actual: float) -> None:
    phi, reason = ABSTAIN[name]
    result = derivative(actual, phi)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith(reason)
    assert result.expected is None
    assert result.tolerance is None


def test_result_holds_plain_floats() -> None:
    result = derivative(np.float64(1.5), math.exp)
    assert [type(x) for x in (result.actual, result.expected, result.bound, result.tolerance, result.resolution)] == [float] * 5
    assert type(result.vacuous) is bool


def test_tangent_holds_entry_by_entry() -> None:
    result = tangent([[1.0, 3.0], [0.0, -1.0]], lambda t: np.array([[math.exp(t), 3 * t], [7.0, math.cos(t) - t]]))
    assert result.verdict is HOLDS
    assert result.comparisons == 4
    assert result.where == ""


def test_tangent_names_the_worst_entry() -> None:
    result = tangent([[1.0, 3.0], [0.001, -1.01]], lambda t: np.array([[math.exp(t), 3 * t], [7.0, math.cos(t) - t]]), name="y")
    assert result.verdict is BROKEN
    assert result.where == "y[1, 1]"
    assert (result.actual, result.expected) == (-1.01, pytest.approx(-1.0))


def test_tangent_is_broken_beside_an_entry_that_cannot_be_judged() -> None:
    phi = lambda t: np.array([math.exp(t), float(t > 0)])  # noqa: E731
    assert tangent([1.0, 0.0], phi).verdict is INCONCLUSIVE
    assert tangent([1.1, 0.0], phi).verdict is BROKEN
    assert tangent([1.1, 0.0], phi).comparisons == 1


def test_tangent_of_a_wrong_shape_is_broken() -> None:
    result = tangent([1.0, 2.0], lambda t: np.array([t, t, t]))
    assert result.verdict is BROKEN
    assert result.reason == "the tangent of out has shape (2,), the function's value has (3,)."


def test_tangent_without_entries_is_vacuous() -> None:
    result = tangent(np.zeros((0, 2)), lambda t: np.zeros((0, 2)))
    assert (result.verdict, result.vacuous, result.comparisons) == (HOLDS, True, 0)


def test_complex_tangent_is_judged_part_by_part() -> None:
    phi = lambda t: np.array([np.exp(1j * t), 2 * t + 0j])  # noqa: E731
    assert tangent([1j, 2.0], phi).verdict is HOLDS
    assert tangent([1j, 2.0 + 1e-6j], phi).where == "out[1, 1]"


@pytest.mark.parametrize("phi", [lambda t: np.exp(1j * t), lambda t: complex(t, math.nan)])
def test_complex_function_against_a_real_value_is_inconclusive_with_a_remedy(phi: Any) -> None:
    result = derivative(1.0, phi)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith("phi is complex, the analytic value is real; project phi on a cotangent")
