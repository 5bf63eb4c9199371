"""How far rounding alone can move a result, measured on the case itself.

    shaken:   max over runs of measure(every value times 1 +- eps), less the min; in float16 the standard deviation of more runs
    sampled:  standard deviation over neighbours of x of (measure in the case's dtype - what it should be there)
    in low precision also: how far what it should be moves with one ulp of x, for a backward stable formula may be off by that

The first is discrete stochastic arithmetic (properties.laws.shaking). Multiplying an intermediate value by 1 +- eps
shakes the forward sweep, and in the backward sweep its adjoint. The second run takes the opposite signs of the first, so that one value that matters
more than all others shows. The runs are compared with each other, not with the plain one: a backend whose multiplication has a wrong adjoint, or
another derivative for other strides, is wrong in all of them alike. What this cannot reach is inside an op,
where 1 - y may cancel; the second can: at neighbouring points rounding errors differ at random, while a wrong formula is wrong in the same way,
which leaves the standard deviation small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind, part_dtype
from harness.program import Case
from harness.verdict.constants import (
    JITTER_FACTOR,
    JITTER_RUNS,
    NEARBY_ULPS,
    NEIGHBOUR_DISTANCE,
    NEIGHBOURS,
    VALUE_RUNS,
    eps,
)
from properties.laws.precision import best_dtype
from properties.laws.shaking import Measure, deviation, shaken, signs_of, value_range

Move = Callable[[np.random.Generator, np.ndarray, str], np.ndarray]  # (source of chance, x, dtype) -> beside x


def spread(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding may do to `measure(bind(backend, case))`: an array of its shape, in its units."""
    precise = best_dtype(backend, case)
    if precise == case.dtype:
        return shaken(backend, case, measure)
    half = case.dtype == "float16"
    moved = shaken(backend, case, measure, runs=VALUE_RUNS if half else JITTER_RUNS, told_by=deviation if half else value_range)

    def rounding(bound: Bound) -> np.ndarray:
        return measure(bound) - measure(bind(backend, bound.case, dtype=precise))

    return np.asarray(moved + sampled(backend, case, rounding, longer=True) + _conditioned(backend, case, measure, precise))


def spread_nearby(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding may do to `measure`, as many runs some ulps apart show it: in double precision, for in a lower one `spread` samples it.

    An ulp away from one number x there are two others, and what x - mean(x) is at all three may round alike.
    """
    return shaken(backend, case, measure, runs=VALUE_RUNS, ulps=NEARBY_ULPS)


def noise_of_values(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding inside the function may do to `measure` of it, values that the oracle saw: beyond an ulp of them where a sum cancels.

    A step of t below that changes nothing: 1e8 - 1e8 + 1e-8 t is constant to every window, and its slope is not 0.
    """
    return shaken(backend, case, measure, dtype=best_dtype(backend, case), runs=VALUE_RUNS)


def sampled(backend: Backend, case: Case, error: Measure, *, longer: bool = False, runs: int = NEIGHBOURS) -> np.ndarray:
    """The scatter of `error`, zero but for rounding in a right backend, over neighbours of the case; nothing where it cannot be evaluated.

    With `longer` the neighbours' cotangents are longer or shorter, too: y * w - (y - 1) * w = w is off by the same at every y, since products lie on
    a coarse grid. That is for an `error` which is rounding alone, in a wrong backend as well.
    """
    scatter = _scatter(backend, _neighbours(backend, case, _per_cent, longer, runs), error)
    if any(np.any(case.primals[i] == 0) for i in case.differentiable):
        scatter = np.fmax(scatter, _scatter(backend, _neighbours(backend, case, _beside_zero, longer, runs), error))
    return np.asarray(JITTER_FACTOR * scatter)


def _conditioned(backend: Backend, case: Case, measure: Measure, precise: str) -> np.ndarray:
    """How far one ulp of the case's dtype, up or down in every primal, moves what `measure` should be, computed in `precise`.

    tanh((1e8 + 1) - 1e8): in float32 the 1 is lost, at this point and at no neighbour, so that shaken runs and neighbours agree on another number.
    """

    def beside(run: int, sense: float = 1.0) -> Case:
        signs, moved = signs_of(case.seed, run, sense), list(case.primals)
        for i in case.differentiable:
            moved[i] = moved[i] * (1 + eps(case.dtype) * signs(moved[i].shape))
        return msgspec.structs.replace(case, primals=tuple(moved))

    here, there = measure(bind(backend, case, dtype=precise)), (beside(0, -1.0), *map(beside, range(JITTER_RUNS - 1)))
    with np.errstate(all="ignore"):
        moves = [np.abs(found - here) for found in _inside(backend, there, measure, precise)]
        return np.asarray(np.nan_to_num(np.fmax.reduce([np.zeros_like(here), *moves]), nan=0.0, posinf=0.0))


def _scatter(backend: Backend, neighbours: Iterable[Case], error: Measure) -> np.ndarray:
    """Of `error`, over those neighbours that are inside of the function's domain; 0 where fewer than two are."""
    with np.errstate(all="ignore"):
        errors = _inside(backend, neighbours, error)
        scatter = np.ma.masked_invalid(errors).std(axis=0, ddof=1) if len(errors) > 1 else np.zeros(1)  # (neighbours, entries) -> entries
    return np.ma.filled(scatter, 0.0)


def _inside(backend: Backend, neighbours: Iterable[Case], measure: Measure, dtype: str | None = None) -> list[np.ndarray]:
    """`measure` of those neighbours that the backend does not refuse: a matrix of which an entry is moved may have no Cholesky factor."""
    bounds = (bind(backend, neighbour, dtype=dtype) for neighbour in neighbours)
    tried = [bound.attempt(partial(measure, bound)) for bound in bounds]
    return [found for found in tried if not isinstance(found, Exception)]


def _neighbours(backend: Backend, case: Case, move: Move, longer: bool, runs: int) -> Iterator[Case]:
    """The case at primals that `move` takes beside its own, and with `longer` at cotangents of another length, all exact in its dtype."""

    def rounded(values: np.ndarray, like: np.ndarray) -> np.ndarray:
        beside = backend.array(values, dtype=part_dtype(like, case.dtype), device=case.device)
        return np.asarray(backend.numpy(beside).astype(like.dtype))

    for run in range(runs):
        rng = np.random.default_rng((case.seed, run, 1))
        moved = list(case.primals)
        for i in case.differentiable:
            moved[i] = rounded(move(rng, case.primals[i], case.dtype), case.primals[i])
        factor = 1 + NEIGHBOUR_DISTANCE * rng.uniform(-1, 1) if longer else 1.0
        cotangents = tuple(rounded(factor * w, w) for w in case.cotangents)
        yield msgspec.structs.replace(case, primals=tuple(moved), cotangents=cotangents)


def _per_cent(rng: np.random.Generator, x: np.ndarray, dtype: str) -> np.ndarray:
    return np.asarray(x * (1 + NEIGHBOUR_DISTANCE * rng.uniform(-1, 1, x.shape)))


def _beside_zero(rng: np.random.Generator, x: np.ndarray, dtype: str) -> np.ndarray:
    """Zeros, which no factor moves, some ulps of the leaf's largest number away, or of 1: beside 1e-6 + 0 that is another rounding."""
    ulps = eps(dtype) * (float(np.max(np.abs(x), initial=0.0)) or 1.0)
    return np.where(x == 0, ulps * rng.uniform(-NEIGHBOURS, NEIGHBOURS, x.shape), x)
