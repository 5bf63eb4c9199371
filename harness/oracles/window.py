"""phi on one window, as a Chebyshev polynomial that shows its own noise.

Two-sided, N = 16 nodes t_k = H x_k on [-H, H]:     phi(H x) ~ sum_j c_j T_j(x),   phi'(0) = (1/H) sum_{j odd} (-1)^((j-1)/2) j c_j
One-sided, N = 10 nodes on (0, H] (or [-H, 0)):      phi'(0+) = (2/H) sum_j (-1)^(j+1) j^2 c_j

The last coefficients hold what is left of the truncation and the noise of phi, whichever is larger: sigma = rms of the tail. The bound is
SAFETY sigma times the gain of the sum. The nodes are rounded to 12 bits: with H a power of two (or 45/32 of one), x + t is then exact in
floating point as long as H > |x| / 2^35, so no step is lost to the rounding of phi's argument.

Source: Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3-8; More and Wild, Estimating Computational Noise (2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from harness.oracles.sampling import Sampler

SAFETY = 7.0  # Student's t with the tail's 6 degrees of freedom exceeds it in 4 cases of 10,000, before the floor below
ROUNDOFF = 0.125  # of eps |phi|: rms of a correctly rounded value's error (0.2), in units of a coefficient (sqrt(2/N))
RESOLVED = 0.01  # of the largest coefficient: above it the nodes do not resolve phi, and aliases would look like values
HOPELESS = 0.1  # ... and above it the next smaller windows need not be tried one by one
BITS = 4096


def _rounded_nodes(count: int) -> np.ndarray:
    return np.round(np.cos(np.pi * (np.arange(count) + 0.5) / count) * BITS) / BITS


TWO_SIDED = _rounded_nodes(16)[:8]  # the positive half
_ODD = np.linalg.inv(chebyshev.chebvander(TWO_SIDED, 15)[:, 1::2])  # (coefficients 1, 3 .. 15, nodes)
_EVEN = np.linalg.inv(chebyshev.chebvander(TWO_SIDED, 15)[:, 0::2])  # (coefficients 0, 2 .. 14, nodes)
_SLOPE = np.array([(-1.0) ** i * (2 * i + 1) for i in range(8)])
_SLOPE_AT_NODES = _SLOPE @ _ODD  # (nodes,)
_GAIN = float(np.linalg.norm(_SLOPE))  # 26

ONE_SIDED = (1 + _rounded_nodes(10)) / 2  # in (0, 1)
_ONE = np.linalg.inv(chebyshev.chebvander(2 * ONE_SIDED - 1, 9))  # (coefficients, nodes)
_END_SLOPE = np.array([2 * (-1.0) ** (j + 1) * j**2 for j in range(10)])
_END_VALUE = np.array([(-1.0) ** j for j in range(10)])
_END_GAIN = float(np.linalg.norm(_END_SLOPE))  # 248


@dataclass
class Window:
    """What a window of half-width (one-sided: signed width) `step` shows, per element."""

    step: float
    value: np.ndarray  # the slope at 0
    bound: np.ndarray
    noise: np.ndarray  # rms error of one value of phi, as the tail shows it; 0 where below rounding
    size: np.ndarray  # the largest |phi|
    kept: np.ndarray  # bool: resolved, no staircase, finite
    why: np.ndarray  # small integer: index into REASONS
    ratio: np.ndarray  # tail / largest coefficient: how far from resolved
    plateau: np.ndarray  # bool: all values are equal
    gap: np.ndarray  # the smallest difference of two different values; inf where there is none
    at_floor: np.ndarray  # bool: the tail is no larger than rounding
    limit: np.ndarray  # phi(0) as extrapolated from this window
    limit_bound: np.ndarray


REASONS = ("", "not finite", "not resolved", "staircase", "plateau of a staircase", "disagrees with smaller steps")
FINE, NOT_FINITE, UNRESOLVED, STAIRCASE, PLATEAU, INCONSISTENT = range(6)


def two_sided(sample: Sampler, step: float) -> Window:
    """Phi on [-step, step]: 16 evaluations."""
    plus, minus = sample.pairs([step * x for x in TWO_SIDED])  # (nodes, elements) each
    with np.errstate(all="ignore"):
        odd, even = (plus - minus) / 2, ((plus - sample.centre) + (minus - sample.centre)) / 2
        odd_c, even_c = _ODD @ odd, _EVEN @ even  # (coefficients, elements)
        tail = np.sqrt((np.square(odd_c[5:]).sum(axis=0) + np.square(even_c[5:]).sum(axis=0)) / 6)
        largest = np.maximum(np.abs(odd_c).max(axis=0), np.abs(even_c[1:]).max(axis=0))
        value = _SLOPE_AT_NODES @ odd / step
        values = np.concatenate([plus, minus, sample.centre[None]])
        return _window(sample, step, value, values, tail, largest, _GAIN / abs(step), sample.centre)


def one_sided(sample: Sampler, step: float) -> Window:
    """Phi on (0, step] for a positive step, on [step, 0) for a negative one: 10 evaluations. phi(0) itself is not used."""
    values = np.array([sample(step * x) for x in ONE_SIDED])  # (nodes, elements)
    with np.errstate(all="ignore"):
        shifted = values - values[-1]  # the node next to 0, so that a large constant costs no digits
        coefficients = _ONE @ shifted
        tail = np.sqrt(np.square(coefficients[6:]).sum(axis=0) / 4)
        largest = np.abs(coefficients[1:]).max(axis=0)
        value = _END_SLOPE @ coefficients / step
        limit = _END_VALUE @ coefficients + values[-1]
        return _window(sample, step, value, values, tail, largest, _END_GAIN / abs(step), limit)


def _window(
    sample: Sampler,
    step: float,
    value: np.ndarray,
    values: np.ndarray,
    tail: np.ndarray,
    largest: np.ndarray,
    gain: float,
    limit: np.ndarray,
) -> Window:
    size = np.abs(values).max(axis=0, initial=0.0)
    floor = ROUNDOFF * sample.eps * size
    sigma = np.maximum(tail, floor)
    finite = np.isfinite(values).all(axis=0) & np.isfinite(value)
    ordered = np.sort(values, axis=0)
    jumps = np.diff(ordered, axis=0)
    distinct = 1 + np.count_nonzero(jumps, axis=0)
    plateau = finite & (distinct == 1)
    why = np.where(2 * distinct < len(values), STAIRCASE, FINE)
    why = np.where(plateau, FINE, why)
    why = np.where((why == FINE) & (tail > RESOLVED * largest) & (tail > 4 * floor), UNRESOLVED, why)
    why = np.where(finite, why, NOT_FINITE)
    ratio = np.where(finite & (largest > 0), tail / np.where(largest > 0, largest, 1), np.where(finite, 0.0, np.inf))
    bound = np.where(why == FINE, SAFETY * sigma * gain, np.inf)
    gap = np.where(jumps > 0, jumps, np.inf).min(axis=0, initial=np.inf)
    noise = np.where(tail > floor, tail * np.sqrt(8.0), 0.0)
    return Window(step, value, bound, noise, size, why == FINE, why, ratio, plateau, gap, tail <= 4 * floor, limit, SAFETY * sigma * np.sqrt(10.0))
