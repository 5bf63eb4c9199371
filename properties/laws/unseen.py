"""What rounding excuses in the gradient of an entry that no output shows.

|(f'(x)^T w)_i|  <=  u sum |w_j y_j| / |change of x_i|     j: outputs that read x_i.  A change that moves no bit of y_j is below half an ulp of it:
                                                           a weight of 1e-76 behind a softmax. The smallest change that was tried: the
                                                           mean slope over a larger one may be smaller than that here
|(f'(x)^T w)_i|  <=  its own spread when every value is shaken by ulps, or that of sum w_j y_j / |change of x_i|: what should cancel
|(f'(x)^T w)_i|  <=  ulps of the leaf's largest gradient, where all come from one matrix

An output reads an entry if no number in its place becomes no number in the output: NaN passes through arithmetic, though not through a `where`, a
slice or a triangle. What no output reads is excused by the last alone: by nothing where all of a leaf is unread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound
from harness.program import Case
from harness.verdict.constants import eps
from harness.verdict.rounding import normwise_rounding
from properties.laws.conditioning import spread, spread_nearby
from properties.laws.gradients import gradients_of
from properties.laws.inner import inner
from properties.laws.shaking import Measure

BEYOND = 4.0  # times the largest number around
Place = tuple[int, int]  # (primal, flat index)
Spread = Callable[[Backend, Case, Measure], np.ndarray]  # spread, or spread_nearby
Reach = tuple[np.ndarray, ...]  # per output, which of its entries read one entry of the primals


def inexcusable(backend: Backend, bound: Bound, gradients: Sequence[np.ndarray], leaks: Sequence[Place]) -> list[Place]:
    """Those of `leaks`, places whose gradient is not 0, that are larger than what rounding excuses."""
    reaches = {place: reach_of(bound, *place) for place in leaks}
    large = [place for place in leaks if not _size(gradients, place) <= _allowed(bound, gradients, place, reaches[place])]
    for excuse in (partial(_moved, spread), _absorbed, partial(_moved, spread_nearby)):  # the dearest last, for what is still large
        read = {place: reaches[place] for place in large if any(np.any(reads) for reads in reaches[place])}
        rounding = dict(zip(read, excuse(backend, bound.case, read), strict=True)) if read else {}
        large = [place for place in large if not _size(gradients, place) <= rounding.get(place, 0.0)]
    return large


def step_of(case: Case) -> float:
    """The size of what entries are replaced by."""
    return BEYOND * max(float(np.max(np.abs(x), where=np.isfinite(x), initial=1.0)) for x in case.points)


def reach_of(bound: Bound, k: int, i: int) -> Reach:
    """The outputs' entries that read that entry of the primals; all of them where the function refuses what is no number, or was none already."""
    points, before = [np.array(x) for x in bound.case.points], bound.at(bound.case.points)
    points[k].flat[i] = complex(np.nan, np.nan) if points[k].dtype.kind == "c" else np.nan
    after = bound.attempt(lambda: bound.at(points))
    if isinstance(after, Exception) or [y.shape for y in after] != [y.shape for y in before]:
        return tuple(np.ones(y.shape, dtype=bool) for y in before)
    return tuple(np.asarray(y != z) for y, z in zip(before, after, strict=True))  # NaN differs from NaN


def _size(gradients: Sequence[np.ndarray], place: Place) -> float:
    return float(abs(gradients[place[0]].flat[place[1]]))


def replacements(case: Case) -> tuple[float, float, float]:
    """What an entry is replaced by: numbers beyond all others, and a small one."""
    step = step_of(case)
    return step, -step, 1 / step


def _least_change(case: Case, place: Place) -> float:
    """Of those that were tried, the size of the smallest; 1 where that is less, which would excuse leaks of any size in an entry of 1e-30."""
    here = case.points[place[0]].flat[place[1]]
    return max(1.0, min(float(abs(number - here)) for number in replacements(case)))


def _allowed(bound: Bound, gradients: Sequence[np.ndarray], place: Place, reach: Reach) -> float:
    """What can be told without another run."""
    dtype, gradient = bound.case.dtype, gradients[place[0]]
    if not any(np.any(reads) for reads in reach):  # what a matrix's sums leave beside it; those of half precision are taken in single
        return normwise_rounding(gradient, "float32" if eps(dtype) > eps("float32") else dtype)
    with np.errstate(all="ignore"):
        sizes = [np.abs(w) * np.abs(y) for w, y in zip(*_read(reach, bound.case.cotangents, bound.at(bound.case.points)), strict=True)]
    total = sum(float(np.sum(size, where=np.isfinite(size))) for size in sizes)
    return max(normwise_rounding(gradient, dtype), eps(dtype) / 2 * total / _least_change(bound.case, place))


def _moved(by: Spread, backend: Backend, case: Case, reaches: dict[Place, Reach]) -> np.ndarray:
    """What ulps in every value do to each of these gradients."""

    def gradient(bound: Bound) -> np.ndarray:
        found = gradients_of(bound)
        return np.array([(np.real(g), np.imag(g)) for g in (found[k].flat[i] for k, i in reaches)])  # (places, parts)

    return np.asarray(_finite(by(backend, case, gradient)).max(axis=1))


def _absorbed(backend: Backend, case: Case, reaches: dict[Place, Reach]) -> np.ndarray:
    """What an ulp in every value does to the values that read each entry, per change of it."""

    def value(bound: Bound) -> np.ndarray:
        outputs = bound.at(bound.case.points)
        return np.array([inner(*_read(reach, bound.case.cotangents, outputs)) for reach in reaches.values()])

    return np.asarray(_finite(spread(backend, case, value)) / step_of(case))


def _read(reach: Reach, *sides: Sequence[np.ndarray]) -> list[list[np.ndarray]]:
    """Of each side, one array per output, what `reach` holds."""
    return [[values[reads] for values, reads in zip(side, reach, strict=True)] for side in sides]


def _finite(spreads: np.ndarray) -> np.ndarray:
    """Spreads; 0 where a shaken run left the dtype, which tells nothing of rounding."""
    return np.where(spreads < np.finfo(float).max, spreads, 0.0)
