"""Where a counterexample lies, as far as that tells one bug from another: among ordinary sizes, or where their cubes overflow or underflow.

extreme sizes    some |x|^3 is no normal number of the case's precision: above 1e102 or below 1e-102 in float64, above 1e12 or below 1e-12 in float32

A formula that squares too early fails there and nowhere else; a baseline that lists it must not hide tomorrow's failure at x = 1.
"""

from __future__ import annotations

import numpy as np

from harness.program import Case

EXTREME = "extreme sizes"
POWER = 3  # the gradient of a norm or a normalisation contains the cube of its inverse


def regime_of(case: Case) -> str:
    """`EXTREME`, or "" for ordinary sizes."""
    limits = np.finfo("float32" if case.dtype == "bfloat16" else case.dtype)
    sizes = np.concatenate([np.abs(x[(x != 0) & np.isfinite(x)]).ravel() for x in case.points] or [np.zeros(0)])
    exponents = POWER * np.log2(sizes)
    return EXTREME if np.any((exponents > limits.maxexp) | (exponents < limits.minexp)) else ""
