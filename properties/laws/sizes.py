"""What a step is measured in: the size of a leaf, and of each of its entries beside it.

D = RMS of the leaf          D_j = |x_j|          as powers of two, so that a direction stays exact in its dtype
"""

from __future__ import annotations

import math

import numpy as np

from harness.oracles.norms import rms
from properties.laws.inner import wide

LARGEST_EXPONENT = 1000  # beyond it a step times a Gaussian number overflows, or is subnormal


def leaf_size(x: np.ndarray) -> float:
    """D, the large step for the leaf: 1 where it is 0, empty or not finite."""
    size = float(rms(wide(x).ravel()))
    return 2.0 ** max(-LARGEST_EXPONENT, min(round(math.log2(size)), LARGEST_EXPONENT)) if math.isfinite(size) and size > 0 else 1.0


def own_sizes(x: np.ndarray) -> np.ndarray:
    """D_j / D of each entry, of the shape of `x`. A 0 has no size of its own: 1, the world's, or that of its leaf where this is smaller."""
    sizes, leaf = np.abs(wide(x)), float(rms(np.abs(wide(x)).ravel()))
    if not (np.isfinite(leaf) and leaf > 0):
        return np.ones(x.shape)
    with np.errstate(all="ignore"):
        return np.asarray(np.exp2(np.round(np.log2(np.where(sizes > 0, sizes, min(leaf, 1.0)) / leaf))))


def span(x: np.ndarray) -> float:
    """The largest of `own_sizes` over the smallest, from the entries at the ends alone; 1 where it is empty."""
    sizes = np.abs(wide(x)).ravel()
    leaf = float(rms(sizes))
    if not (math.isfinite(leaf) and leaf > 0):
        return 1.0
    smallest = float(np.min(sizes, where=sizes > 0, initial=np.inf))
    ends = [float(sizes.max()), smallest] + ([min(leaf, 1.0)] if not sizes.all() else [])
    return 2.0 ** (_exponent(max(ends) / leaf) - _exponent(min(ends) / leaf))


def spans_more(x: np.ndarray, limit: float) -> bool:
    """Whether `span` exceeds `limit`; the ratio of the entries at the ends, which it is but for rounding to powers of two, tells nearly always."""
    sizes = np.abs(wide(x))
    least, most = (float(sizes.min()), float(sizes.max())) if sizes.size else (0.0, 0.0)
    if least > 0 and most < math.inf and not limit / 4 <= most / least <= 4 * limit:
        return most / least > limit
    return span(x) > limit


def _exponent(size: float) -> int:
    return round(math.log2(size)) if size > 0 else -LARGEST_EXPONENT
