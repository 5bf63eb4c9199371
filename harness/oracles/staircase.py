"""Steps that are rounding, and steps that are real.

A value that was rounded to few bits (a hidden cast, cancellation) is a staircase: constant on narrow windows, noisy on wide ones. Its plateau
says slope 0, which is wrong for the function that was meant. A real staircase (floor, sign) has plateaus too, and there slope 0 is right. They
differ in width and height, and rounding makes steps on both sides of 0:

    real:   2^-12 of the scale wide at least, seen from 0 to one side, and
                (phi = 0 on it, or steps above 2^-6 |phi|, the last place of bfloat16 and float16, or no two values on the other side equal)
"""

from __future__ import annotations

import numpy as np

from harness.oracles.window import STAIRCASE, Window

WIDE_PLATEAU = 2.0**-12
REAL_STEP = 2.0**-6
ROUNDING_STEPS = 64.0  # roundings of a term: a few operations, each of which may double them


def discard_staircases(
    windows: list[Window], bound: np.ndarray, untrusted: np.ndarray, scale: float, rounding: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Set `bound` (windows, elements) to inf where a staircase explains the window: narrow plateaus, and `untrusted` noisy windows above steps.

    `rounding` is that of the terms of phi, where it is known: steps of that height are never real.

    Returns:
        (windows, elements) the plateaus discarded; (elements,) where nothing remains for this reason.
    """
    elements = bound.shape[1]
    varying_above, staircase = np.zeros(elements, dtype=bool), np.zeros(elements, dtype=bool)
    gap, size = np.full(elements, np.inf), np.zeros(elements)
    wide = np.zeros(elements, dtype=bool)  # the plateau, as long as one side shows it
    reach = np.zeros(elements)  # how far phi is flat on one side, as long as narrower windows see no stairs on the other
    plateaus = np.zeros(bound.shape, dtype=bool)
    for i, w in enumerate(windows):
        wide |= w.one_flat & (abs(w.step) >= WIDE_PLATEAU * scale)
        reach = np.where((w.flat_side > 0) & (reach == 0), abs(w.step), np.where(w.flat_side < 0, 0.0, reach))
        real = (wide & ((w.limit == 0) | (gap >= REAL_STEP * size))) | (reach >= WIDE_PLATEAU * scale)
        real &= gap > ROUNDING_STEPS * rounding
        plateaus[i] = w.plateau & varying_above & ~real
        staircase |= plateaus[i] | (w.why == STAIRCASE)
        varying_above |= ~w.plateau & np.isfinite(w.value)
        gap, size = np.where(w.plateau, gap, w.gap), np.where(w.plateau, size, w.size)
    bound[plateaus | (staircase[None] & untrusted)] = np.inf
    return plateaus, staircase & ~np.isfinite(bound).any(axis=0)
