"""What the noise of a function gives away.

A function of float64 numbers whose values carry relative noise near 6e-8 has passed through float32 somewhere: a hidden cast, TF32, a constant
stored in single precision, or sums whose order is not fixed. That is a finding in itself, whatever the derivative.
"""

from __future__ import annotations

import numpy as np

from harness.oracles.sampling import FLOAT64_EPS, Sampler

FLOAT32_NOISE = (2.0**-28, 2.0**-21)  # rms of rounding to 24 bits is 2^-25.8; a few roundings add up
HALF_NOISE = (2.0**-15, 2.0**-7)  # the same of 11 bits (float16) and of 8 (bfloat16): 2^-12.8 and 2^-9.8


def hidden_cast(sample: Sampler, noise: float) -> str:
    """A sentence when `noise` (relative to |phi|) looks like float32 arithmetic inside a float64 function; else the empty string."""
    low, high = FLOAT32_NOISE
    if sample.eps > FLOAT64_EPS or not low <= noise <= high:
        return ""
    exact = "; phi(0) is a float32 number" if np.all(sample.centre == sample.centre.astype(np.float32)) else ""
    return f"hidden float32 cast: the relative noise of phi is {noise:.1e}, that of float32 arithmetic{exact}"


def hidden_half(noise: float) -> str:
    """A sentence when a staircase whose steps are noise of that relative size looks like rounding to half precision; else the empty string."""
    low, high = HALF_NOISE
    return f"hidden cast to half precision: the relative noise of phi is {noise:.1e}, that of bfloat16 or float16" if low <= noise <= high else ""
