"""The thorough oracle: Chebyshev windows from wide to narrow, until noise and not truncation limits them.

A wide window has little noise (the bound falls as 1 / H) and much truncation (which falls as H^10 or so once phi is resolved). So the best window is
the widest one that resolves phi. It counts only when narrower windows, which share no evaluation with it, agree with it:

* consistent: its interval meets the intervals of all narrower windows that were kept;
* limited by noise: the bounds of two narrower windows grow like 1 / H, or their tails are pure rounding (a kink nearby would keep them alike);
* no less noisy than they are: a tail of few coefficients may look small by chance, so each window takes the largest sigma of itself and the next two;
* no staircase below: where narrow windows see steps, a wide one may mistake rounding for a slope (harness.oracles.staircase).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.oracles.quick import Table
from harness.oracles.sampling import Sampler
from harness.oracles.staircase import discard_staircases
from harness.oracles.teeth import between_roundings
from harness.oracles.trend import still_to_go
from harness.oracles.window import FINE, HOPELESS, INCONSISTENT, PLATEAU, REASONS, Window, one_sided, two_sided

NARROWEST = 2.0**-50  # of the scale: windows beyond are below the rounding of any argument of that size
CONFIRMATIONS = 2
FLAT = 3  # windows of one value, as many as a best window and its confirmations
GROWTH = 0.5  # of H_best / H: a bound of pure noise grows at least so fast towards narrower windows, a kink's does not
CONTRADICTION = 4.0  # sums of bounds; a kink beside the point moves the slope by at most two of them
CONTRADICTIONS = 2
TRUSTED_NOISE = 2.0**-22  # of |phi|: noise up to that of float32 arithmetic; more may be real structure, so all windows are tried
STALLED = 2.0**-10  # a window 16 times narrower whose tail is not better resolved by that: fewer than three derivatives (an analytic phi gains 2^40)
LIMIT_SAFETY = 16.0  # 5 standard deviations of sqrt(10) coefficients: the noise of the limit
LEAST_GAIN = 10.0  # of a two-sided window: what turns a truncated slope into a truncated value, at least
ROUNDINGS = 4.0  # of phi(0) itself
TORN = 4.5  # standard deviations of the noise; a jump of height J shows as noise of about J / 6
RATIO_OF_NOISE = 2.0**-24  # a tail below this share of the largest coefficient may be noise rather than a lack of derivatives


@dataclass
class Choice:
    """The chosen window per element: arrays (elements,)."""

    value: np.ndarray
    bound: np.ndarray  # inf where no window counts
    step: np.ndarray
    settled: np.ndarray  # bool: confirmed, so narrower windows cannot improve it
    noise: np.ndarray  # relative to |phi|
    staircase: np.ndarray  # bool: no window counts because narrow ones see steps
    contradicted: np.ndarray  # bool: wide windows flatly disagree with narrow ones, or see noise where those are straight
    ripple: np.ndarray  # the rms noise of one value of phi, absolute
    gap: np.ndarray  # the limit of phi for t -> 0, minus phi(0), where noise does not explain it; else 0


class Ladder:
    """Windows from wide to narrow, of both sides of 0 together, or of one side when `sides` is set (then steps carry the side's sign)."""

    def __init__(self, sample: Sampler, scale: float, narrowest: float, grain: float, *, sides: bool = False, prior: Table | None = None) -> None:
        self.sample, self.scale, self.narrowest, self.grain, self._prior = sample, scale, narrowest, grain, prior
        self._look = one_sided if sides else two_sided
        self.windows: list[Window] = []

    def descend(self, widest: float, *, patient: bool) -> Choice:
        """More windows from `widest` down, until every element is settled or the narrowest is reached; if not `patient`, also until `stalled`."""
        step, factor, chosen = widest, 4.0, None
        settled = np.zeros(self.sample.centre.shape, dtype=bool)
        while abs(step) >= self.narrowest:
            self.windows.append(self._look(self.sample, step, self.grain))
            if factor > 4 and self.windows[-1].kept.any():  # the jump may have missed the best window by one
                self.windows.insert(-1, self._look(self.sample, 4 * step, self.grain))
            chosen = self.choose() if self._may_settle() else None
            settled = settled if chosen is None else chosen.settled
            if (settled | self._flat()).all() or (not patient and self.stalled(~settled)):
                break
            factor = 16.0 if ((self.windows[-1].ratio > HOPELESS) | settled).all() else 4.0
            step /= factor
        return self.choose() if chosen is None else chosen

    def _flat(self) -> np.ndarray:
        """Where the last windows saw one value only: narrower ones will not see another."""
        if len(self.windows) <= FLAT:
            return np.zeros(self.sample.centre.shape, dtype=bool)
        return np.asarray(np.all([w.plateau for w in self.windows[-FLAT:]], axis=0))

    def _may_settle(self) -> bool:
        """Whether the last window can have settled an element: choosing costs more than a cheap phi."""
        enough = CONFIRMATIONS + (self._prior is None)
        return bool(self.windows[-1].kept.any()) and sum(bool(w.kept.any()) for w in self.windows) >= enough

    def choose(self) -> Choice:
        """Per element the smallest bound among the windows that count; marks the others with the reason."""
        bound, noise = _bounds(self.windows), np.array([w.noise for w in self.windows])  # (windows, elements)
        value = np.array([w.value for w in self.windows])
        plateaus, staircase = discard_staircases(self.windows, bound, noise > TRUSTED_NOISE, self.scale, self.sample.eps * self.sample.terms)
        counts = _consistent(value, bound)
        for w, counted, on_plateau in zip(self.windows, counts, plateaus, strict=True):
            w.why = np.where(on_plateau, PLATEAU, np.where(w.kept, np.where(counted, FINE, INCONSISTENT), w.why))
        bound = np.where(counts, bound, np.inf)
        best = np.argmin(bound, axis=0)
        at = (best, np.arange(bound.shape[1]))
        narrower = np.arange(len(bound))[:, None] > best
        steps = np.array([abs(w.step) for w in self.windows])
        growth = GROWTH * steps[best] / steps[:, None]  # (windows, elements)
        by_noise = (bound >= growth * bound[at]) | np.array([w.at_floor for w in self.windows])
        confirmed = np.count_nonzero(narrower & np.isfinite(bound) & by_noise, axis=0) + self._confirmed_before(value[at], bound[at], steps[best])
        settled = np.isfinite(bound[at]) & (confirmed >= CONFIRMATIONS) & (noise[at] <= TRUSTED_NOISE)
        bound[at] += still_to_go(value, np.array([w.bound for w in self.windows]), best)
        contradicted = _contradicted(value, np.array([w.bound for w in self.windows]), best) & ~self._bends_within(counts, best)
        contradicted |= between_roundings(self.windows, counts, self.scale)
        bound[at] = np.where(contradicted, np.inf, bound[at])
        value_at = np.where(np.isfinite(bound[at]), value[at], np.nan)
        ripple = noise[at] * np.array([w.size for w in self.windows])[at]
        gap = np.where(settled, self._gap(at, ripple), 0.0)
        return Choice(value_at, bound[at], steps[best], settled & ~contradicted, noise[at], staircase | contradicted, contradicted, ripple, gap)

    def _confirmed_before(self, value: np.ndarray, bound: np.ndarray, step: np.ndarray) -> np.ndarray:
        """Whether a table that converged on narrower steps says the same: as good as one window more."""
        if self._prior is None:
            return np.zeros(value.shape, dtype=bool)
        narrower = 2 * self._prior.rungs[-1].step <= step if self._prior.rungs else np.zeros(value.shape, dtype=bool)
        return np.asarray(narrower & (np.abs(value - self._prior.value) <= bound + self._prior.bound))

    def _bends_within(self, counts: np.ndarray, best: np.ndarray) -> np.ndarray:
        """Whether the best window, or a wider one that agrees with it, resolves how phi bends: what rounding draws at small scales is straight."""
        wider = np.arange(len(counts))[:, None] <= best
        return np.asarray((counts & wider & np.array([w.curved for w in self.windows])).any(axis=0))

    def _gap(self, at: tuple[np.ndarray, np.ndarray], ripple: np.ndarray) -> np.ndarray:
        """By how much the window's own value at 0 differs from phi(0): windows do not look at 0 itself."""
        w = [np.array(values)[at] for values in zip(*((w.limit, w.sigma, w.truncation * abs(w.step)) for w in self.windows), strict=True)]
        gap = w[0] - self.sample.centre
        explained = LIMIT_SAFETY * w[1] + w[2] / LEAST_GAIN + TORN * ripple + ROUNDINGS * self.sample.eps * np.abs(self.sample.centre)
        return np.asarray(np.where(np.abs(gap) > explained, gap, 0.0))

    def stalled(self, open_elements: np.ndarray) -> bool:
        """Whether some open element is finite, not hopeless, and hardly better resolved than two windows ago.

        So it is at a kink or a jump, or beside one: the two sides must be seen apart.
        """
        if len(self.windows) < 3:
            return False
        now, before = self.windows[-1], self.windows[-3]
        flat = (now.ratio > STALLED * before.ratio) & (now.ratio <= HOPELESS) & (before.ratio <= HOPELESS)
        return bool((open_elements & flat & ~now.at_floor & (now.ratio > RATIO_OF_NOISE)).any())


def why_not(window: Window, element: int) -> str:
    """Why `window` does not count for `element`; empty when it does."""
    return REASONS[int(window.why[element])]


def _bounds(windows: list[Window]) -> np.ndarray:
    """Truncation + SAFETY sigma gain of each window, (windows, elements); inf where it is not kept."""
    sigmas = [np.where(w.kept, w.sigma, 0.0) for w in windows]
    for i, w in enumerate(windows):
        sigma = np.max(sigmas[i : i + 1 + CONFIRMATIONS], axis=0)
        w.bound = np.where(w.kept, w.bound_with(sigma), np.inf)
    return np.array([w.bound for w in windows])


def _contradicted(value: np.ndarray, bound: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Whether two or more wider windows, each sure of itself, flatly disagree with the best: rounding inside phi may draw slopes at small scales."""
    at = (best, np.arange(bound.shape[1]))
    apart = np.abs(value - value[at]) > CONTRADICTION * (bound + bound[at])
    wider = np.arange(len(bound))[:, None] < best
    return np.asarray(np.count_nonzero(apart & wider & np.isfinite(bound), axis=0) >= CONTRADICTIONS)


def _consistent(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Whether each window meets all narrower ones, (windows, elements); none counts above the first that does not."""
    low, high = np.full(value.shape[1], -np.inf), np.full(value.shape[1], np.inf)
    alive = np.ones(value.shape[1], dtype=bool)
    counts = np.zeros(value.shape, dtype=bool)
    for i in reversed(range(len(value))):
        kept = np.isfinite(bound[i])
        lower, upper = np.where(kept, value[i] - bound[i], -np.inf), np.where(kept, value[i] + bound[i], np.inf)
        alive &= ~kept | ((lower <= high) & (upper >= low))
        counts[i] = kept & alive
        low, high = np.where(counts[i], np.maximum(low, lower), low), np.where(counts[i], np.minimum(high, upper), high)
    return counts
