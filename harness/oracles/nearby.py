"""What windows cannot see: a structure at the point itself, narrower than all of them, and flat or the same beyond.

    |t + 1e-6 e| - ...      a norm beside its eps: another slope within 1e-6 of the point, and to windows of 2^-5 no trace of it

Before a claim is called wrong phi is asked once more, in steps h so narrow that noise just lets tell the claimed slope from the estimate:

    h = WIDTH noise / |claim - estimate|          a structure within h would differ by less than noise from either

Two rows of a table there show both slopes at 0, kink included. Wider steps than a part of
the narrowest window show nothing that it has not. Where phi still bends in such steps, off a parabola and the kink that was seen, rounding hides how:

    odd(h) - odd(4 h) / 4,    even(h) - even(4 h) / 16 - 3/8 kink h        odd, even: parts of phi(t) - phi(0), not divided by t

Then the slope at 0 is not known: several kinks instead of one, a structure of a few roundings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.oracles.quick import Say, richardson
from harness.oracles.sampling import Sampler
from harness.oracles.sides import NEAREST
from harness.oracles.weights import STEPS

WIDTH = 256.0  # roundings, or standard deviations of the noise: differences of two rows amplify it ten times, and a quarter of the gap must be clear
GAIN = 8.0  # a bound is GAIN noise / width of the best window; that which confirmed it last is CONFIRMING times as narrow
CONFIRMING = 16.0
WITHIN = 2.0**-4  # of that window: nodes nearest to 0 lie at 2^-3.4
FAR_WITHIN = 2.0**-9  # ... from there on what bends phi is gone with the second row, for the window resolves it
STEP = 32.0  # roundings: of the step in which phi is asked whether it still bends
FARTHEST = 4  # such steps from the point phi is asked, too
LEAST_BEND = 1.5  # roundings: those of five values come to 1.1 at most
BESIDE, CLEAR = (64.0, -64.0, 96.0, -96.0), 4.0  # steps from the point, and how many times as much phi must bend at the point as there
SIZES, ALIKE = (1.03, 1.06, 1.09, 1.12), 2.0  # times the step, and how many times the least of alike bends is the largest
SHARE = 0.25  # of the gap: what the claim, and rounding of the table, may be off


@dataclass(frozen=True)
class Denied:
    """What windows say of element `place` of phi, and of a `claim` that they deny."""

    place: int
    claim: float
    ends: tuple[float, float]  # the slope, twice, or those of a kink
    bound: float
    noise: float  # of phi, relative to its value, as far as `bound` tells no less
    window: float  # the narrowest that counted; 0 where it is not known

    @property
    def gap(self) -> float:
        return max(self.ends[0] - self.claim, self.claim - self.ends[1])


def shown_nearby(sample: Sampler, denied: Denied, scale: float, grain: float) -> bool:
    """Whether phi, in steps below its windows, has the claim for a slope, or one on each side of it; steps keep above the rounding of the argument.

    What windows take for noise may be the structure itself: then narrower steps, which rounding alone limits, see less of it.
    """
    size = np.abs(sample.centre)
    rounding = float(sample.rounding(size)[denied.place]) + grain * max(map(abs, denied.ends))
    noise = min(denied.noise * float(size[denied.place]), denied.bound * scale / GAIN)
    ripples = [max(rounding, noise), rounding] if noise > rounding else [rounding]
    return any(_shown(sample, denied, ripple, grain) for ripple in ripples)


def bent_nearby(sample: Sampler, denied: Denied, scale: float, grain: float) -> bool:
    """Whether phi still bends in the narrowest steps in which rounding would let tell the claim from the estimate: then its slope at 0 is not known.

    By more than rounding, by more than beside the point, and in steps of several sizes alike: noise bends it now up, now down.
    """
    place, kink, slope = denied.place, denied.ends[1] - denied.ends[0], max(abs(denied.claim), *map(abs, denied.ends))
    rounding = float(sample.rounding(np.abs(sample.centre))[place]) + grain * slope
    step = max(STEP * rounding / denied.gap, STEP * grain, NEAREST * scale)
    if not step <= WITHIN * _window(denied, rounding):
        return False
    least = LEAST_BEND * (rounding + float(sample.rounding(np.full_like(sample.centre, FARTHEST * slope * step))[place]))
    here = _bends(sample, place, 0.0, step, kink)
    if not np.max(np.abs(here)) > least:  # NaN is no evidence
        return False
    beside = max(np.max(np.abs(_bends(sample, place, steps * step, step, 0.0))) for steps in BESIDE)
    bends = np.stack([here, *(_bends(sample, place, 0.0, size * step, kink) for size in SIZES)])
    sizes = np.abs(bends)
    alike = (np.abs(np.sign(bends).sum(axis=0)) == len(bends)) & (sizes.max(axis=0) <= ALIKE * sizes.min(axis=0))
    return bool(np.any(alike & (sizes[0] > max(least, CLEAR * beside))))


def _bends(sample: Sampler, place: int, centre: float, step: float, kink: float) -> np.ndarray:
    """How far the odd and the even part of phi around `centre`, one step and `FARTHEST` away, are off a parabola with that kink."""
    middle, right, left, far_right, far_left = (float(sample(centre + k * step)[place]) for k in (0, 1, -1, FARTHEST, -FARTHEST))
    odd = (right - left) / 2 - (far_right - far_left) / (2 * FARTHEST)
    even = (right - middle + left - middle) / 2 - (far_right - middle + far_left - middle) / (2 * FARTHEST**2)
    rise = (1 - 1 / FARTHEST) * kink * step / 2
    return np.array([odd, min(even - rise, even + rise, key=abs)])


def _shown(sample: Sampler, denied: Denied, ripple: float, grain: float) -> bool:
    step, window, place = max(WIDTH * ripple / denied.gap, WIDTH * grain), _window(denied, ripple), denied.place
    if not math.isfinite(step) or not 0 < step <= WITHIN * window:
        return False
    table = richardson(sample, step / float(STEPS[0]), grain, lambda table: Say.GO_ON, alone=False, most=2 if step <= FAR_WITHIN * window else 3)
    settled = 2 * float(table.floor[place]) + float(table.unrest[place]) <= SHARE * denied.gap
    return settled and abs(denied.claim - float(table.value[place])) <= abs(float(table.kink[place])) + SHARE * denied.gap


def _window(denied: Denied, ripple: float) -> float:
    """The width of the narrowest window that tells as much."""
    return max(GAIN * ripple / denied.bound / CONFIRMING if denied.bound > 0 else math.inf, denied.window)
