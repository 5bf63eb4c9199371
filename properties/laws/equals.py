"""Wrong where entries of the primals are equal, right an ulp beside: runs shaken one entry at a time take that for rounding, and see no more.

    A = (a, b; b, c)       every run that moves both b alike is off, every one that moves them apart is right: no rounding does that
    BROKEN                 |kept - expected| > 4 tau,   |parted - expected| <= tau,   tau = bound + ulps of a formula + 8 (range of each)

Ulps in random directions leave b = b in half of the runs, and the range of all is the very fault. So the runs are taken apart: those that keep every
equality, and those that break every one.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.constants import BROKEN_FACTOR, JITTER_FACTOR, NEARBY_ULPS, VALUE_RUNS, analytic_error, eps
from harness.verdict.elementwise import TOO_CLOSE, TOO_COARSE
from properties.laws.along import direction
from properties.laws.inner import wide

Step = tuple[np.ndarray, ...]
Slopes = Callable[[Bound, Step], np.ndarray]  # the backend's derivative along a step
Ulps = Callable[[np.random.Generator, np.ndarray], np.ndarray]  # (source of chance, the kind of each entry: equal ones are of one) -> by how many
WRONG_WHERE_EQUAL = "the analytic value is wrong where equal entries of the primals stay equal, and right where ulps move them apart."


def unless_right_beside(backend: Backend, case: Case, result: Result, slopes: Slopes) -> Result:
    """`result`, BROKEN if rounding leaves it open only because some shaken runs keep entries equal and others do not."""
    if not _left_open(case, result) or not _some_equal(case):
        return result
    seen = _Runs(backend, case, result, slopes)
    if seen.place is None or not seen.near(seen.of(apart, 1), seen.denied / BROKEN_FACTOR):  # one run tells most that are only rough
        return result
    parted, kept = seen.of(apart, VALUE_RUNS), np.append(seen.of(alike, VALUE_RUNS), seen.actual)
    allowed = seen.least + JITTER_FACTOR * float(np.ptp(parted) + np.ptp(kept))  # NaN where a run was refused: then nothing is near
    if not seen.near(parted, allowed) or not np.all(np.abs(kept - seen.expected) > BROKEN_FACTOR * allowed):
        return result
    told = {"tolerance": allowed, "resolution": allowed * (result.resolution or 0.0) / (result.tolerance or 1.0)}
    return msgspec.structs.replace(
        result, verdict=Verdict.BROKEN, reason=WRONG_WHERE_EQUAL, evaluations=result.evaluations + parted.size + kept.size, **told
    )


class _Runs:
    """The entry of the derivative that `result` speaks of, at points some ulps beside."""

    def __init__(self, backend: Backend, case: Case, result: Result, slopes: Slopes) -> None:
        self._backend, self._case, self._slopes, self._step = backend, case, slopes, direction(case)
        self._rng = np.random.default_rng((case.seed, 6))
        self.actual, self.expected = float(result.actual or 0.0), float(result.expected or 0.0)
        self.denied, self.least = abs(self.actual - self.expected), _least(case, result)
        places = np.flatnonzero(np.ravel(slopes(bind(backend, case), self._step)) == self.actual)
        self.place = int(places[0]) if places.size else None

    def of(self, ulps: Ulps, count: int) -> np.ndarray:
        """`count` of them; NaN where the backend refuses."""
        return np.array([self._at(moved(self._case, self._rng, ulps)) for _ in range(count)])

    def near(self, found: np.ndarray, allowed: float) -> bool:
        return bool(np.all(np.abs(found - self.expected) <= allowed))

    def _at(self, case: Case) -> float:
        bound = bind(self._backend, case)
        found = bound.attempt(lambda: self._slopes(bound, self._step))
        return np.nan if isinstance(found, Exception) or self.place is None else float(np.ravel(found)[self.place])


def _left_open(case: Case, result: Result) -> bool:
    """Whether the oracle denies the value of a smooth function, and only what rounding may do leaves it open."""
    if result.verdict is not Verdict.INCONCLUSIVE or not result.reason.startswith((TOO_COARSE, TOO_CLOSE)) or result.discrepancy is None:
        return False
    return result.details.get("status") == "smooth" and result.discrepancy > BROKEN_FACTOR * _least(case, result)


def _least(case: Case, result: Result) -> float:
    """What is allowed at least: the oracle's bound, and the ulps that a formula may be off."""
    scale = (result.tolerance or 0.0) / result.resolution if result.resolution else 0.0
    return (result.bound or 0.0) + analytic_error(case.dtype) * scale


def _some_equal(case: Case) -> bool:
    entries = _entries(case)
    return bool(np.unique(entries[entries != 0]).size < np.count_nonzero(entries))


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
