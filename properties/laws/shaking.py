"""Discrete stochastic arithmetic: the same computation a few times over, every value moved by an ulp up or down at random.

    shaken = told_by(measure(every value times 1 + eps s) for the signs s of some runs)      what rounding alone can do to the measure

Source: CESTAC (Vignes, A stochastic arithmetic for reliable scientific computation, 1993); Parker, Monte Carlo Arithmetic (1997).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.backends.jitter import Signs
from harness.backends.protocol import Died
from harness.program import Case
from harness.program.error_words import first_line
from harness.verdict.constants import JITTER_FACTOR, JITTER_IN_HALF, JITTER_RUNS

Measure = Callable[[Bound], np.ndarray]
Shaking = Callable[[], Signs]  # the signs of one run, from the first on

MULTIPLIED = "It does so where each value is multiplied by 1 + eps or 1 - eps, as rounding is measured."  # a note on what a shaken run raises


class OtherForm(Exception):
    """The function itself is another one within an ulp of the case: no comparison is possible there. The message is one sentence."""


def value_range(found: np.ndarray) -> np.ndarray:
    """What few runs, (runs, entries), tell: not how large rounding is, but that it is no larger than some times their range."""
    return np.asarray(JITTER_FACTOR * (np.fmax.reduce(found) - np.fmin.reduce(found)))


def deviation(found: np.ndarray) -> np.ndarray:
    """What many runs tell, in float16, where a generous factor would forgive percents; as `value_range` where one of them overflows."""
    return np.where(np.isfinite(found).all(axis=0), JITTER_IN_HALF * found.std(axis=0, ddof=1), value_range(found))


def shaken(
    backend: Backend,
    case: Case,
    measure: Measure,
    *,
    dtype: str | None = None,
    runs: int = JITTER_RUNS,
    ulps: int = 1,
    told_by: Callable[[np.ndarray], np.ndarray] = value_range,
) -> np.ndarray:
    """What `told_by` makes of `measure` in `runs` runs, the second of which takes the opposite signs of the first.

    Raises:
        OtherForm: the function is another one in such a run.
    """
    signs = [partial(signs_of, case.seed, 0, -1.0, ulps), *(partial(signs_of, case.seed, run, 1.0, ulps) for run in range(runs - 1))]
    found = np.stack([_run(backend, case, measure, dtype, each) for each in signs])  # (runs, entries)
    with np.errstate(all="ignore"):
        return np.asarray(np.nan_to_num(told_by(found), nan=0.0))


def _run(backend: Backend, case: Case, measure: Measure, dtype: str | None, signs: Shaking) -> np.ndarray:
    """`measure` of one shaken run.

    Raises:
        OtherForm: it fails, and the function alone does so, too, or is of another shape there.
    """
    try:
        return measure(bind(backend, case, dtype=dtype, jitter=signs()))
    except Died:
        raise
    except Exception as error:
        changed = _other_form(bind(backend, case, dtype=dtype, jitter=signs()))
        if not changed:
            vars(error).setdefault("__notes__", []).append(MULTIPLIED)  # `add_note` of Python 3.11
            raise
    raise OtherForm(changed)


def _other_form(bound: Bound) -> str:
    """What the function does otherwise than at the case's own primals, in a sentence; empty where only the derivatives can tell."""
    values = bound.attempt(bound.values)
    if isinstance(values, Exception):
        return f"the function raises {type(values).__name__} beside these primals: {first_line(values, '(no message)')}."
    found, due = ([y.shape for y in ys] for ys in (values, bound.case.cotangents))
    return f"the function returns arrays of shape {found} beside these primals, of {due} at them: an ulp decides." if found != due else ""


def signs_of(seed: int, run: int, sense: float = 1.0, ulps: int = 1) -> Signs:
    """Random signs, each times 1 to `ulps`; those of one seed and run with `sense` 1 and -1 are opposite."""
    rng, drawn = np.random.default_rng((seed, run)), sense * np.array([k for k in range(-ulps, ulps + 1) if k])
    return lambda shape: drawn[rng.integers(0, 2 * ulps, size=shape)]
