"""How far rounding alone can move a result: the spread of it when every value is shaken by one unit in the last place.

    spread = max over runs |measure(shaken) - measure(plain)|,   each run multiplying every value by 1 +- eps

This is discrete stochastic arithmetic (CESTAC: Vignes 1993; Parker, Monte Carlo Arithmetic, 1997). Multiplying an intermediate value
by 1 +- eps shakes the forward sweep, and in the backward sweep its adjoint, so one measurement covers both.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict.constants import JITTER_FACTOR, JITTER_RUNS

Measure = Callable[[Bound], np.ndarray]


def spread(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """What rounding may do to `measure(bind(backend, case))`: an array of its shape, in its units."""
    plain = measure(bind(backend, case))
    largest = np.zeros_like(plain, dtype=np.float64)
    for run in range(JITTER_RUNS):
        try:
            shaken = measure(bind(backend, case, jitter=np.random.default_rng((case.seed, run))))
        except Unsupported:
            raise
        except Exception:  # the subject is not defined one ulp away: there, rounding may do anything
            backend.reset()
            return np.full_like(largest, np.inf)
        with np.errstate(all="ignore"):
            largest = np.maximum(largest, np.abs(shaken - plain))
    return JITTER_FACTOR * largest
