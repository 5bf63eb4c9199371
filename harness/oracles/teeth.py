"""Slopes that rounding draws: phi is straight between two roundings of what it is computed from, and noise to every step that is wider.

    log(1 + x) / x  at x = 1e-8      between two roundings of 1 + x it is c / x: its slope is -c / x^2, to the last digit; that of the function
                                     that was meant, -1 / 2, is too small beside the noise for any window to show

A fast function, 1 + 1e-9 sin(1e9 x), is noise to wide steps too. But where it is resolved it bends: a window four times as wide would see half a
period or more. A tooth ends in a jump, and is straight up to there. Real teeth look the same; as on real stairs, they are believed from 2^-12 of the
scale on (harness.oracles.staircase).
"""

from __future__ import annotations

import numpy as np

from harness.oracles.staircase import WIDE_PLATEAU
from harness.oracles.window import Window

LIKE_NOISE = 0.2  # share of the tail in the largest coefficient. Noise and many teeth have 0.2 to 0.8; one jump has more 1 time in 10, a kink never
NOISY_WINDOWS = 2  # wider ones; one jump beside the point looks like noise to both 1 time in 100
STRAIGHT = 2.0**-6  # of the slope's coefficient: an analytic phi that a window four times as wide does not resolve bends by 2^-5 at least


def between_roundings(windows: list[Window], counts: np.ndarray, scale: float) -> np.ndarray:
    """Whether the widest window that counts, `counts` (windows, elements), is so narrow and straight, and wider ones see noise alone: (elements,)."""
    first = np.argmax(counts, axis=0)
    at = (first, np.arange(counts.shape[1]))
    wider = np.arange(len(windows))[:, None] < first
    noisy = np.array([np.isfinite(w.ratio) & (w.ratio > LIKE_NOISE) & ~w.at_floor & ~w.kept for w in windows])
    straight = np.array([~w.plateau & (w.bend <= STRAIGHT * w.largest) & (abs(w.step) <= WIDE_PLATEAU * scale) for w in windows])
    return np.asarray(counts.any(axis=0) & straight[at] & (np.count_nonzero(noisy & wider, axis=0) >= NOISY_WINDOWS))
