"""Hand-written pairs: right ones hold, wrong ones are found, malformed ones are told."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends.conformance import conformance
from harness.backends.pair import PairBackend
from harness.program import Case, Program, single
from harness.program.program import Input, Instruction
from harness.running.judge import run_case
from harness.verdict import Verdict

X = np.array([[0.3, -1.2], [2.0, 0.7]])


def tanh(x: np.ndarray) -> tuple[np.ndarray, Any]:
    y = np.tanh(x)
    return y, y


def tanh_backward(y: np.ndarray, w: np.ndarray) -> np.ndarray:
    return w * (1 - y * y)


def case(subject: Program) -> Case:
    values = {"primals": (X,), "tangents": (X + 1,), "cotangents": (X - 1,), "layouts": ()}
    return Case(law="vjp-eq-fd", subject=subject, backend="pairs", device="cpu", dtype="float64", differentiable=(0,), **values)


ONE = case(single("tanh", ((2, 2),), ("primal",)))
SQUARED = Program((Input("x", (2, 2)),), (Instruction("tanh", ("x",), ("y",)), Instruction("multiply", ("y", "y"), ("z",))), ("z",))


def test_a_pair_keeps_the_promises_of_an_adapter_without_writing_one():
    assert [str(shortfall) for shortfall in conformance(PairBackend({"tanh": (tanh, tanh_backward)}))] == []


@pytest.mark.parametrize("subject", [ONE, case(SQUARED)])
def test_a_right_pair_holds_alone_and_in_a_program(subject: Case):
    assert run_case(PairBackend({"tanh": (tanh, tanh_backward)}), subject).verdict is Verdict.HOLDS


def test_a_wrong_backward_is_found():
    wrong = PairBackend({"tanh": (tanh, lambda y, w: w * (1 - y))})
    assert run_case(wrong, ONE).verdict is Verdict.BROKEN


def test_a_pair_in_single_precision_is_judged_in_single_precision():
    rounded = msgspec.structs.replace(ONE, dtype="float32", primals=(X.astype("float32").astype("float64"),))
    assert run_case(PairBackend({"tanh": (tanh, tanh_backward)}), rounded).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ((lambda x: np.tanh(x), tanh_backward), r"the forward of tanh must return \(output, context\); got ndarray. Return None as the context"),
        ((tanh, lambda y, w: (w, w)), r"the backward of tanh must return one gradient per operand \(1\); got 2. Return None for an index."),
    ],
)
def test_a_malformed_pair_is_told_with_a_remedy(pair: Any, words: str):
    backend = PairBackend({"tanh": pair})
    x = backend.array(X, dtype="float64", device="cpu")
    with pytest.raises(TypeError, match=words):
        backend.vjp(lambda x: (backend.op("tanh")(x),), (x,), (x,))
