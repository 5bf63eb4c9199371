"""How far rounding alone can move a result, measured on the case itself.

    shaken:   max over runs of measure(every value times 1 +- eps), less the min; in float16 the standard deviation of more runs
    in low precision also the scatter of (measure in the case's dtype - what it should be) over neighbours of x (properties.laws.neighbours),
    and how far what it should be moves with one ulp of x, for a backward stable formula may be off by that

The first is discrete stochastic arithmetic (properties.laws.shaking). Multiplying an intermediate value by 1 +- eps
shakes the forward sweep, and in the backward sweep its adjoint. The second run takes the opposite signs of the first, so that one value that matters
more than all others shows. The runs are compared with each other, not with the plain one: a backend whose multiplication has a wrong adjoint, or
another derivative for other strides, is wrong in all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict.constants import (
    JITTER_RUNS,
    NEARBY_ULPS,
    VALUE_RUNS,
    eps,
)
from properties.laws.equals import an_ulp_parts
from properties.laws.neighbours import inside, sampled
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

    return np.asarray(moved + sampled(backend, case, rounding) + _conditioned(backend, case, measure, precise))


def spread_nearby(backend: Backend, case: Case, measure: Measure, runs: int = VALUE_RUNS) -> np.ndarray:
    """What rounding may do to `measure`, as many runs some ulps apart show it: in double precision, for in a lower one `spread` samples it.

    An ulp away from one number x there are two others, and what x - mean(x) is at all three may round alike. Where an ulp parts what is equal, the
    case itself is one of the runs: none of the others need keep it so.
    """
    plain = [measure(bind(backend, case))] if an_ulp_parts(case) else []
    return shaken(backend, case, measure, runs=runs, ulps=NEARBY_ULPS, told_by=lambda found: value_range(np.array([*found, *plain])))


def noise_of_values(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding inside the function may do to `measure` of it, values that the oracle saw: beyond an ulp of them where a sum cancels.

    A step of t below that changes nothing: 1e8 - 1e8 + 1e-8 t is constant to every window, and its slope is not 0.
    """
    return shaken(backend, case, measure, dtype=best_dtype(backend, case), runs=VALUE_RUNS)


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
        moves = [np.abs(found - here) for found in inside(backend, there, measure, precise) if found is not None]
        return np.asarray(np.nan_to_num(np.fmax.reduce([np.zeros_like(here), *moves]), nan=0.0, posinf=0.0))
