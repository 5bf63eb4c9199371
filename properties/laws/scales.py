"""Leaves whose entries have very different sizes: what is a small step for one entry is a huge one for another.

    D v        D = the size of the leaf            every entry of the gradient counts alike
    D_j v_j    D_j = the size of the entry x_j     log(x) at x = (1e-30, 1e30) has a derivative along this direction only

The first is asked first; where it is undecided, the second, whose verdict is about the gradient times D_j.
"""

from __future__ import annotations

from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.oracles.norms import rms
from harness.program import Case
from harness.verdict import Result, Verdict
from properties.laws.kinks import Check

WIDE = 2.0**10  # the largest entry over the smallest: less is no trouble for steps of 2^-5 and smaller


def entry_by_entry_in_scale(check: Check) -> Check:
    """`check`, asked again along a direction in proportion to each entry where it is INCONCLUSIVE and the entries' sizes differ widely."""

    @wraps(check)
    def checked(backend: Backend, case: Case) -> Result:
        result = check(backend, case)
        if result.verdict is not Verdict.INCONCLUSIVE or not any(_spread_wide(x) for x in case.points):
            return result
        again = check(backend, msgspec.structs.replace(case, tangents=tuple(map(_in_proportion, case.tangents, case.points))))
        spent = result.evaluations + again.evaluations
        return result if again.verdict is Verdict.INCONCLUSIVE else msgspec.structs.replace(again, evaluations=spent)

    return checked


def _spread_wide(x: np.ndarray) -> bool:
    sizes = np.abs(x[x != 0])
    return bool(sizes.size and sizes.max() > WIDE * sizes.min())


def _in_proportion(v: np.ndarray, x: np.ndarray) -> np.ndarray:
    """v_j D_j / D, a power of two times v_j, so that it stays exact; entries that are 0 keep their v."""
    sizes = np.abs(x)
    with np.errstate(all="ignore"):
        factors = np.exp2(np.round(np.log2(sizes / rms(sizes.ravel()))))
    return np.asarray(np.where(sizes > 0, v * factors, v))
