"""Third derivatives: of what is known, of linear ops, and of torch's normalizations, where a second derivative does not show what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.squared import as_asked
from tests.laws.examples import case_of, cube

LAW = laws()["third-eq-fd"]


def flipped() -> Case:
    """flip of three numbers: linear."""
    return case_of(single("flip", ((3,),), ("primal",), axis=(0,)), (np.array([1.0, 2.0, -3.0]),), (np.array([1.0, -2.0, 3.0]),))


def normalized() -> Case:
    """Two rows, each less its mean, over its deviation."""
    rows = np.array([[0.7, -1.2, 0.4], [1.1, 0.3, -0.6]])
    return case_of(single("layer_norm", ((2, 3),), ("primal",), normalized_shape=(3,), eps=1e-5), (rows,), (rows[::-1].copy(),))


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_third_derivative_of_a_cube_is_six_u_v_w(name: str) -> None:
    if name == "jax":
        pytest.importorskip("jax")
    backend = load_backend(name)
    bound = bind(backend, cube())
    u, v = (bound.tangents((np.array(entries),)) for entries in ([1.0, 2.0, -1.0], [1.0, 3.0, 2.0]))
    (third,) = backend.third(bound.function, bound.primals, bound.cotangents(), u, v)
    assert backend.numpy(third).tolist() == [6.0, -72.0, -48.0], "w = (1, -2, 4)"


def test_a_linear_op_is_asked_of_the_square_of_its_square() -> None:
    result = LAW.check(load_backend("torch"), flipped())
    assert (result.verdict, result.vacuous, result.details["subject"]) == (Verdict.HOLDS, False, "squared twice")
    assert as_asked(flipped(), result).subject.ops == ("flip", "multiply", "multiply")


def test_wrong_third_derivative_of_a_linear_op_is_broken() -> None:
    assert LAW.check(load_backend("faulty:wrong-third:torch"), flipped()).verdict is Verdict.BROKEN


def test_what_is_right_twice_and_wrong_three_times_is_found() -> None:
    torch = load_backend("torch")
    assert laws()["hvp-eq-fd"].check(torch, normalized()).verdict is Verdict.HOLDS
    assert LAW.check(torch, normalized()).verdict is Verdict.BROKEN
