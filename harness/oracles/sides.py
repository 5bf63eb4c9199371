"""What happens at the point itself: the two sides seen apart.

    phi'(0+), phi'(0-)    equal: smooth to first order;    different: a kink, and every value between them is a subgradient
    phi(0+), phi(0-)      different: a jump, and there is no derivative

One-sided windows never cross 0, so each side is as smooth as phi is on that side. What may hide between 0 and the nearest node is asked of one more
value, very near to 0: a side whose limit is not phi(0) although phi comes close to phi(0) there was not seen rightly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.oracles.ladder import LIMIT_SAFETY, ROUNDINGS, TORN, Ladder
from harness.oracles.sampling import Sampler

NEAREST = 2.0**-40  # of the scale: where phi is asked once more, very near to 0
LEAST_GAIN = 98.0  # 2 j^2 at j = 7: what turns a truncated slope into a truncated value


@dataclass
class Side:
    """One side of 0: arrays (elements,)."""

    slope: np.ndarray
    bound: np.ndarray  # inf where the side is not resolved
    gap: np.ndarray  # the limit of phi from this side, minus phi(0)
    connected: np.ndarray  # bool: that gap is no more than the limit's own bound
    jumps: np.ndarray  # bool: the gap is there, and phi keeps it very near to 0
    finite: np.ndarray  # bool: phi is finite very near to 0

    @property
    def seen(self) -> np.ndarray:
        seen: np.ndarray = np.isfinite(self.bound) & self.connected
        return seen


@dataclass
class Both:
    """Right and left of 0."""

    right: Side
    left: Side

    @property
    def seen(self) -> np.ndarray:
        seen: np.ndarray = self.right.seen & self.left.seen
        return seen

    @property
    def jumps(self) -> np.ndarray:
        jumps: np.ndarray = self.right.jumps | self.left.jumps
        return jumps

    @property
    def slopes_agree(self) -> np.ndarray:
        agree: np.ndarray = np.abs(self.right.slope - self.left.slope) <= self.right.bound + self.left.bound
        return agree


def look_at_sides(sample: Sampler, widest: float, scale: float, narrowest: float, grain: float, ripple: np.ndarray) -> Both:
    """One-sided ladders from `widest` down to `narrowest`; no gap within the noise of phi, `ripple`, is a jump."""
    return Both(*(_side(Ladder(sample, scale, narrowest, grain, sides=True), sign * widest, ripple) for sign in (1.0, -1.0)))


def _side(ladder: Ladder, widest: float, ripple: np.ndarray) -> Side:
    chosen, sample = ladder.descend(widest, patient=True), ladder.sample
    bound = np.where(chosen.settled, chosen.bound, np.inf)
    wide = np.array([np.where(w.kept, LIMIT_SAFETY * w.sigma + w.truncation * abs(w.step) / LEAST_GAIN, np.inf) for w in ladder.windows])
    best = (np.argmin(wide, axis=0), np.arange(wide.shape[1]))
    gap = np.array([w.limit for w in ladder.windows])[best] - sample.centre
    connected = np.abs(gap) <= wide[best] + ROUNDINGS * sample.eps * np.abs(sample.centre)
    nearest = math.copysign(max(NEAREST * ladder.scale, ladder.narrowest), widest)
    near = sample(nearest) - sample.centre
    jumps = np.isfinite(bound) & ~connected & (np.abs(near) > np.abs(gap) / 2) & (np.abs(gap) > TORN * ripple)
    return Side(chosen.value, bound, gap, connected, jumps, np.isfinite(near))
