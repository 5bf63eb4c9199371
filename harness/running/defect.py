"""What a reader may do with a finding: report it, look a convention up, or know that digits are missing.

wrong        a value, NaN, shape, dtype, or an exception that no choice at a kink or a tie explains
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
    CONVENTION: "convention: a kink or a tie, where several answers can be defended",
    PRECISION: "precision: right, but to fewer digits than there should be",
    SEMANTICS: "semantics: what backward does to the world",
}
SMOOTH = "wrong: the function is smooth here, along the direction looked in"
AT_A_KINK = "wrong: at a kink or a tie, but none of the answers that can be defended there"
NOT_SMOOTH = "wrong: the function is not seen to be smooth here, and what it does explains no such answer"
NOT_KNOWN = "wrong: no kink or tie is known here"


def defect_of(law: Law, case: Case, result: Result) -> str:
    """One of the four; `result` is explained (it may hold both Jacobians)."""
    if law.subject == "tape":
        return SEMANTICS
    if result.verdict is not Verdict.BROKEN or result.actual is None or result.expected is None:
        return WRONG
    if _relative_error(result) <= HIDDEN_CAST.get(case.dtype, 0.0):
        return PRECISION
    return CONVENTION if _at_kink(case, result) and np.isfinite(result.actual) else WRONG


def told(law: Law, case: Case, result: Result) -> str:
    """The class and what it means; of what is wrong, how much is known of the point."""
    defect, status = defect_of(law, case, result), result.details.get("status")
    if defect != WRONG:
        return _SAYS[defect]
    if _at_kink(case, result):
        return AT_A_KINK
    return SMOOTH if status == "smooth" else NOT_KNOWN if status is None else NOT_SMOOTH


def _at_kink(case: Case, result: Result) -> bool:
    """Whether the generator drew a tie, or the oracle saw slopes that differ."""
    low, high = result.details.get("interval") or (0.0, 0.0)
    return result.details.get("status") == "kink" or low < high or case.drawn.get("margin") == 0


def _relative_error(result: Result) -> float:
    """Of the wrong entries of the Jacobian where it is known, else of the number compared; inf where one is not finite, or should be 0."""
    both = result.details.get("jacobian", {"actual": result.actual, "expected": result.expected})
    actual, expected, allowed = (np.array(both.get(side, 0.0), float) for side in ("actual", "expected", "allowed"))
    with np.errstate(all="ignore"):
        wrong = ~np.isnan(expected) & ~(np.abs(actual - expected) <= allowed)
        error = np.max(np.abs(actual - expected)[wrong] / np.abs(expected)[wrong], initial=0.0) if wrong.any() else np.inf
    return float(error) if np.isfinite(error) else float("inf")
