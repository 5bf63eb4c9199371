"""What HOLDS along one direction may hide, so that it is asked again.

sum_i relu(x_i), one x_i = 0     the slopes on both sides span an interval, in which errors of every other entry have room
sum a + sum b, |a| << |b|        steps in proportion to both: b decides, and a could have any gradient
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.backends import Backend
from harness.oracles import differentiate
from harness.program import Case
from harness.verdict import Result, Verdict, required_resolution
from properties.laws.along import grain, outputs_along
from properties.laws.sizes import leaf_size, spans_more

WIDE = 2.0**10  # the largest entry over the smallest: less is no trouble for steps of 2^-5 and smaller
SWALLOWED = "kink: the slopes on both sides are so far apart that errors of smooth entries have room between them."


def at_kink(result: Result, case: Case) -> bool:
    """Whether the oracle or the generator knows of a kink at the point."""
    return result.details.get("status") == "kink" or case.drawn.get("margin") == 0


def has_room(result: Result, case: Case) -> bool:
    """Whether the interval between the slopes of a kink, in which the derivative lies, is wider than what must be resolved."""
    low, high = result.details.get("interval") or (0.0, 0.0)
    scale = max(abs(low), abs(high), abs(result.actual or 0.0))
    return result.verdict is Verdict.HOLDS and (high - low) / 2 > required_resolution(case.dtype, case.resolution) * scale


def unlike_entries(case: Case) -> bool:
    """Whether the sizes of the entries of some leaf differ widely, a 0 having the size of `own_sizes`."""
    return any(spans_more(x, WIDE) for x in case.points)


def unlike_leaves(case: Case) -> bool:
    """Whether the sizes of the leaves differ widely."""
    sizes = [leaf_size(x) for x in case.points if x.size]
    return len(sizes) > 1 and max(sizes) > WIDE * min(sizes)


def smooth_outputs(backend: Backend, case: Case) -> Case | None:
    """The case with cotangents for those outputs only that are smooth along its direction; None where there is none, or nothing is left out."""
    estimate = differentiate(outputs_along(backend, case), effort="thorough", grain=grain(case))
    if estimate.interval is None:
        return None
    kinked, cotangents, start = np.ravel(estimate.interval[0]) != np.ravel(estimate.interval[1]), [], 0
    for w in case.cotangents:
        parts = 2 if w.dtype.kind == "c" else 1
        here = kinked[start : start + parts * w.size].reshape(*w.shape, parts).any(axis=-1)
        cotangents.append(np.where(here, 0.0, w))
        start += parts * w.size
    left = any(np.any(w != 0) for w in cotangents)
    return msgspec.structs.replace(case, cotangents=tuple(cotangents)) if left and kinked.any() else None
