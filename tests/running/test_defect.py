"""The class of a finding."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, single
from harness.running.defect import AT_A_KINK, NOT_KNOWN, NOT_SMOOTH, SMOOTH, defect_of, told
from harness.running.judge import run_case
from harness.verdict import Result, Verdict
from properties.laws import lookup_law
from properties.laws.explain import explain
from tests.laws.examples import case_of

CASE = case_of(single("negative", ((1,),), ("primal",)), (np.ones(1),), (np.ones(1),))
TIE = msgspec.structs.replace(CASE, drawn={"margin": 0})


def broken(actual: float | None, expected: float | None, **details: object) -> Result:
    return Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=actual, expected=expected, details=details)


@pytest.mark.parametrize(
    ("case", "result", "defect"),
    [
        (CASE, broken(2.0, 1.0, status="smooth"), "wrong"),
        (CASE, broken(1.0 + 1e-8, 1.0, status="smooth"), "precision"),
        (CASE, broken(1.0 + 1e-8, 1.0, jacobian={"actual": [[1.0, 0.0]], "expected": [[1.0, 1.0]]}), "wrong"),
        (CASE, broken(1.5, 1.0, jacobian={"actual": [[1.0, 9.0]], "expected": [[1.0 + 1e-9, float("nan")]]}), "precision"),
        (CASE, broken(2.0, 1.0, status="kink"), "convention"),
        (TIE, broken(2.0, 1.0, status="smooth"), "convention"),
        (TIE, broken(float("nan"), 1.0, status="kink"), "wrong"),
        (CASE, broken(2.0, 1.0, status="jump", interval=[0.0, 1.0]), "convention"),
        (CASE, broken(1e-9, 0.0, status="smooth"), "wrong"),
        (CASE, broken(None, None), "wrong"),
    ],
)
def test_defect_is_told_from_the_point_and_the_size_of_the_error(case: Case, result: Result, defect: str) -> None:
    assert defect_of(lookup_law("vjp-eq-fd"), case, result) == defect


class _Cast(TorchBackend):
    """A torch whose gradients pass through float32."""

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, tuple(g.float().double() for g in gradients)


@pytest.mark.parametrize("op", ["exp", "sin", "tanh", "square", "sqrt"])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_gradient_cast_to_float32_is_broken_and_lacks_precision(op: str, size: float) -> None:
    x = np.pi * np.array([0.3, 0.7, 0.9]) * (size if op in ("square", "sqrt") else 1.0)  # no gradient has 24 bits only
    case = msgspec.structs.replace(case_of(single(op, ((3,),), ("primal",)), (x,), (np.array([1.0, -0.7, 2.3]),)), law="vjp-eq-fd")
    result = run_case(_Cast(), case)
    assert result.verdict is Verdict.BROKEN
    assert defect_of(lookup_law("vjp-eq-fd"), case, explain(_Cast(), case, result)) == "precision"


def test_internal_error_of_a_backward_is_broken() -> None:
    case = msgspec.structs.replace(CASE, law="vjp-eq-fd")
    result = run_case(load_backend("faulty:raising-backward:torch"), case)
    assert (result.verdict, result.pattern) == (Verdict.BROKEN, "raises RuntimeError")
    assert result.reason.endswith("; the plain forward works")


def test_defect_of_a_tape_law_is_its_semantics() -> None:
    assert defect_of(lookup_law("accumulate-adds"), CASE, broken(2.0, 1.0)) == "semantics"


@pytest.mark.parametrize(
    ("case", "result", "words"),
    [
        (CASE, broken(1.0 + 1e-8, 1.0), "precision: right, but to fewer digits than there should be"),
        (TIE, broken(2.0, 1.0), "convention: a kink or a tie, where several answers can be defended"),
        (CASE, broken(2.0, 1.0, status="smooth"), SMOOTH),
        (CASE, broken(float("nan"), 1.0, status="smooth", interval=[1.0, 1.0]), SMOOTH),
        (CASE, broken(float("nan"), 1.0, status="kink"), AT_A_KINK),
        (CASE, broken(float("nan"), 1.0, status="jump", interval=[-1.0, 1.0]), AT_A_KINK),
        (TIE, broken(float("nan"), 1.0, status="smooth"), AT_A_KINK),
        (TIE, broken(None, None), AT_A_KINK),
        (CASE, broken(2.0, 1.0, status="jump"), NOT_SMOOTH),
        (CASE, broken(None, None), NOT_KNOWN),
    ],
)
def test_defect_claims_smoothness_only_where_the_oracle_saw_it_and_no_tie_was_drawn(case: Case, result: Result, words: str) -> None:
    assert told(lookup_law("vjp-eq-fd"), case, result) == words
