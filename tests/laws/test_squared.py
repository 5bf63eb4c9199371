"""Second derivatives of linear ops, which vanish by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.squared import squared
from tests.laws.examples import case_of

SECOND = ["hvp-eq-fd", "jvp-jvp-eq-fd", "hessian-compositions-agree", "hessian-symmetric"]


def flipped() -> Case:
    """flip of three numbers: linear."""
    return case_of(single("flip", ((3,),), ("primal",), axis=(0,)), (np.array([1.0, 2.0, -3.0]),), (np.array([1.0, -2.0, 3.0]),))


def test_squared_program_returns_the_squares_of_its_outputs() -> None:
    program = squared(flipped().subject)
    assert (program.ops, program.outputs, list(program.problems())) == (("flip", "multiply"), ("v0_squared",), [])


@pytest.mark.parametrize("law", SECOND)
def test_second_derivative_of_a_linear_op_is_looked_at_behind_a_square(law: str) -> None:
    result = laws()[law].check(load_backend("torch"), flipped())
    assert (result.verdict, result.vacuous, result.details["subject"]) == (Verdict.HOLDS, False, "squared")


def test_wrong_second_derivative_of_a_linear_op_is_broken() -> None:
    assert laws()["hvp-eq-fd"].check(load_backend("faulty:wrong-hvp:torch"), flipped()).verdict is Verdict.BROKEN


def test_flat_piece_stays_vacuous() -> None:
    case = case_of(single("relu", ((1,),), ("primal",)), (np.array([-2.0]),), (np.array([1.0]),))
    assert laws()["hvp-eq-fd"].check(load_backend("torch"), case).vacuous


@pytest.mark.parametrize("law", SECOND)
def test_nothing_is_squared_where_the_products_on_the_way_overflow(law: str) -> None:
    case = case_of(single("elu", ((1, 1),), ("primal",), alpha=1.0), (np.array([[1.25e300]]),), (np.array([[1.0]]),))
    assert laws()[law].check(load_backend("torch"), case).vacuous


@pytest.mark.parametrize("law", SECOND)
@pytest.mark.parametrize(("x", "vacuous"), [(-2.5e30, True), (-2.5e3, False)])
def test_nothing_is_squared_where_the_value_swallows_what_the_square_adds(law: str, x: float, vacuous: bool) -> None:
    case = case_of(single("logsumexp", ((1,),), ("primal",), axis=0, keepdims=True), (np.array([x]),), (np.array([1.0]),))
    assert laws()[law].check(load_backend("torch"), case).vacuous is vacuous
