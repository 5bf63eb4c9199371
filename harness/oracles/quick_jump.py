"""A jump at the point, seen by six values: where phi leaves phi(0) by as much at once as it does farther away, no ladder can find a slope.

|phi(h) - phi(0)|  for  h = 2^-6, 2^-18, 2^-40 of the scale:      ~ h where phi is smooth or has a kink, the same for all three at a jump

By the time that a table gives up, a jump is one of few things that are left; the ladder and both sides would spend hundreds of evaluations on it. Of
several elements the others must agree with what is claimed of them, for a jump of one excuses no wrong slope of another.
"""

from __future__ import annotations

import numpy as np

from harness.oracles.beneath import glance
from harness.oracles.estimate import Estimate
from harness.oracles.norms import rms
from harness.oracles.reasons import of_jump
from harness.oracles.sampling import Sampler
from harness.oracles.sides import NEAREST

FAR, NEAR = 2.0**-6, 2.0**-18  # of the scale
SLOPE = 2.0**-12  # ... and where the slopes of the others are looked at
WIDER = 2.0  # the error c h^2 of the wider of two differences, over (1 - 0.64^2) c h^2, by which they differ: 1.7
SHARE = 0.5  # of the distance from phi(0) that must be left much nearer to it: a slope would leave 2^-12
TALL = 2.0**26  # roundings: less may be noise, of which ladders know more


def jump_at(sample: Sampler, scale: float, grain: float, claim: np.ndarray, slack: float | np.ndarray, required: float) -> Estimate | None:
    """An estimate of status "jump" where some elements jump at 0, and the others have the slope that is claimed of them; else None."""
    if sample.is_complex or claim.shape != sample.shape:
        return None
    far, near, nearest = (np.abs(np.array(sample.pairs([h * scale]))[:, 0] - sample.centre) for h in (FAR, NEAR, NEAREST))  # (2, elements) each
    tall = far > TALL * sample.rounding(np.maximum(far, np.abs(sample.centre)))
    at_once = tall & (near > SHARE * far) & (nearest > SHARE * far) & (far > SHARE * near)
    jumps = at_once.any(axis=0)
    if not jumps.any():
        return None
    slope, apart = glance(sample, SLOPE * scale, grain)
    bound = WIDER * apart
    fine = (np.abs(np.ravel(claim) - slope) <= bound + np.ravel(slack)) & (bound <= required * np.maximum(np.abs(slope), rms(np.ravel(claim))))
    if not (jumps | fine).all():
        return None
    value, bound = np.where(jumps, np.nan, slope), np.where(jumps, np.inf, bound)
    return Estimate(sample.restore(value), sample.restore_bound(bound), "jump", sample.evaluations, _told(sample, scale, at_once))


def _told(sample: Sampler, scale: float, at_once: np.ndarray) -> str:
    """The gaps of the first element that jumps; `at_once` says on which sides, right and left: (2, elements)."""
    place = int(np.argmax(at_once.any(axis=0)))
    values = np.array(sample.pairs([NEAREST * scale]))[:, 0, place]
    right, left = np.where(at_once[:, place], values - sample.centre[place], 0.0)
    return of_jump(float(left), float(right))
