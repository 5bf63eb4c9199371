"""The worked example of the adapter guide: right as it is, found out when it is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import lookup_law
from tiny_autograd import tiny
from tiny_autograd.adapter import OPS, TinyBackend

ROOT = Path(__file__).parents[2]
LONGEST_ADAPTER = 60


def case(op: str, *primals: np.ndarray, cotangent: np.ndarray, **params: object) -> Case:
    """`op` at `primals`, in the direction of ones."""
    shapes = tuple(x.shape for x in primals)
    return Case(
        law="vjp-eq-fd",
        subject=single(op, shapes, ("primal",) * len(primals), **params),
        backend="tiny",
        device="cpu",
        dtype="float64",
        primals=primals,
        differentiable=tuple(range(len(primals))),
        tangents=tuple(np.ones_like(x) for x in primals),
        cotangents=(cotangent,),
        layouts=("contiguous",) * (2 * len(primals) + 1),
    )


def test_gradients_of_the_tiny_autograd_have_the_known_values():
    x = tiny.Tensor(np.ones((2, 2)))
    y = tiny.add(x, tiny.Tensor(np.array(2.0)))
    z = tiny.sum(tiny.multiply(tiny.multiply(y, y), tiny.Tensor(np.array(0.75))))  # the mean of 3 y^2
    [gradient] = tiny.gradients([z], [tiny.Tensor(np.array(1.0))], [x])
    assert z.value == 27.0
    assert gradient is not None
    np.testing.assert_array_equal(gradient.value, np.full((2, 2), 4.5))


def test_a_gradient_is_none_where_nothing_depends_on_the_leaf():
    x, y = tiny.Tensor(np.ones(2)), tiny.Tensor(np.ones(2))
    assert tiny.gradients([tiny.exp(x)], [tiny.Tensor(np.ones(2))], [y]) == [None]


def test_the_adjoint_of_a_broadcast_product_has_the_shapes_of_its_operands():
    x, y = np.ones((3, 1, 2, 4)), np.ones((5, 4, 1))
    held = lookup_law("vjp-eq-fd").check(TinyBackend(), case("matmul", x, y, cotangent=np.ones((3, 5, 2, 1))))
    assert held.verdict is Verdict.HOLDS


def test_a_planted_bug_in_an_adjoint_breaks_the_law(monkeypatch: pytest.MonkeyPatch):
    def forgetful(x: tiny.Tensor) -> tiny.Tensor:
        value = np.tanh(x.value)
        return tiny.Tensor(value, [(x, lambda w: w * (1 - value))])

    subject = case("tanh", np.array([0.5, -1.0]), cotangent=np.array([1.0, 2.0]))
    law = lookup_law("vjp-eq-fd")
    assert law.check(TinyBackend(), subject).verdict is Verdict.HOLDS
    monkeypatch.setitem(OPS, "tanh", forgetful)
    assert law.check(TinyBackend(), subject).verdict is Verdict.BROKEN


def test_the_adapter_is_as_short_as_the_guide_says():
    assert len((ROOT / "examples" / "tiny_autograd" / "adapter.py").read_text().splitlines()) <= LONGEST_ADAPTER


@pytest.mark.slow
def test_verify_holds_on_every_op_of_the_tiny_autograd(tmp_path: Path):
    asked = ["--backend", "tiny_autograd.adapter:TinyBackend", "--op", "|".join([*OPS, "program"]), "--out", str(tmp_path)]
    command = [sys.executable, "-m", "harness.cli", "verify", *asked]
    done = subprocess.run(command, cwd=ROOT / "examples", capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)})
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (done.returncode, summary["verdict"]) == (0, "HOLDS"), done.stdout + done.stderr
    assert summary["comparisons"]["valid"] > 0
