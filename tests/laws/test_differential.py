"""Another backend as the oracle: who disagrees, and whether it is the derivative or the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import BackendError, load_backend
from harness.backends.reference import ReferenceBackend
from harness.program import Case, single
from harness.running.judge import run_case
from harness.running.misuse import Misuse
from harness.running.selection import Selection, resolve
from harness.verdict import Verdict
from properties.laws import lookup_law
from properties.laws.differential import check_agreement

X = np.array([[0.3, -1.2], [2.0, 0.7]])
VALUES = {"primals": (X,), "tangents": (X + 1,), "cotangents": (X - 1,), "layouts": ()}
CASE = Case(
    law="agrees-with-torch",
    subject=single("tanh", ((2, 2),), ("primal",)),
    backend="reference",
    device="cpu",
    dtype="float64",
    differentiable=(0,),
    **VALUES,
)


class Otherwise(ReferenceBackend):
    """Its tanh is the sine; everything else is right."""

    name = "otherwise"

    def op(self, name: str) -> Callable[..., Any] | None:
        return super().op("sin" if name == "tanh" else name)


def test_two_right_backends_agree():
    pytest.importorskip("torch")
    assert run_case(load_backend("reference"), CASE).verdict is Verdict.HOLDS


@pytest.mark.parametrize("fault", ["scaled-gradient", "zeroed-entry"])
def test_a_wrong_gradient_is_found_and_laid_at_the_door_of_the_one_who_is_wrong(fault: str):
    wrong = load_backend(f"faulty:{fault}:reference")
    result = check_agreement("reference", wrong, CASE)
    assert result.verdict is Verdict.BROKEN
    assert f"{wrong.name} BROKEN, reference HOLDS" in result.reason
    other_way = check_agreement(f"faulty:{fault}:reference", load_backend("reference"), CASE)
    assert other_way.verdict is Verdict.INCONCLUSIVE
    assert other_way.reason.endswith("the other side is wrong.")


def test_different_functions_under_one_name_are_told_from_different_gradients():
    result = check_agreement("reference", Otherwise(), CASE)
    assert (result.verdict, result.pattern) == (Verdict.BROKEN, "different forwards")
    assert "otherwise and reference mean something else by one name" in result.reason


def test_what_the_other_backend_lacks_is_unsupported():
    complex_case = msgspec.structs.replace(CASE, law="agrees-with-reference", dtype="complex128")
    result = run_case(load_backend("reference"), complex_case)
    assert (result.verdict, result.reason) == (Verdict.UNSUPPORTED, "backend reference has no complex128 on cpu.")


def test_the_law_is_found_by_its_name():
    assert lookup_law("agrees-with-torch").family == "differential"


def test_against_adds_its_law_to_those_selected():
    cells = resolve(Selection(backends=("reference",), op="tanh", law="vjp-zero", against=("reference",))).cells
    assert {cell.law for cell in cells} == {"vjp-zero", "agrees-with-reference"}
    with pytest.raises(Misuse, match="no backend is called 'nosuch'"):
        resolve(Selection(backends=("reference",), op="tanh", against=("nosuch",)))


def test_misuse_of_a_backend_is_a_value_error():
    with pytest.raises(ValueError, match=r"no backend is called 'jaxx'\. Did you mean 'jax'\?") as error:
        load_backend("jaxx")
    assert isinstance(error.value, BackendError)
