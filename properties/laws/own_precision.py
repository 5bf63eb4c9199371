"""BROKEN in single or half precision, where the oracle follows the function in double: is the derivative wrong, or is it another function?

y_32(x) = y_64(x) by far not              rounding has replaced the function (the inverse at condition 1e9): no derivative can be told
d/dt y_32 = actual, d/dt y_64 is not      the function asks for its dtype: sqrt(x + finfo(x.dtype).eps)
|g_64| > the largest number of the dtype  infinity is the right answer: rsqrt at 6e-8 in half precision

Each leaves the verdict open. In its own precision a function is noisy, so that it can excuse only where it denies the slope in double precision: what
it cannot tell stays BROKEN.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.oracles import Estimate, differentiate
from harness.program import Case
from harness.verdict import Result, Verdict, required_resolution
from harness.verdict.constants import JITTER_RUNS, eps, largest
from harness.verdict.rounding import elementwise_rounding
from properties.laws.along import direction
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat, wide
from properties.laws.precision import best_dtype
from properties.laws.shaking import signs_of

Values = Callable[[Bound, tuple[np.ndarray, ...]], np.ndarray]  # what is differentiated, at a point, flat
Slopes = Callable[[Bound, tuple[np.ndarray, ...]], np.ndarray]  # the backend's derivative of it along a step
REPLACED = "the values in {dtype} are not those in {best}, so rounding has replaced the function: no derivative can be told."
ANOTHER = "the function asks for its dtype: in {dtype} itself it has the slope that is claimed, in {best} another."
BEYOND = "the derivative lies beyond the largest number of {dtype}, so that infinity or NaN is all that there can be."


def unless_dtype_tells(backend: Backend, case: Case, result: Result, values: Values | None, slopes: Slopes | None) -> Result:
    """`result`, INCONCLUSIVE if it is BROKEN for a reason that lies in the precision of `case` and not in the derivative."""
    best = best_dtype(backend, case)
    if result.verdict is not Verdict.BROKEN or result.actual is None or best == case.dtype:
        return result
    if beyond_range(backend, case, result.expected or 0.0) and not np.isfinite(result.actual):
        why = BEYOND
    elif _replaced(backend, case, best, values):
        why = REPLACED
    elif values is not None and slopes is not None and _supported(backend, case, best, values, slopes):
        why = ANOTHER
    else:
        return result
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=why.format(dtype=case.dtype, best=best))


def beyond_range(backend: Backend, case: Case, expected: float = 0.0) -> bool:
    """Whether a gradient, computed in double precision, or `expected` has an entry beyond the largest number of the case's dtype."""
    sizes = np.append(np.abs(flat(gradients_of(bind(backend, case, dtype=best_dtype(backend, case))))), abs(expected))
    return bool(np.max(sizes, where=np.isfinite(sizes), initial=0.0) > largest(case.dtype))


def _replaced(backend: Backend, case: Case, best: str, values: Values | None) -> bool:
    """Whether some output, or what is differentiated, is off, relative to its largest entry, by more than a derivative may be.

    A gradient is differentiated by `hvp-eq-fd`: that of a singular value near 0 is made of vectors that rounding has chosen, and its value is not.
    """
    low, high = (bind(backend, case, dtype=dtype) for dtype in (case.dtype, best))
    if any(_far(case, y, z) for y, z in zip(low.at(case.points), high.at(case.points), strict=True)):
        return True
    return values is not None and _chosen_by_rounding(low, high, values)


def _chosen_by_rounding(low: Bound, high: Bound, values: Values) -> bool:
    """Whether what is differentiated is off, and an ulp of the primals moves it as far: what is off alone is wrong, and no excuse.

    Only where that is several numbers: one is a sum, which may cancel where no term is off.
    """
    case, exact = low.case, values(high, low.case.points)
    found = values(low, case.points)
    if found.size < 2 or not _far(case, found, exact):
        return False
    runs = (signs_of(case.seed, run) for run in range(JITTER_RUNS))
    moved = (tuple(wide(x) * (1 + eps(case.dtype) * signs(x.shape)) for x in case.points) for signs in runs)
    return any(_far(case, values(low, points), found, size=exact) for points in moved)


def _far(case: Case, y: np.ndarray, z: np.ndarray, size: np.ndarray | None = None) -> bool:
    """Whether y is off z by more than a derivative may be, relative to the largest entry of `size`, else of z."""
    with np.errstate(all="ignore"):
        allowed = required_resolution(case.dtype, case.resolution) * np.max(np.abs(z if size is None else size), initial=0.0)
        return bool(np.max(np.abs(wide(y) - wide(z)), initial=0.0) > allowed)


def _supported(backend: Backend, case: Case, best: str, values: Values, slopes: Slopes) -> bool:
    """Whether the function in its own precision has the slopes that are claimed, and not those that it has in double precision."""
    actual = slopes(bind(backend, case), direction(case)).ravel()
    own, high = (_estimate(bind(backend, case, dtype=dtype), values) for dtype in (case.dtype, best))
    if {own.status, high.status} != {"smooth"}:
        return False
    value, bound = np.ravel(own.value), np.ravel(own.bound) + elementwise_rounding(actual, case.dtype)
    denied = np.abs(np.ravel(high.value) - value) > bound + np.ravel(high.bound)
    return bool(denied.any() and (np.abs(actual - value) <= bound).all())


def _estimate(bound: Bound, values: Values) -> Estimate:
    """The slopes of the function as it is in the precision of `bound`."""
    step, kind = direction(bound.case), np.float64 if eps(bound.dtype) == eps("float64") else np.float32
    moved = [(np.abs(wide(x)[v != 0]), np.abs(v[v != 0])) for x, v in zip(bound.case.points, step, strict=True)]
    coarse = max((eps(bound.dtype) * float(np.max(x / v)) for x, v in moved if x.size), default=0.0)

    def phi(t: float) -> np.ndarray:
        return values(bound, tuple(wide(x) + t * v for x, v in zip(bound.case.points, step, strict=True))).astype(kind)

    return differentiate(phi, effort="thorough", grain=coarse)
