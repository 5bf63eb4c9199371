"""Where the values do not change at all: flat, or only too nearly flat to show.

    gelu(-30) = -30 (1 + erf(-30 / sqrt 2)) / 2 = 0 in double precision, all around; its derivative is -4.4e-195

Values computed from numbers of the size of 1 hide slopes below eps. So a derivative that small, against values that are the same bit by bit, is
neither right nor wrong.
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.constants import eps
from properties.laws.along import direction
from properties.laws.inner import flat

PLATEAU = "saturated: the values do not change at all around this point, and the derivative, a slope below eps, would not show in them."


def unless_saturated(case: Case, result: Result) -> Result:
    """`result`, INCONCLUSIVE if it is BROKEN for a slope below eps where the oracle saw exactly nothing."""
    exactly_flat = result.expected == 0 and result.bound == 0
    if result.verdict is not Verdict.BROKEN or not exactly_flat or result.actual is None or not np.isfinite(result.actual):
        return result
    with np.errstate(all="ignore"):
        hidden = eps("float64") * float(np.max(np.abs(flat(case.cotangents)), initial=1.0)) * float(np.sum(np.abs(flat(direction(case)))))
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=PLATEAU) if abs(result.actual) <= hidden else result
