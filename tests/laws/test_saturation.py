"""Derivatives that are too small to show: below the rounding of what the values are computed from, or below the smallest number."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import case_of


def saturated() -> Case:
    """gelu at -30: -4.4e-195 by the formula, and 0 all around by the values."""
    return case_of(single("gelu", ((1,),), ("primal",), approximate="none"), (np.array([-30.0]),), (np.ones(1),))


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_slope_below_eps_of_values_that_do_not_change_is_open(law: str) -> None:
    result = laws()[law].check(load_backend("torch"), saturated())
    assert (result.verdict, "saturated" in result.reason) == (Verdict.INCONCLUSIVE, True)


def test_slope_that_would_show_is_broken_where_values_do_not_change() -> None:
    case = case_of(single("relu", ((1,),), ("primal",)), (np.array([-1.0]),), (np.ones(1),))
    assert laws()["vjp-eq-fd"].check(load_backend("faulty:leaking-gradient:torch"), case).verdict is Verdict.BROKEN


def test_gradient_that_cancels_is_linear_up_to_the_rounding_of_the_values() -> None:
    """x^-1 x = 1: the gradient is 0 by cancellation."""
    program = Program((Input("x", (1, 3, 3)),), (Instruction("solve", ("x", "x"), ("y",)),), ("y",))
    x = np.array([[[1.1037e-2, 2.6738e-5, -2.8358e-4], [3.8283e-6, 4.1380e-3, -1.8547e-2], [3e-5, -9.1e-3, -8.4e-3]]])
    w = np.zeros((1, 3, 3))
    w[0, 1, 2] = 1.0
    assert laws()["vjp-linear"].check(load_backend("torch"), case_of(program, (x,), (w,))).verdict is not Verdict.BROKEN


def test_gradient_that_underflows_is_not_the_adjoint_to_the_last_digit() -> None:
    case = case_of(single("matmul", ((1, 1), (1, 1)), ("primal", "primal")), (np.array([[2.5e-300]]), np.array([[-1.25e-15]])), (np.ones((1, 1)),))
    assert laws()["jvp-vjp-duality"].check(load_backend("torch"), case).verdict is not Verdict.BROKEN
