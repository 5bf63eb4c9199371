"""The typical size of numbers, whatever their magnitude.

rms(x) = sqrt(mean(|x|^2))        scaled by the largest first, so that squares neither overflow nor underflow
"""

from __future__ import annotations

import numpy as np


def rms(values: np.ndarray) -> np.ndarray:
    """Root mean square over the first axis; 0 where it is empty."""
    sizes = np.abs(values)
    if not len(sizes):
        return np.zeros(sizes.shape[1:])
    largest = sizes.max(axis=0)
    unit = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    return np.asarray(unit * np.sqrt(np.mean(np.square(sizes / unit), axis=0)))
