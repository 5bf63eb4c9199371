"""What shows a finding: the function along the failing direction, the first wrong instruction, the deeds on a tape."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends.registry import load_backend
from harness.oracles.estimate import Rung
from harness.program import Case, Input, Instruction, Program, single
from harness.running.bisect import Step, asked_again, bisected, bisection, culprit
from harness.running.judge import run_case
from harness.running.portrait import portrait
from harness.running.slices import POINTS, slice_of
from harness.running.timeline import MOST, timeline
from harness.verdict import Result, Verdict
from properties.laws import lookup_law

REFERENCE = "reference"
CHAIN = Program(
    (Input("x0", (2,)),),
    (
        Instruction("negative", ("x0",), ("v0",)),
        Instruction("exp", ("v0",), ("v1",)),
        Instruction("multiply", ("v1", "x0"), ("v2",)),
    ),
    ("v2",),
)


def a_case(law="vjp-eq-fd", program=None, backend=REFERENCE):
    return Case(
        law=law,
        subject=program or single("exp", ((2,),), ("primal",)),
        backend=backend,
        device="cpu",
        dtype="float64",
        primals=(np.array([0.5, -1.0]),),
        differentiable=(0,),
        tangents=(np.array([1.0, 0.5]),),
        cotangents=(np.array([1.0, -0.5]),),
        layouts=(),
    )


def judged(backend, case):
    return run_case(backend, case)


def test_slice_runs_through_zero_with_the_slope_that_the_oracle_found():
    backend, case = load_backend(REFERENCE), a_case()
    result = judged(backend, case)
    drawn = slice_of(backend, case, result)
    t, values = np.array(drawn["t"]), np.array(drawn["values"])
    assert len(t) == len(values) == POINTS
    assert (t[POINTS // 2], values[POINTS // 2]) == (0.0, 0.0)
    slope = (values[POINTS // 2 + 1] - values[POINTS // 2 - 1]) / (t[POINTS // 2 + 1] - t[POINTS // 2 - 1])
    assert slope == pytest.approx(result.expected, rel=0.05)


def test_slice_of_forward_mode_draws_the_entry_that_was_compared():
    backend, case = load_backend(REFERENCE), a_case()
    forward = msgspec.structs.replace(case, law="jvp-eq-fd")
    rungs = (Rung(step=2.0**-6, value=0.0, bound=1e-9, kept=True),)
    for entry, slope in enumerate(np.exp(case.primals[0]) * case.tangents[0]):
        result = Result(law="jvp-eq-fd", verdict=Verdict.BROKEN, actual=2 * float(slope), expected=float(slope), ladder=rungs)
        assert slice_of(backend, forward, result)["entry"] == entry


@pytest.mark.parametrize("off", [1.0, 1e-3, 1e-9])
def test_slice_reaches_no_further_than_where_the_claim_can_be_told_from_the_truth(off):
    backend, case = load_backend(REFERENCE), a_case()
    right = judged(backend, case)
    drawn = slice_of(backend, case, msgspec.structs.replace(right, actual=right.expected * (1 + off)))
    t, values = np.array(drawn["t"]), np.array(drawn["values"])
    odd = (values - values[::-1]) / 2 - right.expected * t
    assert abs(odd[-1]) <= abs(right.expected) * off * t[-1] / 7


@pytest.mark.parametrize(
    "result",
    [
        Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=2.0, expected=1.0),
        Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=2.0, ladder=(Rung(step=0.1, value=0.0, bound=0.1, kept=True),)),
    ],
)
def test_slice_needs_a_ladder_and_an_expectation(result):
    assert slice_of(load_backend(REFERENCE), a_case(), result) == {}


def test_bisection_ends_at_the_first_wrong_instruction():
    backend = load_backend("faulty:scaled-gradient:reference")
    rows = bisection(backend, bisected(backend, a_case(program=CHAIN)))
    assert [(row["upto"], row["alone"]) for row in rows] == [("BROKEN", "BROKEN")]


def test_bisection_passes_what_is_right():
    backend = load_backend(REFERENCE)
    steps = bisected(backend, a_case(program=CHAIN))
    assert [(row["upto"], row["alone"]) for row in bisection(backend, steps)] == [("HOLDS", "HOLDS")] * 3
    assert culprit(steps) is None


def test_bisection_finds_an_op_that_is_wrong_in_the_middle(monkeypatch):
    backend = load_backend(REFERENCE)
    right = type(backend).vjp

    def wrong_behind_exp(self, function, primals, cotangents):
        outputs, gradients = right(self, function, primals, cotangents)
        (x,) = (self.numpy(each) for each in primals)
        passed = np.array_equal(self.numpy(outputs[0]), -x)
        return outputs, gradients if passed else [None if g is None else self.op("multiply")(g, 1.001) for g in gradients]

    monkeypatch.setattr(type(backend), "vjp", wrong_behind_exp)
    steps = bisected(backend, a_case(program=CHAIN))
    rows = bisection(backend, steps)
    assert culprit(steps) is steps[-1]
    assert [(row["instruction"].split("(")[0].split(".")[-1], row["upto"]) for row in rows] == [("negative", "HOLDS"), ("exp", "BROKEN")]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ("hold/hold broken/broken", 1),
        ("open/broken broken/hold", 0),
        ("open/broken broken/broken", 1),
        ("open/hold broken/hold", None),
        ("open/broken hold/hold", None),
        ("", None),
    ],
)
def test_culprit_is_the_last_instruction_or_else_the_first_that_is_wrong_alone(told, place):
    verdicts = {"hold": Verdict.HOLDS, "open": Verdict.INCONCLUSIVE, "broken": Verdict.BROKEN}
    case, [instruction, *_] = a_case(), CHAIN.instructions
    asked = [[Result(law="vjp-eq-fd", verdict=verdicts[word]) for word in step.split("/")] for step in told.split()]
    steps = [Step(instruction, upto, case, alone) for upto, alone in asked]
    assert culprit(steps) is (None if place is None else steps[place])


def test_an_op_that_is_wrong_in_some_directions_only_is_found_by_asking_again(monkeypatch):
    whole, asked = a_case(program=CHAIN), []

    def exp_is_wrong_in_the_fourth(backend, case):
        names = [instruction.op for instruction in case.subject.instructions]
        asked.append((names, case.seed, case.cotangents))
        fourth = names == ["exp"] and sum(seen == ["exp"] for seen, _, _ in asked) == 4
        return Result(law=case.law, verdict=Verdict.BROKEN if fourth or len(names) == len(CHAIN.instructions) else Verdict.HOLDS)

    monkeypatch.setattr("harness.running.bisect.run_case", exp_is_wrong_in_the_fourth)
    backend = load_backend(REFERENCE)
    first = bisected(backend, whole)
    assert culprit(first) is None
    steps = asked_again(backend, first)
    assert culprit(steps) is steps[1]
    assert steps[1].case.seed != whole.seed
    exps = [(seed, cotangents) for names, seed, cotangents in asked if names == ["exp"]]
    assert len({seed for seed, _ in exps}) == len({np.ravel(w).tobytes() for _, (w,) in exps}) == 4


def test_bisection_of_a_single_instruction_has_nothing_to_say():
    assert bisected(load_backend(REFERENCE), a_case()) == []


def test_timeline_shows_where_the_gradients_part():
    law = lookup_law("accumulate-adds")
    rows = timeline(law, load_backend("faulty:overwrites-grad:reference"), a_case(law.name))
    differing = [row["deed"].split("(")[0] for row in rows if row["seen"] != row["expected"]]
    assert differing[0] == "backward"
    assert rows[0]["seen"] == rows[0]["expected"] == {"x0": None}


def test_timeline_shows_answers_that_differ():
    law = lookup_law("no-grad-records-nothing")
    rows = timeline(law, load_backend("faulty:records-in-no-grad:reference"), a_case(law.name))
    assert [(row["answer"], row["expected_answer"]) for row in rows if row.get("answer") != row.get("expected_answer")] == [(True, False)]


def test_timeline_of_a_right_tape_agrees_with_ours():
    for name in ("accumulate-adds", "mode-nesting", "backward-frees"):
        rows = timeline(lookup_law(name), load_backend(REFERENCE), a_case(name))
        assert rows
        assert all(row["seen"] == row["expected"] and row.get("answer") == row.get("expected_answer") for row in rows)


def test_timeline_of_a_long_law_leaves_out_the_middle():
    rows = timeline(lookup_law("deep-graph"), load_backend(REFERENCE), a_case("deep-graph"))
    assert len(rows) == MOST + 1
    assert rows[MOST // 2]["deed"].endswith("more")


def test_timeline_is_of_tape_laws_only():
    assert timeline(lookup_law("vjp-eq-fd"), load_backend(REFERENCE), a_case()) == []


def test_portrait_leaves_out_what_cannot_be_had(monkeypatch):
    def failing(*_):
        raise RuntimeError

    monkeypatch.setattr("harness.running.portrait.slice_of", failing)
    backend, case = load_backend(REFERENCE), a_case(program=CHAIN)
    assert set(portrait(lookup_law("vjp-eq-fd"), backend, case, judged(backend, case), bisected(backend, case))) == {"bisection"}
