"""What a finding is called: by the op that is wrong, whatever program it stands in."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends.registry import load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.running.bisect import bisected, culprit
from harness.running.finding import explained, signature_of
from harness.running.judge import run_case
from harness.verdict import Result, Verdict
from tests.laws.examples import case_of

WRONG = load_backend("faulty:scaled-gradient:reference")
CHAIN = Program(
    (Input("x0", (2,)),),
    (Instruction("exp", ("x0",), ("v0",)), Instruction("negative", ("v0",), ("v1",))),
    ("v1",),
)


def called(case: Case) -> str:
    return signature_of(WRONG, case, explained(WRONG, case, run_case(WRONG, case)), culprit(bisected(WRONG, case)))


def on(program: Program) -> Case:
    x = np.array([0.5, -1.0])
    return case_of(program, (x,), (np.ones_like(x),), law="vjp-eq-fd")


def test_program_with_a_wrong_op_is_called_like_that_op() -> None:
    assert called(on(CHAIN)) == called(on(single("exp", ((2,),), ("primal",)))) == "vjp-eq-fd | exp | all off"


def test_program_whose_ops_are_right_alone_is_called_by_all_of_them() -> None:
    case = on(CHAIN)
    result = Result(law=case.law, verdict=Verdict.BROKEN, actual=float("nan"), expected=1.0)
    assert signature_of(WRONG, case, result, None) == "vjp-eq-fd | exp+negative | not finite"


@pytest.mark.parametrize(("compared", "words"), [("forward over reverse with reverse over reverse", "forward over reverse zero"), ("", "zero")])
def test_signature_says_which_route_differs(compared: str, words: str) -> None:
    details = {"compared": compared} if compared else {}
    result = Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=0.0, expected=1.0, details=details)
    assert signature_of(WRONG, on(CHAIN), result, None) == f"vjp-eq-fd | exp+negative | {words}"


def raising(message: str) -> Result:
    reason = f"raises ValueError: {message}; the plain forward works"
    return Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, reason=reason, pattern="raises ValueError")


def test_exceptions_of_one_class_are_told_apart_by_what_they_say_without_its_numbers() -> None:
    names = {message: signature_of(WRONG, on(CHAIN), raising(message), None) for message in ("no 3 axes", "no 12 axes", "grad of f at 0x7f3a2b", "")}
    assert names["no 3 axes"] == names["no 12 axes"] == "vjp-eq-fd | exp+negative | raises valueerror no # axes"
    assert names["grad of f at 0x7f3a2b"] == "vjp-eq-fd | exp+negative | raises valueerror grad of f at #"
    assert names[""] == "vjp-eq-fd | exp+negative | raises valueerror"


def test_an_exception_that_tells_a_shape_is_called_alike_for_shapes_of_every_rank() -> None:
    names = {signature_of(WRONG, on(CHAIN), raising(f"shape {shape} is invalid"), None) for shape in ("[3]", "[2, 3]", "[2, 3, -1]")}
    assert names == {"vjp-eq-fd | exp+negative | raises valueerror shape # is invalid"}
