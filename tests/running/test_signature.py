"""What a finding is called: by the op that is wrong, whatever program it stands in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.backends.faulty.faults import FAULTS, Fault
from harness.backends.registry import load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.running.bisect import Step, bisected
from harness.running.called import explained, signature_of
from harness.running.defect import defect_of
from harness.running.judge import run_case
from harness.verdict import Result, Verdict
from properties.laws import lookup_law
from tests.laws.examples import case_of

WRONG = load_backend("faulty:scaled-gradient:reference")
CHAIN = Program(
    (Input("x0", (2,)),),
    (Instruction("exp", ("x0",), ("v0",)), Instruction("negative", ("v0",), ("v1",))),
    ("v1",),
)


def called(case: Case) -> str:
    return signature_of(WRONG, case, explained(WRONG, case, run_case(WRONG, case)), bisected(WRONG, case))


def on(program: Program) -> Case:
    x = np.array([0.5, -1.0])
    return case_of(program, (x,), (np.ones_like(x),), law="vjp-eq-fd")


def test_program_with_a_wrong_op_is_called_like_that_op() -> None:
    assert called(on(CHAIN)) == called(on(single("exp", ((2,),), ("primal",)))) == "vjp-eq-fd | exp | all off | any numbers"


@pytest.mark.parametrize(
    ("fault", "spoilt", "lowest", "regime"),
    [
        ("nan-at-0", lambda x: x == 0, -1.0, "special numbers"),
        ("nan-below-1", lambda x: x < 1, -1.0, "any numbers"),
        ("nan-below-1-too", lambda x: x < 1, -1e110, "any numbers"),
        ("nan-far-out", lambda x: np.abs(x) > 1e102, -1e110, "extreme sizes"),
    ],
)
def test_a_finding_says_whether_generic_numbers_are_wrong_too(
    monkeypatch, fault: str, spoilt: Callable[[np.ndarray], np.ndarray], lowest: float, regime: str
) -> None:
    monkeypatch.setitem(FAULTS, fault, Fault("", beside=lambda x, g: np.where(spoilt(x), np.nan, g)))
    backend, x = load_backend(f"faulty:{fault}:reference"), np.array([0.0, lowest, 1.0])
    case = case_of(single("exp", ((3,),), ("primal",)), (x,), (np.ones_like(x),), law="vjp-eq-fd")
    assert signature_of(backend, case, explained(backend, case, run_case(backend, case))) == f"vjp-eq-fd | exp | not finite | {regime}"


@pytest.mark.parametrize(("factor", "regime"), [(1 + 1e-9, "special numbers"), (2, "any numbers")])
def test_digits_that_are_missing_at_generic_numbers_are_another_bug_than_a_choice_at_a_tie(monkeypatch, factor: float, regime: str) -> None:
    def faulty(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        return np.where(x == 0, 3.0, factor * g)

    name = f"three-at-0-else-{factor}"
    monkeypatch.setitem(FAULTS, name, Fault("", beside=faulty))
    backend, x = load_backend(f"faulty:{name}:torch"), np.zeros(1)
    case = case_of(single("abs", ((1,),), ("primal",)), (x,), (np.ones(1),), law="vjp-eq-fd")
    result = explained(backend, case, run_case(backend, case))
    assert defect_of(lookup_law(case.law), case, result) == "convention"
    assert signature_of(backend, case, result) == f"vjp-eq-fd | abs | not zero | {regime}"


def test_one_tensor_twice_without_generic_numbers_is_at_special_ones() -> None:
    program = Program((Input("x0", (2,)),), (Instruction("dist", ("x0", "x0"), ("v0",), {"p": 3.0}),), ("v0",))
    case = case_of(program, (np.array([0.5, -1.0]),), (np.ones(()),), law="hessian-compositions-agree")
    backend = load_backend("torch")
    assert signature_of(backend, case, explained(backend, case, run_case(backend, case))).endswith(" | special numbers")


def test_program_whose_ops_are_right_alone_is_called_by_all_of_them() -> None:
    case = on(CHAIN)
    result = Result(law=case.law, verdict=Verdict.BROKEN, actual=float("nan"), expected=1.0)
    assert signature_of(WRONG, case, result) == "vjp-eq-fd | exp+negative | not finite"


def test_program_that_only_strided_memory_breaks_is_called_by_the_op_with_which_it_is_wrong_first() -> None:
    case, holds = on(CHAIN), Result(law="vjp-eq-fd", verdict=Verdict.HOLDS)
    broken = Result(law=case.law, verdict=Verdict.BROKEN, actual=0.0, expected=1.0)
    assert isinstance(case.subject, Program)
    steps = [Step(each, upto, case, holds) for each, upto in zip(case.subject.instructions, (holds, broken), strict=True)]
    assert signature_of(WRONG, case, broken, steps, strided=True) == "vjp-eq-fd | negative | zero | strided memory"
    assert signature_of(WRONG, case, broken, steps) == "vjp-eq-fd | exp+negative | zero"


@pytest.mark.parametrize(("off", "name"), [(1e-9, "exp | off | special numbers"), (0.5, "exp+negative | off")])
def test_digits_that_an_earlier_op_lacks_explain_no_more_than_digits(off: float, name: str) -> None:
    case, holds = on(CHAIN), Result(law="vjp-eq-fd", verdict=Verdict.HOLDS)
    assert isinstance(case.subject, Program)

    def broken(by: float) -> Result:
        return Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=1.0 + by, expected=1.0, tolerance=1e-13)

    exp, negative = case.subject.instructions
    only = on(single("exp", ((2,),), ("primal",)))
    steps = [Step(exp, holds, only, broken(1e-9)), Step(negative, broken(off), on(single("negative", ((2,),), ("primal",))), holds)]
    digits = load_backend("reference")
    assert defect_of(lookup_law(case.law), only, broken(1e-9)) == "precision"
    assert signature_of(digits, case, broken(off), steps).removeprefix("vjp-eq-fd | ") == name


@pytest.mark.parametrize(("alone", "name"), [(Verdict.INCONCLUSIVE, "negative | zero | any numbers"), (Verdict.HOLDS, "exp+negative | zero")])
def test_program_is_called_by_the_op_with_which_it_is_wrong_first_where_nothing_is_known_of_that_alone(alone: Verdict, name: str) -> None:
    case, broken = on(CHAIN), Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=0.0, expected=1.0)
    assert isinstance(case.subject, Program)
    exp, negative = case.subject.instructions
    only = on(single("negative", ((2,),), ("primal",)))
    holds, open_ = Result(law=case.law, verdict=Verdict.HOLDS), Result(law=case.law, verdict=alone)
    steps = [Step(exp, holds, on(single("exp", ((2,),), ("primal",))), holds), Step(negative, broken, only, open_)]
    assert signature_of(WRONG, case, broken, steps) == f"vjp-eq-fd | {name}"


@pytest.mark.parametrize(("compared", "words"), [("forward over reverse with reverse over reverse", "forward over reverse zero"), ("", "zero")])
def test_signature_says_which_route_differs(compared: str, words: str) -> None:
    details = {"compared": compared} if compared else {}
    result = Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=0.0, expected=1.0, details=details)
    assert signature_of(WRONG, on(CHAIN), result) == f"vjp-eq-fd | exp+negative | {words}"


def raising(message: str) -> Result:
    reason = f"raises ValueError: {message}; the plain forward works"
    return Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, reason=reason, pattern="raises ValueError")


def test_exceptions_of_one_class_are_told_apart_by_what_they_say_without_its_numbers() -> None:
    names = {message: signature_of(WRONG, on(CHAIN), raising(message)) for message in ("no 3 axes", "no 12 axes", "grad of f at 0x7f3a2b", "")}
    assert names["no 3 axes"] == names["no 12 axes"] == "vjp-eq-fd | exp+negative | raises valueerror no # axes"
    assert names["grad of f at 0x7f3a2b"] == "vjp-eq-fd | exp+negative | raises valueerror grad of f at #"
    assert names[""] == "vjp-eq-fd | exp+negative | raises valueerror"


def test_an_exception_that_tells_a_shape_is_called_alike_for_shapes_of_every_rank() -> None:
    names = {signature_of(WRONG, on(CHAIN), raising(f"shape {shape} is invalid")) for shape in ("[3]", "[2, 3]", "[2, 3, -1]")}
    assert names == {"vjp-eq-fd | exp+negative | raises valueerror shape # is invalid"}


def test_a_tape_finding_of_numbers_says_where_they_lie_and_another_does_not() -> None:
    case = case_of(single("exp", ((2,),), ("primal",)), (np.array([1.0, 2.0]),), (np.ones(2),), law="accumulate-adds")
    numbers = Result(law="accumulate-adds", verdict=Verdict.BROKEN, actual=1.0, expected=2.0)
    said = Result(law="accumulate-adds", verdict=Verdict.BROKEN, reason="an output was lost")
    assert signature_of(WRONG, case, numbers, strided=True) == "accumulate-adds | exp | off | strided memory"
    assert signature_of(WRONG, case, numbers) == "accumulate-adds | exp | off | any numbers"
    assert signature_of(WRONG, case, said, strided=True) == "accumulate-adds | exp | an output was lost"
