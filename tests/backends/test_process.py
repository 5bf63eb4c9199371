"""An adapter in another process: what goes over the border, and what happens when it dies, hangs or talks nonsense."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from harness.backends import BackendError, Unsupported, load_backend
from harness.backends.conformance import conformance
from harness.backends.process import worker as supervision
from harness.backends.process.backend import ProcessBackend, started
from harness.backends.process.messages import from_wire, schema, to_wire
from harness.backends.process.trace import Held, traced
from harness.backends.process.worker import ProcessError, command_worker
from harness.backends.protocol import Backend, Died
from harness.program import Case, single
from harness.running.judge import run_case
from harness.verdict import Verdict

ROOT = Path(__file__).parents[2]
ODD = f"{sys.executable} {Path(__file__).parent / 'misbehaving.py'}"
X = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.fixture(scope="module")
def reference() -> Backend:
    return load_backend(f"reference@{sys.executable}")


def odd(habit: str) -> ProcessBackend:
    return ProcessBackend(command_worker(f"{ODD} {habit}"))


def held(backend: Backend, values: np.ndarray = X) -> Held:
    return backend.array(values, dtype="float64", device="cpu")


def case(op: str = "exp") -> Case:
    values = {"primals": (X,), "tangents": (X,), "cotangents": (X,), "layouts": ()}
    subject = single(op, ((2, 2),), ("primal",))
    return Case(law="vjp-eq-fd", subject=subject, backend="odd", device="cpu", dtype="float64", differentiable=(0,), **values)


def test_a_backend_in_another_process_keeps_every_promise(reference: Backend):
    assert [str(shortfall) for shortfall in conformance(reference)] == []
    assert (reference.name, reference.capabilities) == ("reference", frozenset({"jvp"}))


def test_laws_hold_over_the_border(reference: Backend):
    for law in ("vjp-eq-fd", "jvp-eq-fd", "jvp-vjp-duality"):
        assert run_case(reference, _for_law(law)).verdict is Verdict.HOLDS


def _for_law(law: str) -> Case:
    return msgspec.structs.replace(case("tanh"), law=law)


def test_ops_with_several_results_come_back_as_a_tuple(reference: Backend):
    function = reference.op("multiply")
    outputs, gradients = reference.vjp(lambda x: (function(x, x), x), (held(reference),), (held(reference), held(reference)))
    assert [np.array_equal(reference.numpy(y), due) for y, due in zip(outputs, (X * X, X), strict=True)] == [True, True]
    np.testing.assert_array_equal(reference.numpy(gradients[0]), 2 * X * X + X)


def test_a_trace_takes_constants_in():
    program, inputs = traced(lambda x: (x.trace.call("multiply", (x, Held(X, "float64", "cpu")), {}),), (Held(X, "float64", "cpu"),))
    assert [given.role for given in program.inputs] == ["primal", "constant"]
    assert program.ops == ("multiply",)
    assert len(inputs) == 2


@pytest.mark.parametrize("values", [X, np.array(3.0), np.zeros((0, 2)), np.array([np.nan, np.inf, -np.inf]), np.array([1 + 2j]), np.arange(200.0)])
def test_numbers_cross_the_border_bit_for_bit(values: np.ndarray):
    back = from_wire(to_wire(values, values.dtype.name))
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back, values)


def wait_half_a_second(monkeypatch: pytest.MonkeyPatch):
    """For each answer. Only who never answers may miss that: on a machine with much to do, a process takes longer to start or to die."""
    monkeypatch.setattr(supervision.Worker.ask, "__defaults__", (0.5,))


@pytest.mark.parametrize(
    ("habit", "hung", "words"),
    [
        ("segfault", False, "was killed by SIGSEGV instead of answering"),
        ("exit", False, "exited with code 3 instead of answering. Its last words: cannot go on"),
        ("hang", True, "gave no answer in 0.5 s and was ended"),
    ],
)
def test_death_is_told_and_the_next_question_starts_the_process_anew(habit: str, hung: bool, words: str, monkeypatch: pytest.MonkeyPatch):
    if hung:
        wait_half_a_second(monkeypatch)
    backend = odd(habit)
    for _ in range(2):
        with pytest.raises(Died, match=words) as death:
            backend.op("exp")(held(backend))
        assert death.value.hung is hung


@pytest.mark.parametrize(("habit", "verdict"), [("segfault", Verdict.CRASHED), ("hang", Verdict.HUNG)])
def test_death_is_a_verdict_not_the_end(habit: str, verdict: Verdict, monkeypatch: pytest.MonkeyPatch):
    if verdict is Verdict.HUNG:
        wait_half_a_second(monkeypatch)
    result = run_case(odd(habit), case())
    assert result.verdict is verdict
    assert "the adapter's process" in result.reason


@pytest.mark.parametrize(
    ("habit", "error", "words"),
    [
        ("chatty", ProcessError, "wrote 'epoch 1' to stdout, which is no answer .* Print to stderr instead."),
        ("confused", ProcessError, "answered question -1, not 2. Write exactly one line per question"),
        ("raises", ProcessError, "ValueError: no"),
        ("short", ProcessError, r"answered an array that is none \(cannot reshape array of size 3 into shape \(2,2\)\)\. See docs"),
        ("strange", ProcessError, r"answered an array that is none \(.*data type 'float7' not understood\)"),
        ("refuses", Unsupported, "odd does not do that."),
    ],
)
def test_nonsense_is_told_with_a_remedy(habit: str, error: type[Exception], words: str):
    backend = odd(habit)
    with pytest.raises(error, match=words):
        backend.op("exp")(held(backend))


@pytest.mark.parametrize(
    ("habit", "words"),
    [("'other shape'", r"gradient 0 has shape \(3,\); the value it belongs to has \(2, 2\)"), ("'no outputs'", "0 gradients came back for 1")],
)
def test_derivatives_of_another_form_are_broken_and_told(habit: str, words: str):
    result = run_case(odd(habit), msgspec.structs.replace(case(), law="vjp-zero"))
    assert result.verdict is Verdict.BROKEN
    assert re.search(words, result.reason), result.reason


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("process:/no/such/program", "/no/such/program cannot be started .*; check the command."),
        (f"process:{ODD} future", "speaks protocol 99, this harness 1. Upgrade the older one."),
        (f"process:{ODD} nothing", "must say hello with its `name`, `version` and `ops`"),
        (f"nosuch@{sys.executable}", "exited with code 4 instead of answering. Its last words: no backend is called 'nosuch'"),
    ],
)
def test_a_process_that_cannot_be_used_is_refused_in_one_sentence(name: str, words: str):
    with pytest.raises(BackendError, match=words):
        started(name)


def test_an_adapter_of_yours_runs_in_another_environment():
    backend = load_backend(f"tests.running.toy:Toy@{sys.executable}")
    assert (backend.name, backend.capabilities) == ("toy", frozenset())
    assert run_case(backend, case()).verdict is Verdict.HOLDS


def test_an_adapter_that_ends_its_process_when_it_is_imported_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "deadly.py").write_text("import os, sys\nprint('no licence', file=sys.stderr, flush=True)\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(BackendError, match=r"does not answer: the adapter's process exited with code 3 .* Its last words: no licence"):
        load_backend(f"deadly:Adapter@{sys.executable}")


def test_the_published_schema_is_that_of_the_messages():
    assert json.loads((ROOT / "docs/reference/process.schema.json").read_text()) == schema()


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_example_in_another_language_conforms_and_holds():
    backend = load_backend(f"process:node {ROOT / 'examples/other_language/adapter.js'}")
    assert [str(shortfall) for shortfall in conformance(backend)] == []
    assert run_case(backend, case()).verdict is Verdict.HOLDS
