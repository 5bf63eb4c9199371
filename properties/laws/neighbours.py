"""What rounding inside an op does, which shaking its operands does not reach (1 - y may cancel there): at neighbouring points it differs at random.

    sampled    the deviation of an error that is rounding alone          x (1 + u / 64), new signs and sizes u each time
    scattered  the same of an error that a wrong formula has, too        x (1 + t u / 64), t from -1 to 1, less the parabola in t nearest to it

A wrong formula is wrong smoothly. An error that goes with x^k is on such a line a parabola but for a part of some (|k| / 64)^3 / 24, where less its
mean only it would excuse itself from k = 2 on; rounding has no such course.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec
import numpy as np
from numpy.polynomial.legendre import legvander

from harness.backends import Backend
from harness.backends.bind import bind, part_dtype
from harness.program import Case
from harness.verdict.constants import COURSE, JITTER_FACTOR, LEAST_APART, NEIGHBOUR_DISTANCE, NEIGHBOURS, ON_A_LINE, eps
from properties.laws.shaking import Measure

Place = tuple[float, int]  # (t, number of u)
Move = Callable[[np.random.Generator, float, np.ndarray, str], np.ndarray]  # (source of u, t, x, dtype) -> beside x


def sampled(backend: Backend, case: Case, error: Measure) -> np.ndarray:
    """What rounding may do to `error`, which is rounding alone, in a wrong backend as well; 0 where it is known at fewer than two neighbours.

    The neighbours' cotangents are longer or shorter, too: y * w - (y - 1) * w = w is off by the same at every y, since products lie on a coarse grid.
    """
    return _allowed(backend, case, error, [(1.0, run) for run in range(NEIGHBOURS)], longer=True)


def scattered(backend: Backend, case: Case, error: Measure) -> np.ndarray:
    """The same of `error`, zero but for rounding in a right backend and smooth in a wrong one.

    In half precision neighbours are a few ulps apart: the numbers there are too few to show a course.
    """
    turns = np.random.default_rng((case.seed, 5)).random(ON_A_LINE)
    line = [(float(t), 0) for t in 2 * (np.arange(ON_A_LINE) + turns) / ON_A_LINE - 1]
    return _allowed(backend, case, error, line, degree=COURSE if LEAST_APART * eps(case.dtype) <= NEIGHBOUR_DISTANCE else 0)


def inside(backend: Backend, neighbours: Iterable[Case], measure: Measure, dtype: str | None = None) -> list[np.ndarray | None]:
    """`measure` of each, None where the backend refuses: a matrix of which an entry is moved may have no Cholesky factor."""
    bounds = (bind(backend, neighbour, dtype=dtype) for neighbour in neighbours)
    tried = (bound.attempt(partial(measure, bound)) for bound in bounds)
    return [None if isinstance(found, Exception) else found for found in tried]


def _allowed(backend: Backend, case: Case, error: Measure, places: Sequence[Place], *, degree: int = 0, longer: bool = False) -> np.ndarray:
    def scatter(move: Move, degree: int = 0) -> np.ndarray:
        found = inside(backend, (_neighbour(backend, case, move, place, longer) for place in places), error)
        known = [(t, errors) for (t, _), errors in zip(places, found, strict=True) if errors is not None]
        return _deviation([t for t, _ in known], [errors for _, errors in known], degree)

    about = scatter(_per_cent, degree)
    if any(np.any(case.primals[i] == 0) for i in case.differentiable):
        about = np.fmax(about, scatter(_beside_zero))
    return np.asarray(JITTER_FACTOR * about)


def _deviation(places: Sequence[float], errors: Sequence[np.ndarray], degree: int) -> np.ndarray:
    """Of the errors, each of shape (entries,), about their polynomial; about the mean where few are known, 0 where fewer than two are."""
    if len(errors) < 2:
        return np.zeros(1)
    with np.errstate(all="ignore"):
        found = np.stack(errors)  # (neighbours, entries)
        about_mean = np.ma.filled(np.ma.masked_invalid(found).std(axis=0, ddof=1), 0.0)
        if degree == 0 or len(errors) < ON_A_LINE // 2:
            return np.asarray(about_mean)
        largest = np.max(np.abs(found), axis=0)
        scaled = np.where(np.isfinite(largest) & (largest > 0), found / largest, 0.0)
        course = legvander(np.array(places), degree)
        rest = (centred := scaled - scaled[0]) - course @ np.linalg.lstsq(course, centred)[0]
        about_course = largest * np.sqrt(np.sum(rest**2, axis=0) / (len(errors) - degree - 1))
        return np.where(np.isfinite(largest), about_course, about_mean)


def _neighbour(backend: Backend, case: Case, move: Move, place: Place, longer: bool) -> Case:
    """The case at primals that `move` takes beside its own, and with `longer` at cotangents of another length, all exact in its dtype."""

    def rounded(values: np.ndarray, like: np.ndarray) -> np.ndarray:
        beside = backend.array(values, dtype=part_dtype(like, case.dtype), device=case.device)
        return np.asarray(backend.numpy(beside).astype(like.dtype))

    t, run = place
    rng = np.random.default_rng((case.seed, run, 1))
    moved = list(case.primals)
    for i in case.differentiable:
        moved[i] = rounded(move(rng, t, case.primals[i], case.dtype), case.primals[i])
    factor = 1 + NEIGHBOUR_DISTANCE * rng.uniform(-1, 1) if longer else 1.0
    return msgspec.structs.replace(case, primals=tuple(moved), cotangents=tuple(rounded(factor * w, w) for w in case.cotangents))


def _per_cent(rng: np.random.Generator, t: float, x: np.ndarray, dtype: str) -> np.ndarray:
    u = rng.uniform(0.5, 1, x.shape) * rng.choice((-1.0, 1.0), x.shape)
    return np.asarray(x * (1 + NEIGHBOUR_DISTANCE * t * u))


def _beside_zero(rng: np.random.Generator, t: float, x: np.ndarray, dtype: str) -> np.ndarray:
    """Zeros, which no factor moves, some ulps of the leaf's largest number away, or of 1: beside 1e-6 + 0 that is another rounding."""
    ulps = eps(dtype) * (float(np.max(np.abs(x), initial=0.0)) or 1.0)
    return np.where(x == 0, NEIGHBOURS * ulps * t * rng.uniform(-1, 1, x.shape), x)
