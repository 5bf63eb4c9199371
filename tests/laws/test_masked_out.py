"""What a mask leaves out, and what only looks as if it did."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.masked_out import _poison, _with_a_hidden_leaf
from tests.laws.examples import case_of, cube

LAW = laws()["masked-nan-harmless"].check
TORCH = load_backend("torch")


def masked() -> Case:
    """where(m, x, y) with m = (true, false): x1 and y0 are not read."""
    inputs = (Input("m", (2,), "mask"), Input("x", (2,)), Input("y", (2,)))
    program = Program(inputs, (Instruction("where", ("m", "x", "y"), ("v0",)),), ("v0",))
    return case_of(program, (np.array([True, False]), np.array([1.0, 2.0]), np.array([3.0, 4.0])), (np.array([1.0, -2.0]),))


def poisoned(case: Case) -> list[list[bool]]:
    return [(~np.isfinite(p)).tolist() for p in _poison(TORCH, _with_a_hidden_leaf(TORCH, case))]


def test_what_a_where_does_not_take_is_poisoned_and_the_leaf_behind_the_law_s_own():
    assert poisoned(masked()) == [[False, True], [True, False], [True, True]]


def test_torch_selects_by_the_mask_and_does_not_multiply_by_it():
    assert LAW(TORCH, masked()).verdict is Verdict.HOLDS
    assert LAW(load_backend("faulty:zero-times-masked:torch"), masked()).verdict is Verdict.BROKEN


def test_a_divisor_of_zero_is_read_although_no_number_in_its_place_changes_the_quotient():
    case = case_of(single("divide", ((), ()), ("primal", "primal")), (np.array(0.0), np.array(1.0)), (np.array(1.0),))
    assert poisoned(case) == [False, False, True]
    assert LAW(TORCH, case).verdict is Verdict.HOLDS


def test_a_base_is_read_beside_the_exponent_0_although_no_number_in_its_place_changes_the_power():
    case = case_of(single("pow", ((), ()), ("primal", "primal")), (np.array(2.0), np.array(0.0)), (np.array(1.0),))
    assert poisoned(case) == [False, False, True]
    assert LAW(TORCH, case).verdict is Verdict.HOLDS


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_an_exponent_is_read_beside_the_base_1_in_every_precision(dtype):
    case = case_of(single("pow", ((), ()), ("primal", "primal")), (np.array(1.0), np.array(1.0)), (np.array(1.0),), dtype=dtype)
    assert poisoned(case) == [False, False, True]
    assert LAW(TORCH, case).verdict is Verdict.HOLDS


def test_which_of_two_equal_numbers_a_median_takes_is_not_what_it_does_not_read():
    case = case_of(single("kthvalue", ((3,),), ("primal",), k=2, axis=0, keepdims=False), (np.array([0.5, 0.5, 0.5]),), (np.array(1.0),))
    assert poisoned(case) == [[False] * 3, True]
    assert LAW(TORCH, case).verdict is Verdict.HOLDS


def test_an_entry_that_the_function_refuses_to_be_without_is_read():
    case = case_of(single("binary_cross_entropy", ((2,), (2,)), ("primal", "primal"), reduction="none"), (np.array([0.5, 0.25]),) * 2, (np.ones(2),))
    assert poisoned(case)[:2] == [[False] * 2] * 2
    assert LAW(TORCH, case).verdict is Verdict.HOLDS


def test_a_masked_variance_multiplies_by_its_mask_in_torch():
    params = {"mask": (True, True, False), "axis": 0, "keepdims": False}
    case = case_of(single("masked_var", ((3,),), ("primal",), **params), (np.array([1.0, 2.0, 4.0]),), (np.array(1.0),))
    assert poisoned(case)[0] == [False, False, True]
    assert LAW(TORCH, case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("case", [cube()], ids=["cube"])
def test_of_a_program_only_the_hidden_leaf_is_asked(case):
    assert poisoned(case) == [[False] * 3, [True] * 3]


def test_a_backend_without_where_has_nothing_to_hide_a_leaf_behind():
    with pytest.raises(Unsupported, match=r"^backend toy has no op 'where', behind which a value is left out\.$"):
        LAW(load_backend("tests.running.toy:Toy"), cube())
