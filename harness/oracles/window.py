"""Phi on one window, as a Chebyshev polynomial that shows its own noise.

Two-sided, N = 16 nodes t_k = H x_k on [-H, H]:     phi(H x) ~ sum_j c_j T_j(x),   phi'(0) = (1/H) sum_{j odd} (-1)^((j-1)/2) j c_j
One-sided, N = 10 nodes on (0, H] (or [-H, 0)):      phi'(0+) = (2/H) sum_j (-1)^(j+1) j^2 c_j

The sums stop before the last coefficients. Those hold what is left of the truncation, and the noise of phi: sigma is their rms, odd and even ones
apart, since the rounding of phi's argument is odd in t. What they would have added to the sum bounds the truncation; sigma times the gain of the
sum its noise. The nodes are not rounded to few bits, though x + t would be exact then: a lattice of nodes may fit that of the values, exp(x) - 1 has
multiples of eps for values, and then rounding, the same at all nodes, does not show.

Source: Trefethen, Approximation Theory and Approximation Practice (2013), ch. 3-8; More and Wild, Estimating Computational Noise (2011).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.polynomial import chebyshev

from harness.oracles.norms import rms
from harness.oracles.sampling import Sampler

ROUNDOFF = 0.125  # of eps |phi|: the rms error of a rounded value (0.2) in a coefficient (sqrt(2/N)), all of it odd (sqrt 2), and a little more
SUBNORMAL = float(np.finfo(np.float64).smallest_subnormal)  # an eighth of it is 0
RESOLVED = 0.01  # of the largest coefficient: above it the nodes do not resolve phi, and aliases would look like values
HOPELESS = 0.1  # ... and above it the next smaller windows need not be tried one by one
AT_FLOOR = 4.0  # roundings: a tail below is rounding of phi, not a lack of smoothness
SAFETY = 5.0  # standard deviations of the noise, as the tails of at least two windows show it
MOVING = 4  # values that differ from phi(0) on one side, at least, to tell a slope from stairs
REASONS = ("", "not finite", "not resolved", "staircase", "plateau of a staircase", "disagrees with smaller steps")
FINE, NOT_FINITE, UNRESOLVED, STAIRCASE, PLATEAU, INCONSISTENT = range(6)


def _nodes(count: int) -> np.ndarray:
    return np.cos(np.pi * (np.arange(count) + 0.5) / count)


TWO_SIDED = _nodes(16)[:8]  # the positive half
_ODD = np.linalg.inv(chebyshev.chebvander(TWO_SIDED, 15)[:, 1::2])  # (coefficients 1, 3 .. 15, nodes)
_EVEN = np.linalg.inv(chebyshev.chebvander(TWO_SIDED, 15)[:, 0::2])  # (coefficients 0, 2 .. 14, nodes)
_SLOPE = np.array([1.0, -3, 5, -7, 9])
TAIL_ODD, TAIL_EVEN = np.array([11.0, 13, 15]), np.array([10.0, 12, 14])  # the even ones stand for the odd ones beyond, where phi has a kink nearby
_SLOPE_AT_NODES = _SLOPE @ _ODD[:5]  # (nodes,)
_VALUE_AT_NODES = np.array([1.0, -1, 1, -1, 1]) @ _EVEN[:5]  # (nodes,): from the even part to its value at 0

KINKED = 3.0  # tails: what a kink nearer than 1/30 of the window adds, whose tail is even; with it the bound covers the slopes on both sides of |t|
ONE_SIDED = (1 + _nodes(10)) / 2  # in (0, 1)
_ONE = np.linalg.inv(chebyshev.chebvander(2 * ONE_SIDED - 1, 9))  # (coefficients, nodes)
_END_SLOPE = np.array([2 * (-1.0) ** (j + 1) * j**2 for j in range(10)])
_END_VALUE = np.array([(-1.0) ** j for j in range(10)])


@dataclass
class Window:
    """What a window of half-width (one-sided: signed width) `step` shows, per element."""

    step: float
    value: np.ndarray  # the slope at 0
    truncation: np.ndarray  # what the coefficients left out would add to the slope
    sigma: np.ndarray  # rms noise of a coefficient, at least that of rounding
    gain: float  # from sigma to the noise of the slope
    noise: np.ndarray  # rms noise of one value of phi relative to |phi|, as the tail shows it; 0 where below rounding
    size: np.ndarray  # the largest |phi|
    kept: np.ndarray  # bool: resolved, no staircase, finite
    why: np.ndarray  # index into REASONS
    ratio: np.ndarray  # tail / largest coefficient: how far from resolved
    plateau: np.ndarray  # bool: all values are equal
    gap: np.ndarray  # the smallest difference of two different values; inf where there is none
    at_floor: np.ndarray  # bool: the tail is no larger than rounding
    limit: np.ndarray  # phi(0) as extrapolated from this window
    largest: np.ndarray  # coefficient, but for the constant one
    bend: np.ndarray  # the largest coefficient of what bends phi
    curved: np.ndarray  # bool: what bends phi here is resolved, and is no rounding
    one_flat: np.ndarray  # bool: constant on one side of 0 at least
    flat_side: np.ndarray  # +1: constant on one side of 0, while no two values that move on the other are equal; -1: not so; 0: too few move
    bound: np.ndarray = field(init=False)  # of the slope; set by the ladder, which knows the neighbours' noise

    @property
    def own_bound(self) -> np.ndarray:
        """Of the slope, as far as this window alone shows its noise."""
        return self.bound_with(self.sigma)

    def bound_with(self, sigma: np.ndarray) -> np.ndarray:
        """Of the slope, where a coefficient has the noise `sigma`."""
        return np.asarray(self.truncation + SAFETY * sigma * self.gain)


def two_sided(sample: Sampler, step: float, grain: float) -> Window:
    """Phi on [-step, step]: 16 evaluations."""
    plus, minus = sample.pairs([step * x for x in TWO_SIDED])  # (nodes, elements) each
    odd, even = plus / 2 - minus / 2, (plus - sample.centre) / 2 + (minus - sample.centre) / 2
    odd_c, even_c = _ODD @ odd, _EVEN @ even  # (coefficients, elements)
    odd_tail, even_tail = rms(odd_c[5:]), rms(even_c[5:])
    tail = np.maximum(odd_tail, even_tail)
    largest = np.maximum(np.abs(odd_c).max(axis=0), np.abs(even_c[1:]).max(axis=0))
    kinked = KINKED * TAIL_EVEN.sum() * np.maximum(even_tail - 2 * odd_tail, 0.0)
    truncation = (TAIL_ODD @ np.abs(odd_c[5:]) + TAIL_EVEN @ np.abs(even_c[5:]) + kinked) / step
    values = np.concatenate([plus, minus, sample.centre[None]])
    gain = float(np.linalg.norm(_SLOPE)) / step
    limit = sample.centre + _VALUE_AT_NODES @ even
    bend = np.maximum(np.abs(odd_c[1:]).max(axis=0), np.abs(even_c[1:]).max(axis=0))
    window = _window(sample, step, _SLOPE_AT_NODES @ odd / step, truncation, values, tail, largest, gain, grain, limit, bend)
    window.one_flat, window.flat_side = _flat_side(plus - sample.centre, minus - sample.centre)
    return window


def one_sided(sample: Sampler, step: float, grain: float) -> Window:
    """Phi on (0, step] for a positive step, on [step, 0) for a negative one: 10 evaluations. It does not use phi(0)."""
    values = np.array([sample(step * x) for x in ONE_SIDED])  # (nodes, elements)
    coefficients = _ONE @ (values - values[-1])  # less the value next to 0, so that a large constant costs no digits
    largest = np.abs(coefficients[1:]).max(axis=0)
    truncation = np.abs(_END_SLOPE[7:]) @ np.abs(coefficients[7:]) / abs(step)
    gain = float(np.linalg.norm(_END_SLOPE[:7])) / abs(step)
    limit = _END_VALUE @ coefficients + values[-1]
    bend = np.abs(coefficients[2:]).max(axis=0)
    return _window(
        sample, step, _END_SLOPE[:7] @ coefficients[:7] / step, truncation, values, rms(coefficients[7:]), largest, gain, grain, limit, bend
    )


def _flat_side(right: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`Window.one_flat` and `flat_side` of the values less phi(0), (nodes, elements): rounding makes stairs, and makes them on both sides."""
    flat_right, flat_left = ~right.any(axis=0), ~left.any(axis=0)
    moving = np.sort(np.where(flat_right, left, right), axis=0)
    stairs = ((np.diff(moving, axis=0) == 0) & (moving[1:] != 0)).any(axis=0)
    told = np.count_nonzero(moving, axis=0) >= MOVING
    one_flat = np.asarray(flat_right | flat_left)
    return one_flat, np.where(told, np.where(one_flat & ~stairs, 1, -1), 0)


