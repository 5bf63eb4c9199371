"""What rounding inside an op does, which shaking its operands does not reach (1 - y may cancel there): at neighbouring points it differs at random.

    sampled    the deviation of an error that is rounding alone            x (1 + u / 64), new signs and sizes u each time
    scattered  the same of a difference that a wrong formula makes, too    x (1 + t u / 64), t from -1 to 1, less the parabola in t nearest to it

A wrong formula is wrong smoothly. A difference that goes with x^k is on such a line a parabola but for a part of some (|k| / 64)^3 / 24, where less
its mean only it would excuse itself from k = 2 on; rounding has no such course (but see properties.laws.course).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind, part_dtype
from harness.program import Case
from harness.verdict.constants import JITTER_FACTOR, LEAST_APART, NEIGHBOUR_DISTANCE, NEIGHBOURS, ON_A_LINE, eps
from properties.laws.course import about_course, about_mean
from properties.laws.shaking import Measure

Place = tuple[float, int]  # (t, number of u)
Move = Callable[[np.random.Generator, float, np.ndarray, str], np.ndarray]  # (source of u, t, x, dtype) -> beside x
Scatter = Callable[[Move, Sequence[float], np.ndarray], np.ndarray]  # (how they were moved, t of each, their numbers) -> their scatter


def sampled(backend: Backend, case: Case, error: Measure) -> np.ndarray:
    """What rounding may do to `error`, which is rounding alone, in a wrong backend as well; 0 where it is known at fewer than two neighbours.

    The neighbours' cotangents are longer or shorter, too: y * w - (y - 1) * w = w is off by the same at every y, since products lie on a coarse grid.
    """
    places = [(1.0, run) for run in range(NEIGHBOURS)]
    return _allowed(backend, case, error, places, lambda move, line, found: about_mean(found), longer=True)


def scattered(backend: Backend, case: Case, sides: Measure) -> np.ndarray:
    """The same of the difference of two `sides`, (2, entries), zero but for rounding in a right backend and smooth in a wrong one: (entries,).

    In half precision neighbours are a few ulps apart, as they always are beside zero: the numbers there are too few to show a course.
    """
    turns = np.random.default_rng((case.seed, 5)).random(ON_A_LINE)
    places = [(float(t), 0) for t in 2 * (np.arange(ON_A_LINE) + turns) / ON_A_LINE - 1]
    fine = LEAST_APART * eps(case.dtype) <= NEIGHBOUR_DISTANCE

    def scatter(move: Move, line: Sequence[float], found: np.ndarray) -> np.ndarray:
        return about_course(line, found) if fine and move is _per_cent else about_mean(found[:, 0] - found[:, 1])

    return _allowed(backend, case, sides, places, scatter)


def inside(backend: Backend, neighbours: Iterable[Case], measure: Measure, dtype: str | None = None) -> list[np.ndarray | None]:
    """`measure` of each, None where the backend refuses: a matrix of which an entry is moved may have no Cholesky factor."""
    bounds = (bind(backend, neighbour, dtype=dtype) for neighbour in neighbours)
    tried = (bound.attempt(partial(measure, bound)) for bound in bounds)
    return [None if isinstance(found, Exception) else found for found in tried]


def _allowed(backend: Backend, case: Case, measure: Measure, places: Sequence[Place], scatter: Scatter, longer: bool = False) -> np.ndarray:
    def told(move: Move) -> np.ndarray:
        found = inside(backend, (_neighbour(backend, case, move, place, longer) for place in places), measure)
        known = [(t, numbers) for (t, _), numbers in zip(places, found, strict=True) if numbers is not None]
        return scatter(move, [t for t, _ in known], np.stack([numbers for _, numbers in known])) if len(known) > 1 else np.zeros(1)

    zeros = any(np.any(case.primals[i] == 0) for i in case.differentiable)
    with np.errstate(all="ignore"):
        allowed = told(_per_cent)
        return np.asarray(JITTER_FACTOR * (np.fmax(allowed, told(_beside_zero)) if zeros else allowed))


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
