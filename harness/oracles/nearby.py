"""What windows cannot see: a structure at the point itself, narrower than all of them, and flat or the same beyond.

    |t + 1e-6 e| - ...      a norm beside its eps: another slope within 1e-6 of the point, and to windows of 2^-5 no trace of it

Before a claim is called wrong phi is asked once more, in steps h so narrow that noise just lets tell the claimed slope from the estimate:

    h = WIDTH noise / |claim - estimate|          a structure within h would differ by less than noise from either

Two rows of a table there show both slopes at 0, kink included. Wider steps than a part of
the narrowest window show nothing that it has not.
"""

from __future__ import annotations

import math

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


def shown_nearby(
    sample: Sampler, place: int, claim: float, ends: tuple[float, float], bound: float, noise: float, scale: float, grain: float
) -> bool:
    """Whether element `place` of phi, in steps below its windows, has `claim` for a slope, or one on each side of it.

    `ends`, of that `bound`: the slope that windows show, or those of a kink. `noise` is that of phi, relative to its value, as far as
    `bound` tells no less; steps keep above the rounding of the argument, `grain`.
    """
    gap = max(ends[0] - claim, claim - ends[1])
    size = np.abs(sample.centre)
    ripple = max(float(sample.rounding(size)[place]), min(noise * float(size[place]), bound * scale / GAIN)) + grain * max(map(abs, ends))
    step, window = max(WIDTH * ripple / gap, WIDTH * grain), GAIN * ripple / bound / CONFIRMING if bound > 0 else math.inf
    if not math.isfinite(step) or not 0 < step <= WITHIN * window:
        return False
    table = richardson(sample, step / float(STEPS[0]), grain, lambda table: Say.GO_ON, alone=False, most=2 if step <= FAR_WITHIN * window else 3)
    clear = 2 * float(table.floor[place]) <= SHARE * gap
    return clear and abs(claim - float(table.value[place])) <= abs(float(table.kink[place])) + SHARE * gap
