"""The derivative of an analytic function from one evaluation beside the real line, to the last digit.

    phi'(0) = Im phi(i h) / h + O(h^2)        no difference, so no cancellation: h may be 1e-100

It holds only where phi is analytic and its code is right for complex arguments; |x|, comparisons, real parts and complex kernels of their own
break it silently. So it counts only when the real function, differentiated by finite differences, agrees.

Source: Squire and Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, SIAM Review 40 (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from harness.oracles.differentiate import differentiate
from harness.oracles.estimate import Estimate
from harness.oracles.sampling import FLOAT64_EPS

STEP = 1e-100  # of the scale: its square vanishes beside 1
ULPS = 16.0  # a few operations of complex arithmetic, each right to an ulp or two


def complex_step(phi: Callable[[Any], Any], *, scale: float = 1.0) -> Estimate:
    """Estimate phi'(0) by one complex evaluation, gated by a quick real table.

    Args:
        phi: t -> real number or real array for a real t; accepts a complex t.
        scale: As in `differentiate`.

    Returns:
        The complex-step Estimate, with a bound of a few ulps, where it lies within the bound of the real one; otherwise the real one, whose
        `diagnosis` says why the complex step was refused.
    """
    real = differentiate(phi, scale=scale)
    if real.status != "smooth":
        return real
    step = STEP * scale
    try:
        with np.errstate(all="ignore"):
            seen = np.asarray(phi(1j * step))
    except Exception as error:
        return _refused(real, f"phi does not accept a complex argument ({type(error).__name__})")
    if seen.dtype.kind != "c" or seen.shape != np.shape(real.value):
        return _refused(real, "phi drops the imaginary part of its argument")
    value = seen.imag / step
    if not np.all(np.abs(value - real.value) <= real.bound):
        return _refused(real, "it disagrees with the real function: phi is not analytic here, or is another function for complex arguments")
    bound = ULPS * FLOAT64_EPS * np.abs(value)
    shaped = (value.item(), bound.item()) if not value.shape else (value, bound)
    return replace(real, value=shaped[0], bound=shaped[1], evaluations=real.evaluations + 1)


def _refused(real: Estimate, why: str) -> Estimate:
    return replace(real, evaluations=real.evaluations + 1, diagnosis=f"no complex step: {why}")
