"""The three-way comparison, element by element.

    HOLDS  d <= tau and tau <= rho s;     BROKEN  d > 4 tau;     INCONCLUSIVE  otherwise         d = distance of actual to [low, high]

At a kink [low, high] are the one-sided slopes; elsewhere both are the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from harness.oracles import Estimate
from harness.oracles.norms import rms
from harness.verdict.constants import BROKEN_FACTOR
from harness.verdict.naming import Name, entry
from harness.verdict.verdict import Verdict

SMALL_STEPS = "noise: phi has the analytic value for a slope at small steps, and another at large ones, to which the small steps are noise."


@dataclass(frozen=True)
class Comparison:
    """Arrays of the shape of the values; `reason` and `worst_index` (flat) belong to the worst element."""

    actual: np.ndarray
    expected: np.ndarray
    bound: np.ndarray
    tolerance: np.ndarray
    distance: np.ndarray
    scale: np.ndarray
    broken: np.ndarray
    holds: np.ndarray
    vacuous: np.ndarray
    reason: str

    @cached_property
    def worst(self) -> Verdict:
        if self.broken.any():
            return Verdict.BROKEN
        return Verdict.HOLDS if self.holds.all() else Verdict.INCONCLUSIVE

    @cached_property
    def worst_index(self) -> int | None:
        """Flat: the largest ratio among the elements that decide; None without elements."""
        if self.actual.size < 2:
            return 0 if self.actual.size else None
        decides = self.broken if self.broken.any() else ~self.holds if not self.holds.all() else np.ones_like(self.holds)
        known = np.isfinite(self.tolerance)
        distance = np.where(np.isnan(self.distance) | ~known, np.inf, self.distance)
        ratio = distance / np.where(known & (self.tolerance > 0), self.tolerance, np.finfo(float).tiny)
        return int(np.argmax(np.where(decides, ratio, -1.0)))

    @property
    def decided(self) -> int:
        """How many elements were compared with success: held or broke."""
        return int(np.count_nonzero(self.holds | self.broken))

    def only(self, broken: np.ndarray) -> Comparison:
        """The same, with only those elements broken that another comparison breaks as well."""
        return replace(self, broken=self.broken & broken)

    def without(self, place: int, reason: str) -> Comparison:
        """The same, with the element at a flat place no longer broken, for that reason."""
        broken = np.array(self.broken)  # of a scalar too an array, which can be written to
        broken.flat[place] = False
        return replace(self, broken=broken, reason=self.reason if broken.any() else reason)

    def where(self, name: Name) -> str:
        """The worst element's name; empty without elements."""
        return "" if self.worst_index is None else entry(name, self.worst_index, self.actual.shape)

    def numbers(self) -> dict[str, Any]:
        """The fields of a Result that describe the worst element, as Python floats."""
        i = self.worst_index
        if i is None:
            return {}
        pick = {"actual": self.actual, "expected": self.expected, "bound": self.bound, "tolerance": self.tolerance}
        found = {key: float(values.item(i)) for key, values in pick.items()}
        size = float(self.scale.item(i))
        found["resolution"] = found["tolerance"] / size if size > 0 else np.inf
        return {key: value if key == "actual" or np.isfinite(value) else None for key, value in found.items()}


def compare(
    actual: np.ndarray, estimate: Estimate, *, scale: float, rounding: float | np.ndarray, size: float | np.ndarray, required: float
) -> Comparison:
    """`actual` against `estimate`; arrays of one shape, or `estimate` of a status that has no value."""
    actual = np.asarray(actual, dtype=np.float64)
    expected, bound = _like(actual, estimate.value), _like(actual, estimate.bound)
    low, high = (expected, expected) if estimate.interval is None else (_like(actual, end) for end in estimate.interval)
    with np.errstate(all="ignore"):
        tau, sizes, own = bound + np.asarray(rounding, dtype=np.float64), np.abs(actual), np.abs(expected)
        if estimate.interval is None:
            distance, ends = np.abs(actual - expected), own  # NaN where either side is
        else:
            distance, ends = np.maximum(np.maximum(low - actual, actual - high), 0.0), np.maximum(np.abs(low), np.abs(high))
        known = np.isfinite(bound)
        larger = np.maximum(sizes, ends)
        s = np.maximum(larger, np.maximum(rms(expected[known]), size))
        vanish = required * estimate.magnitude / scale  # the derivative that would change phi by `required` of its own size
        fine, exact = tau <= required * s, bound == 0
        vacuous = known & (larger <= tau)
        vacuous &= (tau <= vanish) | (exact & (actual == 0))
        holds = known & (distance <= tau) & (fine | vacuous)
        below = _below(actual, estimate, tau)
        finite, guessed = np.isfinite(actual), (estimate.status == "jump") & (bound > ends)  # beside a jump, without one digit: it may be another one
        broken = known & np.where(finite, (distance > BROKEN_FACTOR * tau) & ~below, ~guessed)
        vacuous &= ~fine | exact | (sizes + own == 0)
    reason = _reason(actual, estimate, low, high, known, holds, broken, distance, tau, s, required)
    if estimate.beneath is not None and below.any() and not broken.any() and not holds.all():
        reason = SMALL_STEPS
    if estimate.interval is not None:  # at a kink: the end of the interval that `actual` is closest to
        nearest = np.clip(actual, low, high)
        expected = np.where(np.isnan(nearest), expected, nearest)
    return Comparison(actual, expected, bound, tau, distance, s, broken, holds, vacuous, reason)


def _like(actual: np.ndarray, values: float | np.ndarray) -> np.ndarray:
    """In the shape of `actual`."""
    given = np.asarray(values, dtype=np.float64)
    return given if given.shape == actual.shape else np.broadcast_to(given, actual.shape)


def _below(actual: np.ndarray, estimate: Estimate, tau: np.ndarray) -> np.ndarray:
    """Where small steps, which the estimate takes for noise, have the slope that is claimed: phi may well have it."""
    if estimate.beneath is None:
        return np.zeros(actual.shape, dtype=bool)
    low, high = (_like(actual, end) for end in estimate.beneath)
    return np.asarray((actual >= low - tau) & (actual <= high + tau))


def _reason(
    actual: np.ndarray,
    estimate: Estimate,
    low: np.ndarray,
    high: np.ndarray,
    known: np.ndarray,
    holds: np.ndarray,
    broken: np.ndarray,
    distance: np.ndarray,
    tau: np.ndarray,
    s: np.ndarray,
    required: float,
) -> str:
    kink = estimate.interval is not None and bool((high > low).any())
    if broken.any():
        if not np.isfinite(actual[broken]).all():
            return "the analytic value is not finite where the function and its slopes are."
        return "the analytic value lies outside the one-sided slopes of a kink." if kink else ""
    if holds.all():
        return "subgradient: the analytic value lies between the one-sided slopes of a kink." if kink else ""
    if not (known & np.isfinite(actual)).all():
        return f"{estimate.status}: {estimate.reason}"
    if not (distance <= tau).all():
        return f"noise: actual and expected differ by more than the tolerance, but by less than {BROKEN_FACTOR:g} times."
    with np.errstate(over="ignore"):
        coarse = float(np.max(np.where(holds, 0.0, tau / np.where(s > 0, s, np.finfo(float).tiny)), initial=0.0))
    return f"resolution: only errors above {coarse:.1e} of the gradient's scale could be seen; {required:.1e} is required."
