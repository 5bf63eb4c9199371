"""A sum of many outputs, seen term by term: where kinks, jumps and plateaus of the terms hide in it.

phi = sum_i w_i f_i      values, bounds and kinks of the terms add, and every subgradient of every term is allowed
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.oracles import Estimate
from harness.verdict.result import Result
from harness.verdict.verdict import Verdict


def hidden_by_the_sum(result: Result) -> bool:
    """Whether the terms of a sum may tell what it does not."""
    status = result.details.get("status")
    open_ = result.verdict is Verdict.INCONCLUSIVE and status in ("noise", "unresolved")
    return open_ or (status == "kink" and result.verdict is not Verdict.HOLDS)


def widen(estimate: Estimate) -> Estimate:
    """The sum of an estimate's elements: values, bounds and kinks add, and every subgradient of every element is allowed."""
    low, high = estimate.interval if estimate.interval is not None else (estimate.value, estimate.value)
    return replace(
        estimate,
        beneath=None if estimate.beneath is None else (_summed(estimate.beneath[0], estimate), _summed(estimate.beneath[1], estimate)),
        value=float(np.sum(estimate.value)),
        bound=float(np.sum(estimate.bound)),
        interval=(float(np.sum(low)), float(np.sum(high))),
    )


def _summed(ends: float | np.ndarray, estimate: Estimate) -> float:
    """The sum of slopes beneath, and of the value where there are none."""
    return float(np.sum(np.where(np.isnan(ends), estimate.value, ends)))
