"""The slope of the function that was meant, where phi is a staircase whose steps wide windows take for noise, or are narrower than.

    (x + 1e16) - 1e16       steps 2 wide: constant to every window, and the slope of x is 1
    bf16(x) x               between two roundings of x it is c x, slope c; the slope of x^2 is 2 c

Either slope can be defended: narrow steps show that of what was computed, wide ones that of what was meant. What tells such a phi from
x + 1e-4 sin(1e4 x), whose slope at 0 is 2 and nothing else, is that it jumps: between its jumps it has the narrow slope, and nothing bends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from harness.oracles.sampling import Sampler
from harness.oracles.window import Window, two_sided

NARROWER = 8.0  # times: a window that much narrower than the one asked has another slope
SMOOTH = 2.0**-7  # of the scale: a phi that so wide a window resolves has no steps that wider ones take for noise
WIDEST = 8.0  # of the scale: for one of many elements it may be a small step
FLAT = 2.0**-12  # of the scale: steps beyond the scale are for a phi that does not move so near to the point
FARTHEST = 2.0**100  # of the scale: a phi that has not moved by then is constant
FARTHER = 16.0  # times, from look to look, until phi moves; and times 4 from there on
WINDOWS, FAR_WINDOWS = 5, 4
MEAN_OF = 32  # windows, each a little narrower than the one before: their noise is drawn afresh, and their mean has less of it
SHRINK = 0.0137  # of the widest, from one to the next
NEARER = 0.25  # times: how much nearer to the mean the claim must be than the slope of narrow steps
SAME = 2.0**-6  # of the gap between the two slopes: what curvature over wide windows, and rounding of the claim, may add to any bound
DENSE = 8.0  # jumps must lie within this part of the window on both sides of 0: two or three in all of it have no slope
NEAR = 2.0**-44  # of the window: how near to each other two points on both sides of a jump are sought
LEAST_JUMP = 2.0**-4  # rms noise of the window: of steps of height J it shows J / 3.5, of several outputs the sum; a phi that bends leaves none


def meant_by(sample: Sampler, place: int, claim: float, value: float, best: float, scale: float, grain: float) -> Window | None:
    """A window wider than `best`, the narrowest that saw `value`, in which element `place` of phi has the slope `claim` and jumps; else None."""
    for step in _steps(sample, place, value, best, scale):
        window = two_sided(sample, step, grain)
        agrees = abs(claim - float(window.value[place])) <= float(window.own_bound[place]) + SAME * abs(claim - value)
        noise = float(window.noise[place] * window.size[place])
        if agrees and _dense(sample, place, value, step / DENSE, noise) and _tell_apart(sample, place, claim, value, step, grain):
            return window
    return None


def _steps(sample: Sampler, place: int, value: float, best: float, scale: float) -> Iterator[float]:
    """Of the windows that may show it: those between `best` and the scale; beyond the scale where phi has not moved."""
    if best < SMOOTH * scale:
        yield from (WIDEST * scale / 4.0**k for k in range(WINDOWS) if WIDEST * scale / 4.0**k >= NARROWER * best)
    if value != 0 or _moves(sample, place, FLAT * scale):
        return
    step = scale
    while step <= FARTHEST * scale and not _moves(sample, place, step):
        step *= FARTHER
    yield from (step * 4.0**k for k in range(1, 1 + FAR_WINDOWS))


def _moves(sample: Sampler, place: int, step: float) -> bool:
    """Whether phi is not phi(0), or not finite, a step away."""
    return any(float(sample(t)[place]) != float(sample.centre[place]) for t in (step, -step))


def _tell_apart(sample: Sampler, place: int, claim: float, value: float, step: float, grain: float) -> bool:
    """Whether the mean of windows about as wide as `step` has the slope `claim`, and `value` is farther from it."""
    looks = [two_sided(sample, step * (1 - SHRINK * k), grain) for k in range(MEAN_OF)]
    mean = float(np.mean([look.value[place] for look in looks]))
    bound = float(np.mean([look.own_bound[place] for look in looks])) / math.sqrt(MEAN_OF)
    return abs(claim - mean) <= min(bound + SAME * abs(claim - value), NEARER * abs(value - mean))


def _dense(sample: Sampler, place: int, slope: float, step: float, noise: float) -> bool:
    return all(_jumps(sample, place, slope, end, noise) for end in (step, -step))


def _jumps(sample: Sampler, place: int, slope: float, end: float, noise: float) -> bool:
    """Whether a jump that makes such noise lies between 0 and `end`: in that half where phi leaves the line of that slope more, again and again."""

    def off(t: float) -> float:
        return float(sample(t)[place] - sample.centre[place]) - slope * t

    left, right, ends = 0.0, end, (0.0, off(end))
    while abs(right - left) > NEAR * abs(end):
        middle = (left + right) / 2
        between = off(middle)
        if abs(between - ends[0]) >= abs(ends[1] - between):
            right, ends = middle, (ends[0], between)
        else:
            left, ends = middle, (between, ends[1])
    height = abs(ends[1] - ends[0])
    return math.isfinite(height) and height >= LEAST_JUMP * noise > 0
