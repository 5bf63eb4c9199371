"""Kinks that rounding may cross on the way, entries beside a kink, and slopes too small to be known: what the laws of digits may not say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Result, Verdict
from properties.laws import laws
from properties.laws.digits import KINK
from properties.laws.digits_around import AROUND
from tests.laws.examples import case_of


def reverse(case: Case, backend: str = "torch") -> Result:
    return laws()["vjp-eq-digits"].check(load_backend(backend), case)


def one_op(op: str, *inputs: list[Any], w: Any, dtype: str = "float64", **params: Any) -> Case:
    arrays = tuple(np.array(x, dtype=float) for x in inputs)
    program = single(op, tuple(x.shape for x in arrays), ("primal",) * len(arrays), **params)
    return case_of(program, arrays, (np.array(w, dtype=float),), dtype=dtype)


def ramp_of_a_difference() -> Case:
    """relu(x^2 - y) at x^2 = y + 2^-60, a difference that rounds to 0, and at 9 - 1."""
    steps = (("multiply", ("x", "x"), "square"), ("subtract", ("square", "y"), "apart"), ("relu", ("apart",), "out"))
    program = Program((Input("x", (2,)), Input("y", (2,))), tuple(Instruction(op, args, (name,)) for op, args, name in steps), ("out",))
    x = np.array([1 + 2.0**-30, 3.0])
    return case_of(program, (x, np.array([x[0] ** 2, 1.0])), (np.ones(2),))


def test_a_kink_that_rounding_crosses_on_the_way_is_open() -> None:
    result = reverse(ramp_of_a_difference())
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, AROUND)


def test_a_kink_that_rounding_crosses_excuses_no_other_entry() -> None:
    assert reverse(ramp_of_a_difference(), "faulty:negated-gradient:torch").verdict is Verdict.BROKEN


def test_an_entry_that_is_the_largest_that_it_can_be_moves_with_the_rounding_of_the_mean() -> None:
    """Of the gradient of std at 1 + 2 u, 1, 1, whose mean lies between two numbers; to the first order in the numbers that entry is constant."""
    params = {"axis": None, "keepdims": False, "correction": 0}
    assert reverse(one_op("std", [1.75 + 2.0**-22, 1.75, 1.75], w=1.0, dtype="float32", **params)).verdict is Verdict.INCONCLUSIVE
    apart = one_op("std", [1.75 + 2.0**-10, 1.75, 1.75], w=1.0, dtype="float32", **params)
    assert reverse(apart, "faulty:negated-gradient:torch").verdict is Verdict.BROKEN


@pytest.mark.parametrize("beside", [1 + 2.0**-52, 1 - 2.0**-53])
def test_numbers_that_are_compared_as_they_are_have_one_side(beside: float) -> None:
    case = one_op("maximum", [1.0], [beside], w=[1.0])
    assert reverse(case).verdict is Verdict.HOLDS
    assert reverse(case, "faulty:negated-gradient:torch").verdict is Verdict.BROKEN


def test_an_entry_at_a_kink_of_one_output_is_asked_of_the_others() -> None:
    """|x - y| of the first pair is at its kink in x[0, 0], that of the second is not."""
    case = one_op("cdist", [[1.0, 2.0]], [[1.0, 0.0], [5.0, 5.0]], w=[[1.0, 1.0]], p=1.0)
    assert reverse(case).verdict is Verdict.HOLDS
    assert reverse(case, "faulty:flipped-entry:torch").where == "d out[1] / d x0[0, 0]"


def test_a_slope_too_small_beside_its_value_is_unknown_and_not_zero() -> None:
    """-sin(1e-100) beside cos(1e-100) = 1: no digit of it is left."""
    result = reverse(one_op("cos", [1e-100], w=[1.0]))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, KINK)
    assert reverse(one_op("cos", [0.0, 0.5], w=[1.0, 1.0]), "faulty:scaled-gradient:torch").verdict is Verdict.BROKEN


def test_products_of_large_matrices_are_not_followed_for_minutes() -> None:
    arrays = (np.ones((65, 2)), np.ones(2))
    case = case_of(single("householder_product", ((65, 2), (2,)), ("primal",) * 2), arrays, (np.ones((65, 2)),))
    with pytest.raises(Unsupported, match=r"a product of matrices of \(65, 65\) and \(65, 65\) is not followed in more digits"):
        reverse(case)


class Refusing(TorchBackend):
    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        raise ValueError("shapes do not match")


def test_what_the_backend_raises_is_its_own() -> None:
    with pytest.raises(ValueError, match="shapes do not match"):
        laws()["vjp-eq-digits"].check(Refusing(), one_op("sin", [1.0], w=[1.0]))


def test_partial_derivatives_that_do_not_add_up_are_no_derivative() -> None:
    """Of three equal numbers each may be moved alone, and the second smallest stays; torch gives the slope of 1 to one of them."""
    result = reverse(one_op("kthvalue", [1.0, 1.0, 1.0], w=1.0, k=2, axis=0, keepdims=False))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, KINK)
    apart = one_op("kthvalue", [1.0, 3.0, 2.0], w=1.0, k=2, axis=0, keepdims=False)
    assert reverse(apart).verdict is Verdict.HOLDS
    assert reverse(apart, "faulty:negated-gradient:torch").verdict is Verdict.BROKEN


def test_a_third_has_all_digits_in_the_reference() -> None:
    """x / |x|_3 of one number is its sign: the slope is 0, and not what rounding of 1/3 makes of it."""
    assert reverse(one_op("normalize", [[2.0]], w=[[1.0]], p=3.0, axis=1, eps=1e-12)).verdict is Verdict.HOLDS
