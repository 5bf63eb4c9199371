"""What windows cannot see: a structure at the point itself, narrower than all of them, and flat or the same beyond.

    |t + 1e-6 e| - ...      a norm beside its eps: another slope within 1e-6 of the point, and to windows of 2^-5 no trace of it

Before a claim is called wrong phi is asked once more, in steps h so narrow that noise just lets tell the claimed slope from the estimate:

    h = WIDTH noise / |claim - estimate|          a structure within h would differ by less than noise from either

Two rows of a table there show both slopes at 0, kink included. Wider steps than a part of
the narrowest window show nothing that it has not. Where phi still bends in such steps, off a parabola and the kink that was seen, noise hides how:

    bend(h) = max( |odd(h) - odd(4h) / 4|, |even(h) - even(4h) / 16 - 3 kink h / 8| )       odd, even: parts of phi(t) - phi(0), not divided by t

Then the slope at 0 is not known: several kinks instead of one, a structure of a few noises. What bends phi beside the point as much is noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.oracles.quick import Say, richardson
from harness.oracles.sampling import Sampler
from harness.oracles.weights import STEPS

WIDTH = 256.0  # roundings, or standard deviations of the noise: differences of two rows amplify it ten times, and a quarter of the gap must be clear
GAIN = 8.0  # a bound is GAIN noise / width of the best window; that which confirmed it last is CONFIRMING times as narrow
CONFIRMING = 16.0
WITHIN = 2.0**-4  # of that window: nodes nearest to 0 lie at 2^-3.4
FAR_WITHIN = 2.0**-9  # ... from there on what bends phi is gone with the second row, for the window resolves it
STEP = 32.0  # roundings, or standard deviations: of the step in which phi is asked whether it still bends
LEAST_BEND = 1.5  # of them: rounding of five values comes to 1.1 at most
CLEAR = 4.0  # times what bends phi beside the point, at the worst of four places: noise does so once in a thousand times
BESIDE = (64.0, -64.0, 96.0, -96.0)  # steps from the point: where phi is looked at beside
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
    return any(_shown(sample, denied, ripple, grain) for ripple in _ripples(sample, denied, scale, grain))


def bent_nearby(sample: Sampler, denied: Denied, scale: float, grain: float) -> bool:
    """Whether phi still bends in the narrowest steps in which noise would let tell the claim from the estimate: then its slope at 0 is not known."""
    return any(_bent(sample, denied, ripple, grain) for ripple in _ripples(sample, denied, scale, grain))


def _bent(sample: Sampler, denied: Denied, ripple: float, grain: float) -> bool:
    """By more than rounding, and than beside the point."""
    step = max(STEP * ripple / denied.gap, STEP * grain)
    if not 0 < step <= WITHIN * _window(denied, ripple):
        return False
    here = _bend(sample, denied.place, 0.0, step, denied.ends[1] - denied.ends[0])
    if not here > LEAST_BEND * ripple:  # NaN is no evidence
        return False
    return all(here > CLEAR * _bend(sample, denied.place, beside * step, step, 0.0) for beside in BESIDE)


def _bend(sample: Sampler, place: int, centre: float, step: float, kink: float) -> float:
    """How far values at `centre`, one step and four steps away are off a parabola with that kink."""
    middle, right, left, far_right, far_left = (float(sample(centre + k * step)[place]) for k in (0, 1, -1, 4, -4))
    odd = (right - left) / 2 - (far_right - far_left) / 8
    even, rise = (right - middle + left - middle) / 2 - (far_right - middle + far_left - middle) / 32, 3 * kink * step / 8
    return max(abs(odd), min(abs(even - rise), abs(even + rise)))


def _ripples(sample: Sampler, denied: Denied, scale: float, grain: float) -> list[float]:
    """The noise of phi, and rounding alone where that is less."""
    size = np.abs(sample.centre)
    rounding = float(sample.rounding(size)[denied.place]) + grain * max(map(abs, denied.ends))
    noise = min(denied.noise * float(size[denied.place]), denied.bound * scale / GAIN)
    return [noise, rounding] if noise > rounding else [rounding]


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
