"""Wrong where entries of the primals are equal or opposite, right an ulp beside: runs shaken one entry at a time take that for rounding.

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
from harness.program import Case, Program
from harness.verdict.asking import Amount, Apart
from harness.verdict.constants import BROKEN_FACTOR, JITTER_FACTOR, NEARBY_ULPS, ULP_BESIDE_ONE, VALUE_RUNS, eps
from properties.laws.inner import wide
from properties.laws.shaking import Measure

Ulps = Callable[[np.random.Generator, np.ndarray], np.ndarray]  # (source of chance, the kind of each entry, one per size) -> by how many


def told_apart(backend: Backend, case: Case, measure: Measure) -> Apart | None:
    """What rounding does to `measure` where equal entries are told from unequal ones; None without equal or opposite ones, of which an ulp is little.

    Of one op alone: a function may have a structure narrower than an ulp, which moving equal entries apart leaves behind, and a program subgradients
    that do not add up at a tie.
    Of (actual, expected, what may be off of them) an array of their shape; infinite where runs that move equal entries apart are not right.
    """
    alone = isinstance(case.subject, Program) and len(case.subject.instructions) == 1
    if not alone:
        return None
    equal = _equal(case)
    if not np.any((equal > 0) & ~_large(equal, case.dtype)):
        return None
    rng = np.random.default_rng((case.seed, 6))

    def run(ulps: Ulps, shape: tuple[int, ...]) -> np.ndarray:
        bound = bind(backend, moved(case, rng, ulps))
        found = bound.attempt(lambda: measure(bound))
        return np.full(shape, np.nan) if isinstance(found, Exception) else np.reshape(found, shape)

    def of(actual: np.ndarray, expected: np.ndarray, allowed: Amount) -> np.ndarray:
        shape = np.shape(actual)
        with np.errstate(all="ignore"):
            if not np.any(BROKEN_FACTOR * np.abs(run(apart, shape) - expected) < np.abs(actual - expected)):  # one run tells most that are only rough
                return np.full(shape, np.inf)
            parted, kept = (np.array([run(ulps, shape) for _ in range(VALUE_RUNS)]) for ulps in (apart, alike))
            ranges = JITTER_FACTOR * (np.ptp(parted, axis=0) + np.ptp([*kept, actual], axis=0))
            return np.where(np.all(np.abs(parted - expected) <= allowed + ranges, axis=0), ranges, np.inf)

    return of


def moved(case: Case, rng: np.random.Generator, ulps: Ulps) -> Case:
    """The case with every differentiable entry moved by some ulps, but for equal ones of which an ulp is no small step."""
    sizes, kinds, counts = np.unique(_sizes(case), return_inverse=True, return_counts=True)
    still = (counts > 1) & _large(sizes, case.dtype)
    factors = 1 + eps(case.dtype) * np.where(still[kinds.ravel()], 0.0, ulps(rng, kinds.ravel()))
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


def an_ulp_parts(case: Case) -> bool:
    """Whether entries are equal of which an ulp is no small step: beside them is another place, with another derivative."""
    return bool(np.any(_large(_equal(case), case.dtype)))


def _equal(case: Case) -> np.ndarray:
    """The sizes of entries that others are equal to, or opposite."""
    kinds, counts = np.unique(_sizes(case), return_counts=True)
    return np.asarray(kinds[counts > 1])


def _large(sizes: np.ndarray, dtype: str) -> np.ndarray:
    """Of which an ulp is no small step."""
    return np.asarray(sizes * eps(dtype) > ULP_BESIDE_ONE)


def _sizes(case: Case) -> np.ndarray:
    """Of the entries of all differentiable primals; b and -b are of one size, which the same ulps keep."""
    return np.concatenate([np.abs(np.ravel(x)) for x in case.points])
