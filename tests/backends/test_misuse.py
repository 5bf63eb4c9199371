"""Adapters that do what they must not: each is told in a sentence with its remedy, in the run itself, and the other backends go on."""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.backends import BackendError, load_backend
from harness.program import Case, single
from harness.running.judge import run_case
from harness.verdict import Verdict
from tests.plugin.test_plugin import TOY, run_pytest
from tests.running.outside import run_harness
from tests.running.toy import Toy

X = np.array([[0.5, -1.0], [2.0, 0.25]])
VALUES = {"primals": (X,), "tangents": (X,), "cotangents": (X,), "layouts": ()}
CASE = Case(
    law="vjp-eq-fd", subject=single("exp", ((2, 2),), ("primal",)), backend="toy", device="cpu", dtype="float64", differentiable=(0,), **VALUES
)


class NumpyGradients(Toy):
    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, [gradient.value for gradient in gradients]


class BareGradient(Toy):
    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        return super().vjp(function, primals, cotangents)[1][0]


class FloatOp(Toy):
    def op(self, name: str) -> Any:
        return (lambda x: 1.0) if name == "exp" else super().op(name)


class TwoResults(Toy):
    def op(self, name: str) -> Any:
        inner = super().op(name)
        return (lambda x: (inner(x), inner(x))) if name == "exp" else inner


@pytest.mark.parametrize(
    ("adapter", "words"),
    [
        (NumpyGradients, "gradient 0 is not an array of the backend: expected a toy array; got ndarray"),
        (BareGradient, r"`vjp` must return \(outputs, derivatives\)\. It returned Array\. Return a pair of tuples\."),
        (FloatOp, "float"),
        (TwoResults, r"op\('exp'\) must return one array; it returned 2 of them\. Return what the catalogue's reference returns\."),
    ],
)
def test_an_adapter_that_returns_what_it_must_not_is_no_error_of_the_harness(adapter: type[Toy], words: str):
    result = run_case(adapter(), CASE)
    assert result.verdict in (Verdict.UNSUPPORTED, Verdict.BROKEN)
    assert re.search(words, result.reason), result.reason


class ChangesTheWorld(Toy):
    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        np.seterr(all="raise")
        warnings.simplefilter("error")
        return super().vjp(function, primals, cotangents)


def test_what_an_adapter_changes_of_the_process_does_not_reach_the_next_case():
    before = np.geterr(), list(warnings.filters)
    run_case(ChangesTheWorld(), CASE)
    assert (np.geterr(), list(warnings.filters)) == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import nosuchlibrary", r"cannot be imported \(No module named 'nosuchlibrary'\); check that its package is installed"),
        ("raise RuntimeError('mylib 0.1 is too old')", r"cannot be loaded \(RuntimeError: mylib 0.1 is too old\); mend what it does on import"),
        ("Adapter = 3", "is int, not a harness.backends.Backend; subclass it"),
        ("x = 1", "has no 'Adapter'; check the part after the colon"),
        ("import sys\nsys.exit(3)", r"cannot be loaded \(SystemExit: 3\); mend what it does on import"),
        (
            "class Adapter:\n    def __init__(self):\n        raise OSError('no licence')",
            r"cannot be made \(OSError: no licence\); mend its constructor",
        ),
        ("import numpy\nnumpy.nosuch", r"cannot be loaded \(AttributeError: .*nosuch.*\); mend what it does on import"),
        ("from harness.backends import Backend\nclass Adapter(Backend):\n    name = 'half'", r"is not finished .*abstract.*; write the methods"),
    ],
)
def test_an_adapter_that_cannot_be_had_is_told_in_one_sentence(source: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    module = f"adapter_{abs(hash(source))}"
    (tmp_path / f"{module}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BackendError, match=words):
        load_backend(f"{module}:Adapter")
    sys.modules.pop(module, None)


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        ("nosuchpackage.adapter:Backend", "cannot be imported (No module named 'nosuchpackage'); check that its package is installed"),
        ("tests.running.toy:Undescribed", "breaks a promise: `describe(array)` must return a harness.backends.Description."),
        ("process:/no/such/program", "/no/such/program cannot be started"),
    ],
)
def test_the_other_backends_go_on_when_one_cannot_be_used(absent: str, words: str, tmp_path: Path):
    asked = ["verify", "--op", "exp", "--law", "vjp-eq-fd|vjp-zero", "--backend", absent, "--backend", TOY, "-n", "0", "--out", "run"]
    ran = run_harness(tmp_path, *asked)
    assert words in ran.stdout
    assert "The other backends go on." in ran.stdout
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (ran.returncode, summary["exit_code"]) == (7, 7)
    assert summary["cells"] == {"HOLDS": 2, "INSUFFICIENT EVIDENCE": 2}
    assert summary["backends"] == {absent: "cannot be used", TOY: "1"}
    assert words.split("(")[0] in (tmp_path / "run" / "report.html").read_text()


def test_a_run_ends_when_none_of_its_backends_can_be_used(tmp_path: Path):
    ran = run_harness(tmp_path, "verify", "--backend", "process:/no/such/program", "--backend", "nosuchpackage.adapter:Backend")
    assert ran.returncode == 4
    assert "/no/such/program cannot be started" in ran.stderr
    assert "No module named 'nosuchpackage'" in ran.stderr


def test_a_backend_that_nobody_knows_is_refused_at_once_beside_others(tmp_path: Path):
    ran = run_harness(tmp_path, "verify", "--backend", "torhc", "--backend", TOY)
    assert ran.returncode == 4
    assert "no backend is called 'torhc'. Did you mean 'torch'?" in ran.stderr


def test_the_other_backends_go_on_when_one_is_wrong(tmp_path: Path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    wrong = "tests.backends.test_misuse:BareGradient"
    options = ("--autograd-op", "exp", "--autograd-law", "vjp-eq-fd", "--autograd-dtype", "float64", "--autograd-out", "run")
    ran = run_pytest(tmp_path, "--pyargs", "properties", "-c", "pytest.ini", "--autograd-backend", wrong, "--autograd-backend", TOY, *options)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["cells"] == {"HOLDS": 1, "UNSUPPORTED": 1}, ran.stdout
