"""A jump at the point is told after a few values; it excuses no wrong slope, and nothing else is taken for one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from harness.oracles import Estimate
from harness.verdict import Result, Verdict, judge_derivative, judge_tangent
from harness.verdict.elementwise import compare

FEW = 48  # evaluations; the ladder and both sides would take hundreds


def derivative(actual: float, phi: Any) -> Result:
    return judge_derivative("law", actual, phi, rounding=1e-15, size=1.0, required=1e-6)


def tangent(actual: list[float], phi: Any) -> Result:
    return judge_tangent("law", np.array(actual), phi, rounding=1e-15, size=1.0, required=1e-6)


@pytest.mark.parametrize(
    ("phi", "told"),
    [
        (lambda t: t + (t > 0), "by 0 from the left, by 1 to the right."),
        (lambda t: 3 + t - 2 * (t < 0), "by -2 from the left, by 0 to the right."),
        (lambda t: math.exp(t) + 0.5 * (t != 0), "by 0.5 from the left, by 0.5 to the right."),
    ],
)
def test_jump_at_the_point_is_told_after_a_few_values(phi: Any, told: str) -> None:
    result = derivative(1.0, phi)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == f"jump: phi jumps at this point: {told}"
    assert result.evaluations <= FEW


def test_jump_of_one_element_leaves_the_others_right_and_is_told_as_soon() -> None:
    result = tangent([0.0, 2.0], lambda t: np.array([float(t > 0), math.sin(2 * t)]))
    assert (result.verdict, result.where) == (Verdict.INCONCLUSIVE, "out[0]")
    assert result.evaluations <= FEW
    assert result.comparisons == 1


@pytest.mark.parametrize("wrong", [2.0 + 1e-5, -2.0, 0.0])
def test_jump_of_one_element_excuses_no_wrong_slope_of_another(wrong: float) -> None:
    result = tangent([0.0, wrong], lambda t: np.array([float(t > 0), math.sin(2 * t)]))
    assert (result.verdict, result.where) == (Verdict.BROKEN, "out[1]")


@pytest.mark.parametrize("infinite", [math.inf, -math.inf, math.nan])
def test_beside_a_jump_a_slope_of_which_no_digit_is_known_contradicts_no_infinite_one(infinite: float) -> None:
    """As of the cosine of 1e35 times t, which jumps from each number to the next."""
    gap = "phi jumps at this point: by 1 from the left."
    for bound, broken in ((7.3, False), (0.1, True)):
        found = compare(np.array(infinite), Estimate(-2.4, bound, "jump", 45, gap), scale=1.0, rounding=0.0, size=1.0, required=1e-6)
        assert found.broken.any() == broken
        assert broken or (found.worst, found.reason) == (Verdict.INCONCLUSIVE, f"jump: {gap}")
    result = tangent([0.0, infinite], lambda t: np.array([float(t > 0), math.sin(2 * t)]))
    assert (result.verdict, result.where) == (Verdict.BROKEN, "out[1]")


@pytest.mark.parametrize(
    "phi",
    [
        lambda t: math.tanh(1e9 * t),  # steep
        lambda t: math.sqrt(abs(t)),  # steeper
        abs,
        lambda t: t + (t > 1e-9),  # beside the point
        lambda t: 1e8 + t + 1e-8 * (t > 0),  # no taller than rounding
    ],
)
def test_what_is_no_jump_at_the_point_is_not_taken_for_one(phi: Any) -> None:
    assert not derivative(3.0, phi).reason.startswith("jump")
