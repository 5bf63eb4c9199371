"""Why a claim that windows deny may be right after all: what phi shows in steps of other sizes than theirs.

nearby    steps below all windows: a structure at the point itself
kinks     no step: a kink so small that several beside the point would look like it, between which the slope is another
meant     steps above a staircase's: the slope of a function without them, of which phi is what a cast or rounding left
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.oracles.diagnosis import hidden_half
from harness.oracles.estimate import Estimate
from harness.oracles.meant import meant_by
from harness.oracles.nearby import Denied, shown_nearby
from harness.oracles.quick import TABLE
from harness.oracles.reasons import MEANT, NEARBY, of_kinks
from harness.oracles.sampling import Sampler

# Both chosen on examples, not derived; what they cost on others: docs/explanation/oracle.md, several kinks.
LEAST_BLUR = 2.0**-34  # of the scale: nearer kinks than that are no more than ulps of double precision apart
BEYOND = 64.0  # times as much as all of several kinks together may some of them bend phi, where their signs are mixed


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
    if low < high:
        where = float(np.ravel(estimate.blur)[place]) / (high - low)
        several = where > LEAST_BLUR * scale and denied.gap <= BEYOND * (high - low)
        return replace(estimate, reason=of_kinks(where)) if several else None
    if not stairs:
        return None
    best = max((rung.step for rung in rungs if rung.bound <= 2 * bound), default=0.0)  # none: one-sided windows found it
    window = meant_by(sample, place, claim, low, best, scale, grain)
    return None if window is None else replace(estimate, reason=MEANT, diagnosis=hidden_half(float(window.noise[place])))
