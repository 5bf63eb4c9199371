"""The thorough oracle: Chebyshev windows from wide to narrow, until noise and not truncation limits them.

A wide window has little noise (the bound falls as 1 / H) and much truncation (which falls as H^16 or so once phi is resolved). So the best window is
the widest one that resolves phi. It counts only when narrower windows, which share no evaluation with it, agree with it:

* consistent: its interval meets the intervals of all narrower windows that were kept;
* limited by noise: two narrower windows have bounds at least twice as large, or tails that are pure rounding (a kink nearby would keep them alike);
* no staircase below: where narrow windows see steps, a wide one may mistake rounding for a slope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.oracles.sampling import Sampler
from harness.oracles.window import FINE, HOPELESS, INCONSISTENT, PLATEAU, REASONS, Window, one_sided, two_sided

NARROWEST = 2.0**-50  # of the scale: windows beyond are below the rounding of any argument of that size
CONFIRMATIONS = 2
GROWTH = 2.0  # pure noise grows by 4 from window to window
TRUSTED_NOISE = 2.0**-20  # of |phi|: noise up to that of float32 arithmetic; more may be real structure, so all windows are tried
WIDE_PLATEAU = 2.0**-12  # of the scale: rounding to float32 makes plateaus of 2^-23
REAL_STEP = 2.0**-6  # of |phi|: above the last place of bfloat16 and float16
STALLED = 2.0**-10  # a window 16 times narrower whose tail is not better resolved by that: fewer than three derivatives (an analytic phi gains 2^40)

RATIO_OF_NOISE = 2.0**-24  # a tail below this share of the largest coefficient may be noise rather than a lack of derivatives


@dataclass
class Choice:
    """The chosen window per element: arrays (elements,)."""

    value: np.ndarray
    bound: np.ndarray  # inf where no window counts
    settled: np.ndarray  # bool: confirmed, so narrower windows cannot improve it
    noise: np.ndarray  # relative to |phi|
    staircase: np.ndarray  # bool: windows were discarded because narrower ones see steps


def descend(
    sample: Sampler, windows: list[Window], widest: float, scale: float, narrowest: float, *, sides: bool = False, patient: bool = True
) -> list[Window]:
    """`windows`, continued from `widest` down until every element is settled or `narrowest` is reached.

    Where phi stops becoming smoother (a kink, a jump), a descent that is not `patient` ends: `stalled` tells.
    """
    windows, look, step = list(windows), one_sided if sides else two_sided, widest
    factor = 4.0
    while abs(step) >= narrowest:
        windows.append(look(sample, step))
        if factor > 4 and windows[-1].kept.any():  # the jump may have missed the best window by one
            windows.insert(-1, look(sample, 4 * step))
        settled = choose(windows, scale).settled
        if settled.all() or (not patient and stalled(windows, ~settled)):
            break
        factor = 16.0 if ((windows[-1].ratio > HOPELESS) | settled).all() else 4.0
        step /= factor
    return windows


def choose(windows: list[Window], scale: float) -> Choice:
    """Per element the smallest bound among the windows that count; marks the others with the reason."""
    kept = np.array([w.kept for w in windows])  # (windows, elements)
    bound = np.where(kept, np.array([w.bound for w in windows]), np.inf)
    value = np.where(kept, np.array([w.value for w in windows]), 0.0)
    noise = np.array([w.noise for w in windows]) / np.maximum(np.array([w.size for w in windows]), np.finfo(float).tiny)
    staircase = _discard_plateaus(windows, bound, noise, scale)
    counts = _consistent(value, bound)
    bound = np.where(counts, bound, np.inf)
    for i, w in enumerate(windows):
        w.why = np.where(w.kept & ~counts[i] & (w.why == FINE), INCONSISTENT, w.why)
    best = np.argmin(bound, axis=0)
    at = (best, np.arange(bound.shape[1]))
    narrower = np.arange(len(windows))[:, None] > best
    noisy = (bound >= GROWTH * bound[at]) | np.array([w.at_floor for w in windows])
    confirmed = np.count_nonzero(narrower & np.isfinite(bound) & noisy, axis=0)
    settled = np.isfinite(bound[at]) & (confirmed >= CONFIRMATIONS) & (noise[at] <= TRUSTED_NOISE)
    return Choice(value[at], bound[at], settled, noise[at], staircase)


def stalled(windows: list[Window], open_elements: np.ndarray) -> bool:
    """Whether some open element is finite, not hopeless, and hardly better resolved than two windows ago.

    So it is at a kink or a jump, or beside one: the two sides must be seen apart.
    """
    if len(windows) < 3:
        return False
    now, before = windows[-1], windows[-3]
    flat = np.isfinite(now.ratio) & (now.ratio > STALLED * before.ratio) & (now.ratio <= HOPELESS) & (before.ratio <= HOPELESS)
    return bool((open_elements & flat & ~now.at_floor & (now.ratio > RATIO_OF_NOISE)).any())


def why_not(window: Window, element: int) -> str:
    return REASONS[int(window.why[element])]


def _discard_plateaus(windows: list[Window], bound: np.ndarray, noise: np.ndarray, scale: float) -> np.ndarray:
    """Take back windows that a staircase explains: narrow plateaus, and noisy windows above them. Returns where that happened."""
    varying_above = np.zeros(bound.shape[1], dtype=bool)
    gap, size = np.full(bound.shape[1], np.inf), np.zeros(bound.shape[1])
    staircase = np.zeros(bound.shape[1], dtype=bool)
    for i, w in enumerate(windows):
        real = (abs(w.step) >= WIDE_PLATEAU * scale) & ((w.limit == 0) | (gap >= REAL_STEP * size))
        steps = w.plateau & varying_above & ~real
        bound[i] = np.where(steps, np.inf, bound[i])
        w.why = np.where(steps, PLATEAU, w.why)
        staircase |= steps | (w.why == 3)
        varying_above |= ~w.plateau & np.isfinite(w.value)
        gap, size = np.where(w.plateau, gap, w.gap), np.where(w.plateau, size, w.size)
    untrusted = staircase[None] & (noise > TRUSTED_NOISE)
    bound[untrusted] = np.inf
    unexplained: np.ndarray = staircase & ~np.isfinite(bound).any(axis=0)
    return unexplained


def _consistent(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """From the narrowest window up: does it meet all narrower ones? Stops at the first that does not."""
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
