"""What windows cannot see: a structure at the point itself, narrower than all of them, and flat or the same beyond.

    |t + 1e-6 e| - ...      a norm beside its eps: another slope within 1e-6 of the point, and to windows of 2^-5 no trace of it

Before a claim is called wrong phi is asked once more, in steps h so narrow that noise just lets tell the claimed slope from the estimate:

    h = WIDTH noise / |claim - estimate|          a structure within h would differ by less than noise from either

Two rows of a table there show both slopes at 0, kink included. Wider steps than a part of
the narrowest window show nothing that it has not.
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


def _shown(sample: Sampler, denied: Denied, ripple: float, grain: float) -> bool:
    step, confirming = max(WIDTH * ripple / denied.gap, WIDTH * grain), GAIN * ripple / denied.bound / CONFIRMING if denied.bound > 0 else math.inf
    window, place = max(confirming, denied.window), denied.place
    if not math.isfinite(step) or not 0 < step <= WITHIN * window:
        return False
    table = richardson(sample, step / float(STEPS[0]), grain, lambda table: Say.GO_ON, alone=False, most=2 if step <= FAR_WITHIN * window else 3)
    settled = 2 * float(table.floor[place]) + float(table.unrest[place]) <= SHARE * denied.gap
    return settled and abs(denied.claim - float(table.value[place])) <= abs(float(table.kink[place])) + SHARE * denied.gap
