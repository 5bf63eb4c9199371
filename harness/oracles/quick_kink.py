"""A kink at the point, seen by tables alone: where phi is straight on both sides of it, a claim between the two slopes needs no ladder.

    D(h) = (phi(h) - phi(-h)) / 2h               = (phi'(0+) + phi'(0-)) / 2
    K(h) = (phi(h) + phi(-h) - 2 phi(0)) / 2h    = (phi'(0+) - phi'(0-)) / 2        at all h alike: |x|, relu, norms at 0

A kink a little beside the point moves K by its distance over h, and a jump makes K grow like 1 / h. So three rows of a wide table and of one with
steps 2^-12 as large must show the same K and D. A claim that is not between the slopes is never refused here: that is for the ladders.
"""

from __future__ import annotations

import numpy as np

from harness.oracles.goal import Amount, Claim, Goal
from harness.oracles.ladder import ROUNDINGS
from harness.oracles.quick import Say, Table, richardson
from harness.oracles.sampling import Sampler
from harness.oracles.sides import NEAREST

NARROW_KINK = 2.0**-12  # of the scale
ROWS = 3


def straight_kink(sample: Sampler, scale: float, grain: float, goal: Goal, wide: Table, claim: Claim) -> Table | None:
    """`wide` where it shows a kink between whose slopes `claim` lies and a narrow table shows the same one; else None."""
    if claim is None or sample.is_complex or np.shape(claim) != sample.shape or not _shown(goal, wide, claim):
        return None
    narrow = richardson(sample, scale * NARROW_KINK, grain, lambda table: Say.GO_ON, alone=True, most=ROWS)
    allowed = wide.bound_beside + narrow.bound_beside
    same = bool((np.abs(narrow.value - wide.value) + np.abs(narrow.kink - wide.kink) <= allowed).all())
    return wide if same and _still_there(sample, NEAREST * scale, grain, wide) else None


def _still_there(sample: Sampler, h: float, grain: float, wide: Table) -> bool:
    """Whether phi(h) and phi(-h), very near to 0, are what a kink there makes them: one a little beside the point would not."""
    right, left = sample(h) - sample.centre, sample(-h) - sample.centre
    rounding = ROUNDINGS * (sample.rounding(np.abs(sample.centre) + np.abs(right)) + grain * (np.abs(wide.value) + np.abs(wide.kink)))
    slopes = h * (wide.value + wide.kink), -h * (wide.value - wide.kink)
    return all(bool((np.abs(seen - due) <= rounding).all()) for seen, due in zip((right, left), slopes, strict=True))


def _shown(goal: Goal, wide: Table, claim: Amount) -> bool:
    """Whether slopes on both sides are as sharp as a table must be, differ somewhere, and have `claim` between them."""
    beyond = np.abs(np.ravel(np.asarray(claim)) - wide.value) - np.abs(wide.kink)
    return bool(goal.sharp(wide).all() and (np.abs(wide.kink) > wide.bound_beside).any() and (beyond <= wide.bound_beside).all())
