"""The related case of each kind, by hand."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from harness.verdict.constants import eps, ulp_at_zero
from properties.laws import laws
from properties.laws.relations import _twins
from properties.laws.tame import smallest_normal
from tests.laws.examples import case_of, cube, product

LAW = laws()["relations-hold"].check


def of(op: str, *numbers: float, **params: object) -> Case:
    x = np.array(numbers)
    return case_of(single(op, (x.shape,), ("primal",), **params), (x,), (np.ones_like(x),))


def names(case: Case) -> list[str]:
    return [twin.name for twin in _twins(case)]


def test_of_any_program_minus_minus_x_is_asked():
    assert names(cube()) == ["minus minus x"]


def test_each_relation_of_an_op_is_asked():
    assert names(of("tanh", -0.5, 2.0)) == ["minus minus x", "mirror", "equivalent program", "permutation"]
    assert names(product()) == ["minus minus x", "mirror", "mirror", "mirror", "scale", "permutation"]


def test_a_relation_that_leads_out_of_the_domain_is_not_asked():
    assert "equivalent program" not in names(of("tanh", 700.0))
    assert "scale" not in names(of("square", 1e80))


@pytest.mark.parametrize(("dtype", "asked"), [("float64", True), ("float32", False)])
def test_a_relation_is_not_asked_where_a_step_leaves_the_dtype(dtype, asked):
    x = np.array([100.0])
    case = case_of(single("logaddexp", (x.shape, x.shape), ("primal", "primal")), (x, x + 1), (np.ones_like(x),))
    assert ("equivalent program" in names(msgspec.structs.replace(case, dtype=dtype))) == asked
    assert ("scale" in names(msgspec.structs.replace(of("square", 1e19), dtype=dtype))) == asked


@pytest.mark.parametrize("op", ["tanh", "sin", "maximum", "sum"])
def test_every_relation_but_those_of_powers_is_asked_in_half_precision_of_small_numbers_and_of_large_ones(op):
    x = np.array([2.0**-13, -(2.0**-9), 0.0, 1.0, -5.0, 40.0 if op in ("tanh", "sin") else 200.0])
    x = np.minimum(x, 5.0) if op == "tanh" else x
    count = 2 if op == "maximum" else 1
    params = {"axis": None, "keepdims": False} if op == "sum" else {}
    program = single(op, (x.shape,) * count, ("primal",) * count, **params)
    w = np.array(1.0) if op == "sum" else np.ones_like(x)
    asked = {dtype: names(case_of(program, (x, x + 1)[:count], (w,), dtype=dtype)) for dtype in ("float16", "float64")}
    assert [name for name in asked["float64"] if name != "scale"] == asked["float16"]


@pytest.mark.parametrize(("number", "dtype", "asked"), [(2.0**-7, "float16", True), (2.0**-9, "float16", False), (2.0**-9, "float32", True)])
def test_scale_is_asked_where_squares_of_the_number_and_of_its_multiple_have_all_their_digits(number, dtype, asked):
    assert ("scale" in names(msgspec.structs.replace(of("square", number), dtype=dtype))) == asked


@pytest.mark.parametrize(("op", "numbers"), [("tanh", (7.0,)), ("divide", (1.0, 200.0))])
def test_a_program_of_which_the_steps_leave_the_dtype_is_not_asked(op, numbers):
    """A quotient's derivative has the square of its denominator: cosh(7)^2 is no number of float16."""
    program = single(op, ((1,),) * len(numbers), ("primal",) * len(numbers))
    cases = {dtype: case_of(program, tuple(np.array([x]) for x in numbers), (np.ones(1),), dtype=dtype) for dtype in ("float16", "float32")}
    assert {dtype: "equivalent program" in names(case) for dtype, case in cases.items()} == {"float16": False, "float32": True}


def test_another_program_is_not_asked_of_an_integer_which_its_steps_promote_otherwise():
    program = single("logaddexp", ((2,), (2,)), ("constant", "primal"))
    x, y = np.array([1.0, 2.0]), np.array([0.5, -1.5])
    assert "equivalent program" in names(case_of(program, (x, y), (np.ones(2),)))
    assert "equivalent program" not in names(case_of(program, (x.astype(int), y), (np.ones(2),)))


def test_what_is_multiplied_in_another_order_does_not_underflow_on_the_way():
    assert "permutation" in names(of("prod", 1e10, 1e-10, axis=0, keepdims=False))
    small = of("prod", *[0.25] * 20, axis=0, keepdims=False)
    assert ("permutation" in names(small), "permutation" in names(msgspec.structs.replace(small, dtype="float16"))) == (True, False)
    assert "permutation" not in names(of("prod", 1e-200, 1e-200, 1e200, 1e200, axis=0, keepdims=False))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_the_smallest_normal_number_has_all_its_digits_and_no_smaller_one_has(dtype):
    least = smallest_normal(dtype)
    assert least * eps(dtype) == ulp_at_zero(dtype)
    assert dtype == "bfloat16" or least == np.finfo(dtype).smallest_normal


@pytest.mark.parametrize("case", [of("tanh", -0.5, 2.0), of("sqrt", 0.5, 2.0), of("erf", -1.0, 2.0), product()])
def test_torch_keeps_the_relations_and_a_rule_that_leans_to_one_side_does_not(case):
    assert LAW(load_backend("torch"), case).verdict is Verdict.HOLDS
    mirrored = "mirror" in names(case)
    assert (LAW(load_backend("faulty:leaning-gradient:torch"), case).verdict is Verdict.BROKEN) == mirrored


def test_the_result_names_the_relation():
    assert LAW(load_backend("faulty:leaning-gradient:torch"), of("tanh", -0.5, 2.0)).details["relation"] == "mirror"
