"""What torch's baseline excuses: no fault at ordinary numbers of an op that it knows to be wrong at 0, at ties or far out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.faulty.faults import FAULTS, Fault
from harness.program import Case
from harness.record import read_baseline
from harness.running.called import explained, signature_of
from harness.running.defect import defect_of
from harness.running.judge import run_case
from harness.strategies import edge_cases
from harness.strategies.minimise import minimise
from harness.verdict import Verdict
from properties.laws import lookup_law
from tests.record.examples import finding

BASELINE = read_baseline(Path(__file__).parents[2] / "baselines" / "torch-2.13.json")
OPS = ("sinc", "i0e", "maximum", "hypot", "det")
PLANTED: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "nothing-is-right": lambda x, g: np.full_like(g, np.nan),
    "too-much": lambda x, g: g + 1,
    "negative-ones-doubled": lambda x, g: np.where(x < 0, 2 * g, g),
    "beyond-three-doubled": lambda x, g: np.where(np.abs(x) > 3, 2 * g, g),
}
MOST = 3  # edges at which one op is looked at


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("fault", PLANTED)
def test_fault_at_ordinary_numbers_is_new_wherever_it_was_met(monkeypatch: pytest.MonkeyPatch, fault: str, op: str) -> None:
    monkeypatch.setitem(FAULTS, fault, Fault("", beside=PLANTED[fault]))
    edges = edge_cases("vjp-eq-fd", op, backend="torch", device="cpu", dtype="float64")
    met = list(islice((case for case in edges if _is_faults(fault, case)), MOST))
    assert met
    assert [named for case in met if (named := _known_as(fault, case))] == []


def _is_faults(fault: str, case: Case) -> bool:
    """Whether the fault breaks what torch itself does not."""
    with_it, without = (run_case(load_backend(name), case).verdict for name in (f"faulty:{fault}:torch", "torch"))
    return with_it is Verdict.BROKEN and without is not Verdict.BROKEN


def _known_as(fault: str, case: Case) -> str:
    """The signature of the case, made smaller, where the baseline knows it."""
    backend, small = load_backend(f"faulty:{fault}:torch"), minimise(case, lambda trial: _is_faults(fault, trial), max_trials=20)
    result = explained(backend, small, run_case(backend, small))
    name = signature_of(backend, small, result)
    said = finding(small.law, name.split(" | ")[1], small.dtype, signature=name, defect=defect_of(lookup_law(small.law), small, result))
    return name if BASELINE.match(said) else ""