def _window(
    sample: Sampler,
    step: float,
    value: np.ndarray,
    truncation: np.ndarray,
    values: np.ndarray,
    tail: np.ndarray,
    largest: np.ndarray,
    gain: float,
    grain: float,
    limit: np.ndarray,
    bend: np.ndarray,
) -> Window:
    size = np.abs(values).max(axis=0)
    floor = ROUNDOFF * (sample.rounding(size) + grain * np.abs(value)) + SUBNORMAL * (size > 0)
    finite = np.isfinite(values).all(axis=0) & np.isfinite(value)
    ordered = np.diff(np.sort(values, axis=0), axis=0)
    distinct = 1 + np.count_nonzero(ordered, axis=0)
    plateau = finite & (distinct == 1)
    resolved = (tail <= RESOLVED * largest) | (tail <= AT_FLOOR * floor)
    stairs = 2 * distinct < len(values)
    why = np.select([~finite, plateau, stairs, ~resolved], [NOT_FINITE, FINE, STAIRCASE, UNRESOLVED], FINE)
    ratio = np.where(finite, tail / np.where(largest > 0, largest, 1.0), np.inf)
    gap = np.where(ordered > 0, ordered, np.inf).min(axis=0)
    noise = np.where(tail > floor, tail * np.sqrt(len(values) // 2) / np.where(size > 0, size, 1.0), 0.0)
    curved = finite & (np.maximum(tail, floor) <= RESOLVED * bend)
    unknown = np.zeros(finite.shape, dtype=int)  # of one-sided windows
    return Window(
        step,
        value,
        truncation,
        np.maximum(tail, floor),
        gain,
        noise,
        size,
        why == FINE,
        why,
        ratio,
        plateau,
        gap,
        tail <= AT_FLOOR * floor,
        limit,
        largest,
        bend,
        curved,
        plateau,
        unknown,
    )
