"""Outputs that share a part of the graph: freeing one's part must not be held against the other."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, Input, Instruction, Program
from harness.verdict import Verdict
from properties.laws import lookup_law
from tests.laws.examples import case_of

LAWS = ("accumulate-adds", "backward-frees", "retain-graph-repeats", "no-grad-records-nothing")


def shared() -> Case:
    """f(x) = (exp x, -exp x)."""
    steps = (Instruction("exp", ("x0",), ("v0",)), Instruction("negative", ("v0",), ("v1",)))
    return case_of(Program((Input("x0", (2,)),), steps, ("v0", "v1")), (np.array([0.5, -1.0]),), (np.ones(2), np.array([2.0, -3.0])))


@pytest.mark.parametrize("law", LAWS)
def test_a_tape_law_holds_when_outputs_share_a_graph(law: str):
    assert lookup_law(law).check(load_backend("torch"), shared()).verdict is Verdict.HOLDS


@pytest.mark.parametrize("law", LAWS)
def test_a_tape_law_breaks_on_its_faults_when_outputs_share_a_graph(law: str):
    for fault in lookup_law(law).faults:
        assert lookup_law(law).check(load_backend(f"faulty:{fault}:torch"), shared()).verdict is Verdict.BROKEN, fault
