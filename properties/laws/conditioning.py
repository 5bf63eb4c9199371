"""How far rounding alone can move a result, measured on the case itself.

    shaken:   max over runs of measure(every value times 1 +- eps), less the min
    sampled:  standard deviation over neighbours of x of (measure in the case's dtype - what it should be there)

The first is discrete stochastic arithmetic (CESTAC: Vignes 1993; Parker, Monte Carlo Arithmetic, 1997). Multiplying an intermediate value by 1 +- eps
shakes the forward sweep, and in the backward sweep its adjoint. The runs are compared with each other, not with the plain one: a backend whose
multiplication has a wrong adjoint, or another derivative for other strides, is wrong in all of them alike. What this cannot reach is inside an op,
where 1 - y may cancel; the second can: at neighbouring points rounding errors differ at random, while a wrong formula is wrong in the same way,
which leaves the standard deviation small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict.constants import JITTER_FACTOR, JITTER_RUNS, NEIGHBOUR_DISTANCE, NEIGHBOURS, VALUE_RUNS, eps
from properties.laws.precision import best_dtype

Measure = Callable[[Bound], np.ndarray]


def spread(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding may do to `measure(bind(backend, case))`: an array of its shape, in its units."""
    moved = _shaken(backend, case, measure)
    if best_dtype(backend, case) == case.dtype:
        return moved
    precise = best_dtype(backend, case)
    return np.asarray(moved + sampled(backend, case, lambda bound: measure(bound) - measure(bind(backend, bound.case, dtype=precise))))


def noise_of_values(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding inside the function may do to `measure` of it, values that the oracle saw: beyond an ulp of them where a sum cancels.

    A step of t below that changes nothing: 1e8 - 1e8 + 1e-8 t is constant to every window, and its slope is not 0.
    """
    return _shaken(backend, case, measure, dtype=best_dtype(backend, case), runs=VALUE_RUNS)


def sampled(backend: Backend, case: Case, error: Measure) -> np.ndarray:
    """The scatter of `error`, zero but for rounding in a right backend, over neighbours of the case; nothing where it cannot be evaluated."""
    scatter = _scatter(backend, _neighbours(backend, case, _per_cent), error)
    if any(np.any(case.primals[i] == 0) for i in case.differentiable):
        scatter = np.fmax(scatter, _scatter(backend, _neighbours(backend, case, _beside_zero), error))
    return np.asarray(JITTER_FACTOR * scatter)


def _scatter(backend: Backend, neighbours: Iterator[Case], error: Measure) -> np.ndarray:
    with np.errstate(all="ignore"):
        errors = np.stack([error(bind(backend, neighbour)) for neighbour in neighbours])  # (neighbours, entries)
        scatter = np.std(errors, axis=0, ddof=1)
    return np.where(np.isfinite(scatter), scatter, 0.0)


def _shaken(backend: Backend, case: Case, measure: Measure, *, dtype: str | None = None, runs: int = JITTER_RUNS) -> np.ndarray:
    generators = (np.random.default_rng((case.seed, run)) for run in range(runs))
    found = np.stack([measure(bind(backend, case, dtype=dtype, jitter=each)) for each in generators])  # (runs, entries)
    with np.errstate(all="ignore"):
        return np.asarray(JITTER_FACTOR * np.nan_to_num(np.fmax.reduce(found) - np.fmin.reduce(found), nan=0.0))


def _neighbours(backend: Backend, case: Case, move: Callable[[np.random.Generator, np.ndarray, str], np.ndarray]) -> Iterator[Case]:
    """The case at primals that `move` takes beside its own, exact in its dtype."""
    for run in range(NEIGHBOURS):
        rng = np.random.default_rng((case.seed, run, 1))
        moved = list(case.primals)
        for i in case.differentiable:
            beside = backend.array(move(rng, case.primals[i], case.dtype), dtype=case.dtype, device=case.device)
            moved[i] = backend.numpy(beside).astype(case.primals[i].dtype)
        yield msgspec.structs.replace(case, primals=tuple(moved))


def _per_cent(rng: np.random.Generator, x: np.ndarray, dtype: str) -> np.ndarray:
    return np.asarray(x * (1 + NEIGHBOUR_DISTANCE * rng.uniform(-1, 1, x.shape)))


def _beside_zero(rng: np.random.Generator, x: np.ndarray, dtype: str) -> np.ndarray:
    """Zeros, which no factor moves, some ulps of the leaf's largest number away, or of 1: beside 1e-6 + 0 that is another rounding."""
    ulps = eps(dtype) * (float(np.max(np.abs(x), initial=0.0)) or 1.0)
    return np.where(x == 0, ulps * rng.uniform(-NEIGHBOURS, NEIGHBOURS, x.shape), x)
