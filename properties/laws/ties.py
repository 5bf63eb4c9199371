"""At a tie: is a derivative one of those that the function has around the point?

    hull of { lim f'(x_k) e_i : x_k -> x }          Clarke's generalised gradient, seen along e_i

The slopes at the point itself do not bound it where f is no maximum of smooth functions: the median of nine zeros does not change along any e_i,
yet all around it is one of its entries, with slope 1. So what is outside of the slopes at a tie, but among those at points beside it, is open.
Source: Clarke, Optimization and Nonsmooth Analysis (1983), theorem 2.5.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.constants import APART_AT_A_TIE, BESIDE_A_TIE, SLACK_BESIDE_A_TIE, STEP_BESIDE_A_TIE, eps
from properties.laws.along import direction, moved
from properties.laws.inner import wide
from properties.laws.own_precision import Values
from properties.laws.precision import precise
from properties.laws.sizes import leaf_size

Step = tuple[np.ndarray, ...]
Measure = Callable[[Bound, Step], np.ndarray]  # the backend's derivative along a step
Which = Callable[[np.random.Generator, np.ndarray, int], np.ndarray]  # (source of chance, x, entries of all primals) -> which of x move
FEW = 2
FEW_NEIGHBOURS = 8  # to see whether there is a tie at all
NEARER = 16.0  # times: where the slopes are looked at again
NEIGHBOURS = 288  # the one that an op chose among ten ties is missed by the 192 of them that break it once in 20,000 times
ULPS_BESIDE = 16  # apart at least, so that few entries tie after rounding to half precision
OPEN = "kink: the slopes around this point differ, and the derivative is one of them or lies between."


def unless_beside_a_tie(backend: Backend, case: Case, result: Result, measure: Measure, values: Values) -> Result:
    """`result`, INCONCLUSIVE if it is BROKEN only in the choice between the slopes around the point; `case` moves along one entry.

    `measure`: the backend's derivative along a step; `values`: what is differentiated, at a point.
    """
    if result.verdict is not Verdict.BROKEN:
        return result
    step, bound = direction(case), precise(backend, case)
    actual = measure(bind(backend, case), step).ravel()
    slopes: list[np.ndarray] = []
    for beside in _beside(case):
        slope = _slope(bound, beside, step, values)
        slopes += [slope] if np.all(np.isfinite(slope)) else []
        if slopes and _among(actual, slopes):
            return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=OPEN)
    return result


def slopes_differ(backend: Backend, case: Case, values: Values, size: float) -> bool:
    """Whether the slopes along the case's direction differ at points around it: then it is a tie, though phi itself may be smooth.

    By more than a little, relative to `size`, that of a derivative by chance: a direction along which the slope itself happens to be small makes no
    tie. And as much nearer to the point: what curvature does (beside a pole it does much) shrinks with the distance.
    """
    step, bound = direction(case), precise(backend, case)

    def apart(distance: float) -> tuple[float, float]:
        slopes = np.stack([_slope(bound, beside, step, values) for beside in islice(_beside(case, distance), FEW_NEIGHBOURS)])
        return float(np.max(np.ptp(slopes, axis=0), initial=0.0)), float(np.max(np.abs(slopes), initial=0.0))

    far, typical = apart(BESIDE_A_TIE)
    return far > APART_AT_A_TIE * max(typical, size) and apart(BESIDE_A_TIE / NEARER)[0] > far / np.sqrt(NEARER)


def _slope(bound: Bound, beside: Case, step: Step, values: Values) -> np.ndarray:
    """The slope along `step` at the point of `beside`, crudely."""
    points = tuple(map(wide, beside.points))
    with np.errstate(all="ignore"):
        after, before = (values(bound, moved(points, step, t)) for t in (STEP_BESIDE_A_TIE, -STEP_BESIDE_A_TIE))
        return np.asarray(np.ravel(after - before) / (2 * STEP_BESIDE_A_TIE))


def _among(actual: np.ndarray, slopes: list[np.ndarray]) -> bool:
    slack = SLACK_BESIDE_A_TIE * np.max(np.abs(slopes), axis=0)
    return bool(np.all((actual >= np.min(slopes, axis=0) - slack) & (actual <= np.max(slopes, axis=0) + slack)))


def _beside(case: Case, distance: float = BESIDE_A_TIE) -> Iterator[Case]:
    """The case at points around, each tie broken in a random order: by moving all entries, or two only (eigenvalues meet along those), or diagonals.

    Of the matrix 0 torch's singular vectors are unit vectors: those of diagonal matrices beside it, and of no other.
    """
    rng = np.random.default_rng((case.seed, 5))
    kinds = cycle((_all, _two, _diagonal))
    return (moved_beside(case, rng, next(kinds), distance=distance) for _ in range(NEIGHBOURS))


def _all(rng: np.random.Generator, x: np.ndarray, entries: int) -> np.ndarray:
    return np.ones(x.shape, dtype=bool)


def _two(rng: np.random.Generator, x: np.ndarray, entries: int) -> np.ndarray:
    """Of all `entries` of the primals, by chance."""
    return rng.random(x.shape) < FEW / max(entries, FEW)


def _diagonal(rng: np.random.Generator, x: np.ndarray, entries: int) -> np.ndarray:
    """Of the last two axes, where there are two."""
    return np.broadcast_to(np.eye(*x.shape[-2:]) == 1, x.shape) if x.ndim > 1 else np.ones(x.shape, dtype=bool)


def beside_in(dtype: str) -> float:
    """The distance of points around, where they are rounded to `dtype`: in half precision `BESIDE_A_TIE` would lead back to the point itself."""
    return max(BESIDE_A_TIE, ULPS_BESIDE * eps(dtype))


def moved_beside(case: Case, rng: np.random.Generator, which: Which = _all, *, distance: float = BESIDE_A_TIE) -> Case:
    """The case at a point beside its own, where no two of the entries that move tie: beside it for numbers as small as those of the leaf, too."""
    primals, entries = list(case.primals), sum(x.size for x in case.points)
    for i, x in zip(case.differentiable, case.points, strict=True):
        size = np.maximum(np.abs(wide(x)), min(leaf_size(x), 1.0))
        primals[i] = (x + distance * size * rng.standard_normal(x.shape) * which(rng, x, entries)).astype(x.dtype)
    return msgspec.structs.replace(case, primals=tuple(primals))
