"""What a reader may do with a finding: report it, look a convention up, or know that digits are missing.

wrong        at a point where the function is smooth: a wrong value, NaN, shape, dtype, or an exception
convention   at a kink or a tie, where several answers can be defended
precision    right, but to fewer digits than the precision and the conditioning allow: a cast or a cancellation inside
semantics    what backward does to the world: slots, graphs, modes, memory
"""

from __future__ import annotations

import numpy as np

from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.constants import HIDDEN_CAST
from properties.laws import Law

WRONG, CONVENTION, PRECISION, SEMANTICS = "wrong", "convention", "precision", "semantics"
_SAYS = {
    WRONG: "wrong: the function is smooth here",
    CONVENTION: "convention: a kink or a tie, where several answers can be defended",
    PRECISION: "precision: right, but to fewer digits than there should be",
    SEMANTICS: "semantics: what backward does to the world",
}


def defect_of(law: Law, case: Case, result: Result) -> str:
    """One of the four; `result` is explained (it may hold both Jacobians)."""
    if law.subject == "tape":
        return SEMANTICS
    if result.verdict is not Verdict.BROKEN or result.actual is None or result.expected is None:
        return WRONG
    if _relative_error(result) <= HIDDEN_CAST.get(case.dtype, 0.0):
        return PRECISION
    at_kink = result.details.get("status") == "kink" or case.drawn.get("margin") == 0
    return CONVENTION if at_kink and np.isfinite(result.actual) else WRONG


def told(defect: str) -> str:
    """The class and what it means."""
    return _SAYS[defect]


def _relative_error(result: Result) -> float:
    """Of the whole Jacobian where it is known, else of the number compared; inf where either is not finite or 0."""
    both = result.details.get("jacobian", {"actual": result.actual, "expected": result.expected})
    actual, expected = np.array(both["actual"], float), np.array(both["expected"], float)
    known = ~np.isnan(expected)
    with np.errstate(all="ignore"):
        error = np.max(np.abs(actual - expected)[known] / np.abs(expected)[known], initial=0.0) if known.any() else np.inf
    return float(error) if np.isfinite(error) else float("inf")
