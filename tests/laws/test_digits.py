"""The laws against the reference in many digits: what finite differences cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Result, Verdict
from properties.laws import laws
from properties.laws.digits import KINK
from properties.laws.digits_told import BELOW, FEWER
from tests.laws.examples import case_of, cube, product

TINY = float(np.finfo(float).smallest_subnormal)


def pointwise(op: str, *inputs: list[float], cotangent: list[float] | None = None, dtype: str = "float64", **params: Any) -> Case:
    arrays = tuple(np.array(x) for x in inputs)
    out = np.broadcast_shapes(*(x.shape for x in arrays))
    w = np.ones(out) if cotangent is None else np.array(cotangent)
    return case_of(single(op, tuple(x.shape for x in arrays), ("primal",) * len(arrays), **params), arrays, (w,), dtype=dtype)


def reverse(case: Case, backend: str = "torch") -> Result:
    return laws()["vjp-eq-digits"].check(load_backend(backend), case)


def forward(case: Case, backend: str = "torch") -> Result:
    return laws()["jvp-eq-digits"].check(load_backend(backend), case)


@pytest.mark.parametrize("law", ["vjp-eq-digits", "jvp-eq-digits"])
def test_derivatives_of_a_cube_and_of_a_product_hold(law: str) -> None:
    for case in (cube(), product(), product("float32")):
        result = laws()[law].check(load_backend("torch"), case)
        assert (result.verdict, result.vacuous, result.comparisons > 3) == (Verdict.HOLDS, False, True)


@pytest.mark.parametrize("size", [1e-300, 1e-8, 1.0])
@pytest.mark.parametrize("op", ["tanh", "negative", "multiply"])
def test_constant_factor_is_broken_whatever_the_size_of_the_primals(op: str, size: float) -> None:
    inputs = [[1.5 * size, -2.0 * size]] * (2 if op == "multiply" else 1)
    assert reverse(pointwise(op, *inputs)).verdict is Verdict.HOLDS
    assert reverse(pointwise(op, *inputs), "faulty:scaled-gradient:torch").verdict is Verdict.BROKEN


def test_wrong_sign_one_ulp_beside_a_kink_is_broken() -> None:
    case = pointwise("abs", [TINY, -1e-300])
    assert reverse(case).verdict is Verdict.HOLDS
    result = reverse(case, "faulty:negated-gradient:torch")
    assert (result.verdict, result.actual, result.expected) == (Verdict.BROKEN, -1.0, 1.0)


def test_kink_at_the_primals_is_left_out_and_nothing_else() -> None:
    assert reverse(pointwise("abs", [0.0])).reason == KINK
    case = pointwise("abs", [0.0, 2.0])
    assert reverse(case).verdict is Verdict.HOLDS
    assert reverse(case, "faulty:negated-gradient:torch").where == "d <w, out> / d x0[1]"


def test_slope_that_the_rounding_of_the_value_hides_is_compared() -> None:
    result = reverse(pointwise("tanh", [20.0]))
    assert (result.verdict, result.actual, result.pattern) == (Verdict.BROKEN, 0.0, BELOW), "torch computes 1 - tanh^2"
    assert result.expected == pytest.approx(1.6993417021166355e-17, rel=1e-12)
    assert reverse(pointwise("sin", [20.0]), "faulty:scaled-gradient:torch").pattern == ""


def test_other_terms_of_a_sum_do_not_hide_a_small_entry() -> None:
    """Of log_softmax the entry 1 - y is lost; along the cotangent (1, 1) it stands beside -1."""
    case = pointwise("log_softmax", [37.4, 0.0], axis=0)
    result = reverse(case)
    assert (result.verdict, result.where) == (Verdict.BROKEN, "d out[0] / d x0[0]")
    assert result.expected == pytest.approx(5.719872877313073e-17, rel=1e-12)


def test_conditioning_is_allowed_for() -> None:
    """An ulp of 1e8 + 1 moves x - mean(x) by 1e-8 of it, and so the slopes of a variance."""
    program = single("var", ((3,),), ("primal",), axis=None, correction=1, keepdims=False)
    result = reverse(case_of(program, (np.array([1e8, 1e8 + 1, 1e8 + 2]),), (np.array(1.0),)))
    assert result.verdict is Verdict.HOLDS


def test_entry_that_vanishes_by_cancellation_may_be_off_by_rounding() -> None:
    """A correlation with itself is 1 wherever one is; torch's slope of it is 1e-17."""
    program = single("corrcoef", ((2, 3),), ("primal",))
    case = case_of(program, (np.array([[0.3, 1.7, -2.9], [1.1, 0.7, 5.3]]),), (np.array([[1.0, 0.5], [0.25, 2.0]]),))
    assert reverse(case).verdict is not Verdict.BROKEN
    assert reverse(case, "faulty:scaled-gradient:torch").verdict is Verdict.BROKEN


def test_forward_mode_is_asked_entry_by_entry() -> None:
    case = pointwise("multiply", [2.0, 3.0], [5.0, 7.0])
    result = forward(case, "faulty:scaled-tangent:torch")
    assert result.verdict is Verdict.BROKEN
    assert result.where.startswith("d out[")


def test_values_that_are_not_the_reference_s_decide_nothing() -> None:
    result = reverse(pointwise("log", [2.0]), "tests.laws.pretend:Doubled")
    assert (result.verdict, result.comparisons) == (Verdict.INCONCLUSIVE, 0)
    assert result.reason == "the values here are not those of the catalogue's reference: its derivative says nothing about them."


def test_program_that_no_digits_follow_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="an op of the program cannot be evaluated in more digits"):
        reverse(case_of(single("inv", ((1, 1),), ("primal",)), (np.ones((1, 1)),), (np.ones((1, 1)),)))


def test_half_precision_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="float16 is not followed in more digits: float64 and float32 are"):
        reverse(pointwise("sin", [1.0], dtype="float16"))


def test_array_without_elements_is_vacuous() -> None:
    result = reverse(pointwise("sin", []))
    assert (result.verdict, result.vacuous, result.comparisons) == (Verdict.HOLDS, True, 0)


def test_point_without_a_value_is_inconclusive() -> None:
    result = reverse(pointwise("log", [-1.0]))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, "domain: the function has no real, finite value here.")


def test_program_of_several_ops_is_followed_through_all_of_them() -> None:
    steps = (Instruction("exp", ("x0",), ("v0",)), Instruction("log", ("v0",), ("v1",)))
    case = case_of(Program((Input("x0", (2,)),), steps, ("v1",)), (np.array([1.5, -40.0]),), (np.array([1.0, 2.0]),))
    assert reverse(case).verdict is Verdict.HOLDS
    assert reverse(case, "faulty:scaled-gradient:torch").verdict is Verdict.BROKEN


def test_fewer_digits_than_rounding_explains_are_inconclusive_while_a_comparison_would_not_see_it() -> None:
    """1 - tanh^2 at 8 is off by 1e-10 of itself; at 15, by more than 1e-6."""
    assert reverse(pointwise("tanh", [8.0])).reason == FEWER
    assert reverse(pointwise("tanh", [15.0])).verdict is Verdict.BROKEN
