"""At several kinks at once: one direction mixes their one-sided slopes, so each entry is looked at alone.

    sum_i relu(x_i) at x = 0:  along v the two slopes are sum of v_i over v_i > 0, and over v_i < 0; the gradient 0 need not lie between them,
    yet along each unit vector e_i it lies in [0, 1]

A gradient is a subgradient only if along every e_i it lies between the one-sided slopes there: that is checked, entry by entry. Likewise where the
generator knows of a kink (`drawn["margin"]` is 0) that happens to be smooth along v.
Source: Clarke, Optimization and Nonsmooth Analysis (1983), proposition 2.1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.result import worst_result

Check = Callable[[Backend, Case], Result]
MOST_ENTRIES = 64  # each costs a thorough look from both sides; generated cases are smaller


def entry_by_entry_at_kinks(check: Check) -> Check:
    """`check`, asked again along each unit vector where it is BROKEN at a kink; INCONCLUSIVE where that would be too many."""

    @wraps(check)
    def checked(backend: Backend, case: Case) -> Result:
        result = check(backend, case)
        entries = sum(x.size for x in case.points)
        smooth = result.details.get("status") != "kink" and case.drawn.get("margin") != 0
        if result.verdict is not Verdict.BROKEN or smooth or entries == 1:
            return result
        if entries > MOST_ENTRIES:
            return msgspec.structs.replace(
                result, verdict=Verdict.INCONCLUSIVE, reason=f"kink: {entries} entries are too many to look at one by one."
            )
        return worst_result([check(backend, alone) for alone in _along_each_entry(case)])

    return checked


def _along_each_entry(case: Case) -> Iterator[Case]:
    for k, x in enumerate(case.points):
        for i in range(x.size):
            tangents = [np.zeros(y.shape) for y in case.points]
            tangents[k].flat[i] = 1.0
            yield msgspec.structs.replace(case, tangents=tuple(tangents))
