"""The typical size of numbers, whatever their magnitude.

rms(x) = sqrt(mean(|x|^2))        scaled by the largest first, so that squares neither overflow nor underflow
"""

from __future__ import annotations

import math

import numpy as np

SAFE = (1e-280, 1e280)  # sums of squares in between lost nothing that matters


def rms(values: np.ndarray) -> np.ndarray:
    """Root mean square over the first axis; 0 where it is empty."""
    if values.ndim == 1 and SAFE[0] < (total := float(np.vdot(values, values).real)) < SAFE[1]:
        return np.asarray(math.sqrt(total / len(values)))
    sizes = np.abs(values)
    if not len(sizes):
        return np.zeros(sizes.shape[1:])
    largest = sizes.max(axis=0)
    unit = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    with np.errstate(over="ignore"):  # of large numbers beside infinity
        return np.asarray(unit * np.sqrt(np.mean(np.square(sizes / unit), axis=0)))
