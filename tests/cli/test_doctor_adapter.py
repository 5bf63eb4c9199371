"""`doctor` looks at an adapter before anybody trusts what it says."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli.doctor import command
from tiny_autograd import tiny
from tiny_autograd.adapter import TinyBackend

TINY = "tiny_autograd.adapter:TinyBackend"


def test_doctor_says_that_a_right_adapter_keeps_its_promises():
    done = CliRunner().invoke(command, ["--backend", TINY], standalone_mode=False)
    assert done.return_value == 0
    assert f"the adapter of {TINY} keeps every promise" in done.output
    assert done.output.count("backend tiny has no op of that name.") == 1


def test_doctor_explains_a_broken_promise_with_its_remedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(TinyBackend, "numpy", lambda self, array: array.value)
    monkeypatch.setattr(TinyBackend, "array", lambda self, values, **how: tiny.Tensor(np.asarray(values, dtype=how["dtype"])))
    done = CliRunner().invoke(command, ["--backend", TINY], standalone_mode=False)
    assert done.return_value == 1
    assert f"the adapter of {TINY} breaks" in done.output
    assert "copy" in done.output.lower()
