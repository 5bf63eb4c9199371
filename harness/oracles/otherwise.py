"""Why a claim that windows deny may be right after all: what phi shows in steps of other sizes than theirs.

nearby    steps below all windows: a structure at the point itself
bent      the narrowest that noise allows: phi still bends there (several kinks instead of one), and how is not seen
meant     steps above a staircase's: the slope of a function without them, of which phi is what a cast or rounding left
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.oracles.diagnosis import hidden_half
from harness.oracles.estimate import Estimate
from harness.oracles.meant import meant_by
from harness.oracles.nearby import Denied, bent_nearby, shown_nearby
from harness.oracles.quick import TABLE
from harness.oracles.reasons import BENT, MEANT, NEARBY
from harness.oracles.sampling import Sampler


def otherwise(sample: Sampler, scale: float, grain: float, place: int, claim: float, estimate: Estimate, *, stairs: bool) -> Estimate | None:
    """`estimate` with the reason why element `place` of phi may have the slope `claim`; None where no step shows it. Meant ones only if `stairs`."""
    low, high = (float(np.ravel(end)[place]) for end in estimate.interval or (estimate.value, estimate.value))
    bound = float(np.ravel(estimate.bound)[place])
    if not np.isfinite([claim, low, high, bound]).all():
        return None
    rungs = [rung for rung in estimate.ladder if rung.why != TABLE and rung.kept] if sample.centre.size == 1 else []  # of several, another's
    denied = Denied(place, claim, (low, high), bound, estimate.noise, min((abs(rung.step) for rung in rungs), default=0.0))
    if shown_nearby(sample, denied, scale, grain):
        return replace(estimate, reason=NEARBY)
    if bent_nearby(sample, denied, scale, grain):
        return replace(estimate, reason=BENT)
    if low < high or not stairs:
        return None
    best = max((rung.step for rung in rungs if rung.bound <= 2 * bound), default=0.0)  # none: one-sided windows found it
    window = meant_by(sample, place, claim, low, best, scale, grain)
    return None if window is None else replace(estimate, reason=MEANT, diagnosis=hidden_half(float(window.noise[place])))
