"""The one wrong entry of a Jacobian too large to look at, in some ten evaluations per bisection step.

a(v, w) = <w, J v> from the backend     d(v, w) = d/dt <w, f(x + t D v)>     v and w masked: only J[i, j] with v_j, w_i kept is seen
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.oracles import Estimate, differentiate
from harness.oracles.inquiry import ENOUGH as SETTLED
from harness.program import Case
from harness.verdict.constants import BROKEN_FACTOR
from harness.verdict.locate import locate
from harness.verdict.rounding import analytic_rounding
from properties.laws.along import direction, grain, projected_along
from properties.laws.gradients import gradients_of, tangents_of
from properties.laws.inner import flat


@dataclass(frozen=True)
class Place:
    """d output / d input, by flat index over all arrays (a complex entry counts once), and the evaluations of f that it took."""

    input: int
    output: int
    evaluations: int


def locate_entry(backend: Backend, case: Case) -> Place | None:
    """Where the case's law, `vjp-eq-fd` or `jvp-eq-fd`, is wrong; None where no entry disagrees alone.

    Raises:
        Malformed: the derivative has not the form that the law wants.
    """
    search = _Search(backend, case)
    found = locate(search.disagrees, sum(x.size for x in case.points), sum(w.size for w in case.cotangents))
    return None if found is None else Place(found.input, found.output, search.evaluations)


class _Search:
    """The comparison under masks, for bisection: a masked half that holds at least half of the error is the one to go on with.

    Errors of halves add up to the error of the whole, so one half does. A derivative that no mask has changed since the last time is not computed
    again.
    """

    def __init__(self, backend: Backend, case: Case) -> None:
        self._backend, self._case, self._bound = backend, case, bind(backend, case)
        self._forward = case.law == "jvp-eq-fd"
        self._last: tuple[np.ndarray, np.ndarray] | None = None  # the mask, and the derivative that belongs to it, flat
        self.evaluations = 0
        self._left = np.nan  # the error of the entries that are still suspected
        whole = (np.ones(sum(x.size for x in arrays), dtype=bool) for arrays in (case.points, case.cotangents))
        self._left = self._error(case, *whole)[0]

    def disagrees(self, tangent: np.ndarray, cotangent: np.ndarray) -> bool:
        """Whether the entries kept hold at least half of the error that is left, beyond all doubt of backend and oracle."""
        kept = msgspec.structs.replace(
            self._case, tangents=_masked(self._case.tangents, tangent), cotangents=_masked(self._case.cotangents, cotangent)
        )
        error, allowed = self._error(kept, tangent, cotangent)
        found = not np.isfinite(error) or (abs(error) > BROKEN_FACTOR * allowed and abs(error) >= abs(self._left) / 2)
        self._left = error if found else self._left - error
        return found

    def _error(self, kept: Case, tangent: np.ndarray, cotangent: np.ndarray) -> tuple[float, float]:
        """(actual - expected, tolerance); 0 where there is no estimate, NaN where the derivative is."""
        derivative, other = self._derivative(kept, tangent if self._forward else cotangent)
        with np.errstate(all="ignore"):
            actual = float(np.sum(np.where(other != 0, derivative * other, 0.0)))  # a NaN that the mask leaves out is not seen
        if not np.isfinite(actual):
            return np.nan, 0.0
        estimate = self._estimate(kept, actual)
        low, high = estimate.interval or (estimate.value, estimate.value)
        nearest = float(np.clip(actual, low, high))
        return (actual - nearest if np.isfinite(nearest) else 0.0), float(estimate.bound) + analytic_rounding(derivative, other, self._case.dtype)

    def _estimate(self, kept: Case, actual: float) -> Estimate:
        """Only as good as it takes to see the error that is left."""
        phi, coarse = projected_along(self._backend, kept), grain(kept)
        estimate = differentiate(phi, effort="auto", grain=coarse, required=self._enough(actual))
        self.evaluations += estimate.evaluations
        return estimate

    def _enough(self, actual: float) -> float:
        left = abs(self._left) / (4 * BROKEN_FACTOR * abs(actual)) if actual else np.nan
        return max(left, SETTLED) if np.isfinite(left) else SETTLED

    def _derivative(self, kept: Case, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(derivative, the other factor of the inner product), flat: f'(x)^T w and D v, or f'(x) D v and w."""
        step = direction(kept)
        if self._last is None or not np.array_equal(self._last[0], mask):
            found = tangents_of(self._bound, step) if self._forward else gradients_of(self._bound, kept.cotangents)
            self._last = (mask.copy(), flat(found))
        return self._last[1], flat(kept.cotangents if self._forward else step)


def _masked(arrays: tuple[np.ndarray, ...], mask: np.ndarray) -> tuple[np.ndarray, ...]:
    parts = np.split(mask, np.cumsum([x.size for x in arrays])[:-1])
    return tuple(np.where(part.reshape(x.shape), x, 0.0) for x, part in zip(arrays, parts, strict=True))
