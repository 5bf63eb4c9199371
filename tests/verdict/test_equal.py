"""Laws exact to rounding, and laws of yes or no."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from harness.verdict import Result, Verdict, judge_equal, structural

HOLDS, BROKEN, INCONCLUSIVE = Verdict.HOLDS, Verdict.BROKEN, Verdict.INCONCLUSIVE


def equal(actual: Any, expected: Any, allowed: Any = 1e-15, **changes: Any) -> Result:
    return judge_equal("law", actual, expected, **{"allowed": allowed, "required": 1e-6, "rule": "rounding"} | changes)


def test_equal_within_rounding_holds() -> None:
    assert equal([1.0, 2.0], [1.0, 2.0 + 4e-16]).verdict is HOLDS


def test_beyond_four_tolerances_is_broken_and_names_the_worst_index() -> None:
    result = equal([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0 + 1e-9], [3.0 + 1e-7, 4.0]], name="gradient")
    assert (result.verdict, result.where) == (BROKEN, "gradient[1, 0]")
    assert result.ratio == pytest.approx(1e8, rel=1e-3)


def test_between_one_and_four_tolerances_is_inconclusive() -> None:
    result = equal(1.0, 1.0 + 2e-9, 1e-9)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith("rounding: actual and expected differ by more than the tolerance, but by less than 4 times")


def test_absolute_tolerance_alone_passes_nothing() -> None:
    result = equal([1e-9], [0.0], 1e-3)
    assert result.verdict is INCONCLUSIVE
    assert result.reason.startswith("resolution: only errors above")
    assert equal([1e-9], [0.0], 1e-3, size=1e4).verdict is HOLDS


def test_nothing_is_allowed_when_the_law_is_exact() -> None:
    assert equal([1.0], [1.0], 0.0).verdict is HOLDS
    assert equal([1.0], [np.nextafter(1.0, 2)], 0.0).verdict is BROKEN


def test_tolerance_per_element() -> None:
    assert equal([1.0, 1.0], [1.0, 1.0 + 1e-8], np.array([0.0, 1e-7])).verdict is HOLDS
    assert equal([1.0, 1.0], [1.0 + 1e-8, 1.0], np.array([0.0, 1e-7])).where == "out[0]"


@pytest.mark.parametrize(("actual", "expected"), [(math.nan, math.nan), (math.inf, math.inf), (-math.inf, -math.inf)])
def test_non_finite_agrees_with_itself(actual: float, expected: float) -> None:
    assert equal([actual, 1.0], [expected, 1.0]).verdict is HOLDS


@pytest.mark.parametrize(("actual", "expected"), [(math.nan, 0.0), (0.0, math.nan), (math.inf, -math.inf), (math.inf, math.nan), (1.0, math.inf)])
def test_non_finite_on_one_side_is_broken(actual: float, expected: float) -> None:
    result = equal([actual, 1.0], [expected, 1.0], 1e3)
    assert result.verdict is BROKEN
    assert result.reason == "one side is not finite where the other is, or not in the same way."
    assert result.where == "out[0]"


def test_where_rounding_decides_whether_a_number_overflows_an_infinity_proves_nothing_and_nan_does() -> None:
    overflowed = equal([math.inf, 1.0], [-0.0, 1.0], np.array([math.inf, 1e-7]))
    assert overflowed.verdict is INCONCLUSIVE
    assert overflowed.reason == "overflow: one ulp more or less of the values decides whether this number is infinite."
    assert equal([math.nan, 1.0], [-0.0, 1.0], np.array([math.inf, 1e-7])).verdict is BROKEN
    assert equal([math.inf, 1.1], [-0.0, 1.0], np.array([math.inf, 1e-7])).verdict is BROKEN


def test_zeros_on_both_sides_are_vacuous() -> None:
    assert equal([0.0, 0.0], [0.0, -0.0]).vacuous
    assert not equal([0.0, 1.0], [0.0, 1.0]).vacuous


def test_arrays_without_elements_compare_nothing() -> None:
    result = equal(np.zeros((0, 3)), np.zeros((0, 3)))
    assert (result.verdict, result.vacuous, result.comparisons) == (HOLDS, True, 0)


def test_shapes_must_agree() -> None:
    result = equal(np.zeros((3, 1)), np.zeros(3))
    assert (result.verdict, result.reason) == (BROKEN, "out has shape (3, 1), expected (3,).")


def test_complex_numbers_are_compared_whole() -> None:
    assert equal([1 + 1j], [1 + 1j]).verdict is HOLDS
    result = equal([1 + 1j], [1 - 1j])
    assert (result.verdict, result.actual, result.expected) == (BROKEN, 1.0, -1.0)


def test_structural_law_holds_or_breaks() -> None:
    assert structural("law", True, "it broke").verdict is HOLDS
    result = structural("law", False, "the dtype is float32.", comparisons=2)
    assert (result.verdict, result.reason, result.comparisons) == (BROKEN, "the dtype is float32.", 2)
