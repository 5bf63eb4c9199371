"""What lies beneath the noise of the window that the ladder chose: nothing, or a slope of its own.

    2 t + clip(t, -6e-9, 6e-9)      slope 2 to every window above 1e-8, with "noise" of 6e-9; slope 3 at the point
    round(t, 8), a hidden cast      slope 1 to wide windows, 0 between two steps

Rounding inside phi does the same: (e^t - 1) / t at 1e-3 has a slope of its own between two roundings of e^t. But there it shows only barely, in a
window or two, whereas a structure that is made shows at every step below its own width, down to where rounding drowns it. So narrower windows, which
are as quiet as rounding, are asked for their slopes: such a slope is one that phi may be said to have, and one that is sure makes the other unsure.

    1e-8 cos(1e8 t), said to be computed from terms of 1e8      their rounding would hide all of it; whether it does, phi itself tells
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.oracles.sampling import FLOAT64_EPS, Sampler
from harness.oracles.window import RESOLVED, Window, two_sided

NOISY = 16 * FLOAT64_EPS  # of |phi|: below, noise is a few roundings, and too small a structure would have to hide in it
APART = 4.0  # sums of bounds
SURE = 2.0**9  # bounds by which a slope must differ; measured: slopes that rounding draws reach 130 at most, those of made structure 800 at least
SURE_WINDOWS = 2
FACTOR = 16.0  # from window to window: one in 16 bounds is lost by it at most
SECOND = 0.64  # of a step: another, that has no common measure with it
HIDDEN = 2.0**-16  # of |phi|: where terms round by more, they may hide a structure that phi itself shows


@dataclass
class Beneath:
    """Arrays (elements,): the range of slopes that narrow windows show and the chosen one denies, NaN where there is none."""

    low: np.ndarray
    high: np.ndarray
    sure: np.ndarray  # bool: so clear that the slope of the chosen window cannot stand

    def add_hidden(self, sample: Sampler, windows: list[Window]) -> None:
        """The slopes that phi's own values show in `windows`, where the rounding of the terms it is said to be computed from may hide them.

        Rounding draws stairs, which no window resolves; and a slope of 0 may be the plateau of one.
        """
        hidden = sample.eps * sample.terms > HIDDEN * np.abs(sample.centre)
        for window in windows if hidden.any() else ():
            shown = hidden & (window.ratio <= RESOLVED) & (window.truncation <= RESOLVED * np.abs(window.value)) & (window.value != 0)
            self.low = np.where(shown, np.fmin(self.low, window.value - window.truncation), self.low)
            self.high = np.where(shown, np.fmax(self.high, window.value + window.truncation), self.high)


def look_beneath(
    sample: Sampler, value: np.ndarray, bound: np.ndarray, noise: np.ndarray, windows: list[Window], narrowest: float, grain: float
) -> Beneath:
    """Windows narrower than the ladder's, down to `narrowest`, where phi is noisier than rounding; what its terms hide, in the ladder's `windows`."""
    found = Beneath(np.full(value.shape, np.nan), np.full(value.shape, np.nan), np.zeros(value.shape, dtype=bool))
    count = np.zeros(value.shape, dtype=int)
    noisy = np.isfinite(bound) & (noise > NOISY)
    widest = abs(windows[-1].step) / 4
    while noisy.any() and widest >= narrowest:
        if (noisy & _denied(value, bound, *glance(sample, widest, grain))).any():
            seen, own = _slope(two_sided(sample, widest, grain))
            denied = noisy & _denied(value, bound, seen, own)
            found.low = np.where(denied, np.fmin(found.low, seen - own), found.low)
            found.high = np.where(denied, np.fmax(found.high, seen + own), found.high)
            count += denied & (np.abs(seen - value) > SURE * own) & (seen != 0)
        widest /= FACTOR
    found.sure = count >= SURE_WINDOWS
    found.add_hidden(sample, windows)
    return found


def _denied(value: np.ndarray, bound: np.ndarray, seen: np.ndarray, own: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(seen - value) > APART * (own + bound))


def glance(sample: Sampler, step: float, grain: float) -> tuple[np.ndarray, np.ndarray]:
    """A slope and what it may be off, (elements,) each, from two central differences: enough to see what a window, or a direction, is worth."""
    plus, minus = sample.pairs([step, SECOND * step])  # (2, elements) each
    slopes = (plus / 2 - minus / 2) / (step * np.array([[1.0], [SECOND]]))
    rounding = sample.rounding(np.maximum(np.abs(plus), np.abs(minus)).max(axis=0))
    own = np.abs(slopes[0] - slopes[1]) + (rounding + grain * np.abs(slopes[0])) / step
    return slopes[0], np.where(np.isfinite(own), own, np.inf)


def _slope(window: Window) -> tuple[np.ndarray, np.ndarray]:
    """The slope of a window whose tail is rounding, and its bound; inf elsewhere."""
    return window.value, np.where(window.at_floor & np.isfinite(window.value), window.own_bound, np.inf)
