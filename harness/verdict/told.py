"""A comparison told as a Result: verdict, reason, the worst element, what it took."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.oracles import Estimate
from harness.verdict.elementwise import Comparison
from harness.verdict.naming import Name, whole
from harness.verdict.result import Result
from harness.verdict.verdict import Verdict


def shape_differs(actual: np.ndarray, estimate: Estimate) -> bool:
    """Whether the estimate is known to have another shape than the analytic value."""
    known = estimate.status in ("smooth", "kink") or np.ndim(estimate.value) > 0  # where phi fails at once, its shape is not known
    return known and np.shape(estimate.value) != actual.shape


def wrong_shape(law: str, actual: np.ndarray, estimate: Estimate, name: Name) -> Result:
    """BROKEN by its form."""
    reason = f"the tangent of {whole(name)} has shape {actual.shape}, the function's value has {np.shape(estimate.value)}."
    return Result(law=law, verdict=Verdict.BROKEN, reason=reason, evaluations=estimate.evaluations)


def told(law: str, verdicts: Comparison, estimate: Estimate, *, name: Name = "out", confirmed: bool = True) -> Result:
    """What `verdicts`, a comparison with `estimate`, come to; not BROKEN unless `confirmed`."""
    worst, i = verdicts.worst, verdicts.worst_index
    if worst is Verdict.BROKEN and not confirmed:
        worst, reason = Verdict.INCONCLUSIVE, "two independent ladders do not agree that it is wrong."
    else:
        reason = verdicts.reason
    details: dict[str, Any] = {"status": estimate.status} | ({"diagnosis": estimate.diagnosis} if estimate.diagnosis else {})
    if estimate.interval is not None and i is not None:
        details["interval"] = [float(np.ravel(end)[i]) for end in estimate.interval]
    return Result(
        law=law,
        verdict=worst,
        reason=reason,
        rule=f"finite differences, {estimate.evaluations} evaluations: the oracle's bound plus rounding of the analytic value",
        where=verdicts.where(name) if worst is not Verdict.HOLDS else "",
        vacuous=worst is Verdict.HOLDS and bool(verdicts.vacuous.all()),
        comparisons=verdicts.decided,
        evaluations=estimate.evaluations,
        ladder=estimate.ladder,
        details=details,
        **verdicts.numbers(),
    )
