"""Tolerances that are derived: what rounding does, and what resolution a dtype can give."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from harness.verdict import analytic_rounding, gamma, inner_product_rounding, natural_size, required_resolution
from harness.verdict.constants import eps


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_inner_product_rounding_covers_what_rounding_does(size: int) -> None:
    rng = np.random.default_rng(size)
    for _ in range(50):
        a, b = rng.normal(size=size), rng.normal(size=size)
        exact = sum((Fraction(x) * Fraction(y) for x, y in zip(a.tolist(), b.tolist(), strict=True)), Fraction(0))
        running = 0.0
        for x, y in zip(a.tolist(), b.tolist(), strict=True):
            running += x * y
        assert abs(Fraction(running) - exact) <= inner_product_rounding(a, b)


def test_gamma_grows_with_the_terms_and_stays_below_one() -> None:
    assert gamma(1) < gamma(10) < gamma(10**6) < 1e-11
    assert gamma(10**6, "bfloat16") == 1.0


def test_analytic_rounding_is_relative_to_the_terms_and_not_to_their_sum() -> None:
    gradient, direction = np.array([1e8, -1e8]), np.array([1.0, 1.0])
    assert analytic_rounding(gradient, direction) > 1e-6
    assert analytic_rounding(gradient, direction, "float32") > 1e3 * analytic_rounding(gradient, direction)


def test_natural_size_is_that_of_a_sum_of_random_signs() -> None:
    assert natural_size(np.ones(100), np.ones(100)) == pytest.approx(10)
    assert natural_size(np.zeros(0), np.zeros(0)) == 0


def test_required_resolution_leaves_room_for_each_precision() -> None:
    assert required_resolution("float64") == required_resolution("complex128") == 1e-6
    assert required_resolution("float32") == required_resolution("complex64") == pytest.approx(2.5e-3, rel=0.1)
    assert math.sqrt(eps("float16")) < required_resolution("float16") < required_resolution("bfloat16") < 0.2


def test_unknown_dtype_is_named() -> None:
    with pytest.raises(ValueError, match=r"eps\(dtype=\.\.\.\) must be one of float64, .*; got 'int64'\."):
        eps("int64")


def test_analytic_rounding_of_many_entries_is_that_of_random_signs() -> None:
    one, many = analytic_rounding(np.ones(1), np.ones(1), "bfloat16"), analytic_rounding(np.ones(10_000), np.ones(10_000), "bfloat16")
    assert many == pytest.approx(4 * 100 * one, rel=1e-3)
    assert analytic_rounding(np.ones(4), np.ones(4), "bfloat16") == pytest.approx(4 * one, rel=1e-3)


def test_analytic_rounding_knows_that_a_gradient_underflows_before_its_product_with_a_long_step() -> None:
    assert analytic_rounding(np.zeros(1), np.array([1e150])) > 1e-174  # the smallest number times the step; its square is 0


def test_infinite_gradient_across_a_still_entry_gives_no_warning() -> None:
    gradient, direction = np.array([np.inf, 1.0]), np.array([0.0, 1.0])
    assert np.isnan(analytic_rounding(gradient, direction, "float16"))
    assert np.isnan(natural_size(gradient, direction))
