"""Wrong where entries of the primals are equal, right an ulp beside: runs shaken one entry at a time take that for rounding, and see no more.

    A = (a, b; b, c)       every run that moves both b alike is off, every one that moves them apart is right: no rounding does that
    what is allowed        8 (range of the runs alike + range of the runs apart),    where the latter agree with the oracle; else anything

Ulps in random directions leave b = b in half of the runs, and the range of all is the very fault. So the runs are taken apart: those that keep every
equality, and those that break every one.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case
from harness.verdict.asking import Amount, Apart
from harness.verdict.constants import BROKEN_FACTOR, JITTER_FACTOR, NEARBY_ULPS, VALUE_RUNS, eps
from properties.laws.inner import wide
from properties.laws.shaking import Measure

Ulps = Callable[[np.random.Generator, np.ndarray], np.ndarray]  # (source of chance, the kind of each entry: equal ones are of one) -> by how many


def told_apart(backend: Backend, case: Case, measure: Measure) -> Apart | None:
    """What rounding does to `measure` where equal entries are told from unequal ones; None where no two entries are equal.

    Of (actual, expected, what may be off of them) an array of their shape; infinite where runs that move equal entries apart are not right.
    """
    entries = _entries(case)
    if np.unique(entries[entries != 0]).size == np.count_nonzero(entries):
        return None
    rng = np.random.default_rng((case.seed, 6))

    def runs(ulps: Ulps, count: int) -> np.ndarray:
        return np.array([_measured(backend, moved(case, rng, ulps), measure) for _ in range(count)])

    def of(actual: np.ndarray, expected: np.ndarray, allowed: Amount) -> np.ndarray:
        shape = (-1, *np.shape(actual))
        with np.errstate(all="ignore"):
            glance = runs(apart, 1).reshape(shape)  # one tells most that are only rough
            if not np.any(BROKEN_FACTOR * np.abs(glance - expected) < np.abs(actual - expected)):
                return np.full(np.shape(actual), np.inf)
            parted, kept = (runs(ulps, VALUE_RUNS).reshape(shape) for ulps in (apart, alike))
            ranges = JITTER_FACTOR * (np.ptp(parted, axis=0) + np.ptp(np.concatenate([kept, np.reshape(actual, (1, *shape[1:]))]), axis=0))
            right = np.all(np.abs(parted - expected) <= allowed + ranges, axis=0)
            return np.where(right, ranges, np.inf)

    return of


def _measured(backend: Backend, case: Case, measure: Measure) -> np.ndarray:
    """`measure` there; NaN where the backend refuses."""
    bound = bind(backend, case)
    found = bound.attempt(lambda: measure(bound))
    return np.array([np.nan]) if isinstance(found, Exception) else found


def moved(case: Case, rng: np.random.Generator, ulps: Ulps) -> Case:
    """The case with every differentiable entry moved by some ulps."""
    factors = 1 + eps(case.dtype) * ulps(rng, np.unique(_entries(case), return_inverse=True)[1].ravel())
    primals, at = list(case.primals), 0
    for i, x in zip(case.differentiable, case.points, strict=True):
        primals[i] = np.asarray(wide(x) * factors[at : at + x.size].reshape(x.shape)).astype(x.dtype)
        at += x.size
    return msgspec.structs.replace(case, primals=tuple(primals))


def alike(rng: np.random.Generator, kinds: np.ndarray) -> np.ndarray:
    """Entries of one kind by as many ulps."""
    return np.asarray(rng.integers(-NEARBY_ULPS, NEARBY_ULPS + 1, np.max(kinds, initial=0) + 1)[kinds])


def apart(rng: np.random.Generator, kinds: np.ndarray) -> np.ndarray:
    """No two of one kind by as many ulps."""
    found = np.zeros(kinds.shape)
    for kind in np.unique(kinds):
        here = np.flatnonzero(kinds == kind)
        most = max(here.size // 2, NEARBY_ULPS)
        found[here] = rng.permutation(np.arange(-most, most + 1))[: here.size]
    return found


def _entries(case: Case) -> np.ndarray:
    """Of all differentiable primals."""
    return np.concatenate([np.ravel(x) for x in case.points])
