"""The class of a finding."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.program import Case, single
from harness.running.defect import defect_of, told
from harness.verdict import Result, Verdict
from properties.laws import lookup_law
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
        (CASE, broken(1e-9, 0.0, status="smooth"), "wrong"),
        (CASE, broken(None, None), "wrong"),
    ],
)
def test_defect_is_told_from_the_point_and_the_size_of_the_error(case: Case, result: Result, defect: str) -> None:
    assert defect_of(lookup_law("vjp-eq-fd"), case, result) == defect


def test_defect_of_a_tape_law_is_its_semantics() -> None:
    assert defect_of(lookup_law("accumulate-adds"), CASE, broken(2.0, 1.0)) == "semantics"


def test_defect_is_explained_in_words() -> None:
    assert told("precision") == "precision: right, but to fewer digits than there should be"
