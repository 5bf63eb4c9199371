"""How large each entry of a leaf is beside the leaf: what a step along that entry alone is measured in.

D_j / D        D_j = |x_j|, D = the leaf's RMS, as powers of two
"""

from __future__ import annotations

import numpy as np

from harness.oracles.norms import rms
from properties.laws.inner import wide


def own_sizes(x: np.ndarray) -> np.ndarray:
    """D_j / D of each entry, of the shape of `x`. A 0 has no size of its own: 1, the world's, or that of its leaf where this is smaller."""
    sizes, leaf = np.abs(wide(x)), float(rms(np.abs(wide(x)).ravel()))
    if not (np.isfinite(leaf) and leaf > 0):
        return np.ones(x.shape)
    with np.errstate(all="ignore"):
        return np.asarray(np.exp2(np.round(np.log2(np.where(sizes > 0, sizes, min(leaf, 1.0)) / leaf))))
