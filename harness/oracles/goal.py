"""When a quick table has done: its bound small enough, and what is claimed within it.

|claim - value| <= bound + slack   and   bound <= required |value|
"""

from __future__ import annotations

import numpy as np

from harness.oracles.norms import rms
from harness.oracles.quick import SAFETY, Say, Table
from harness.oracles.sampling import Sampler
from harness.oracles.staircase import REAL_STEP, ROUNDING_STEPS, WIDE_PLATEAU

Amount = float | np.ndarray
Claim = Amount | None
AT_THE_FLOOR = 4.0  # a bound within this factor of pure rounding cannot be lowered
NEAR_THE_FLOOR = 16.0  # three differences of rounded values, four times over: what pure rounding may make of a bound
WILD, WILD_BESIDE = 0.5, 2.0**-6  # of the value: with more unrest in the second row a table is not done in six rows (wide), in four (narrow)
WILD_ROWS = 2
FAR = 2.0**-14  # of the value: a bound that no wider table will bring down to the goal
REFUTED = 4.0  # tolerances by which a claim misses a table that has converged: more rows will not bring them together


class Goal:
    """When a table has done: small enough a bound, and the claim within it."""

    def __init__(self, sample: Sampler, scale: float, claim: Claim, slack: Amount, required: float) -> None:
        self._sample, self._scale, self._claim, self._slack, self._required = sample, scale, claim, slack, required
        self._nothing = claim is not None and not np.any(claim)  # beside a slope of 0 every move is large: it makes no table hopeless

    def of_wide(self, table: Table, *, ease: float = 1.0, patient: bool = False) -> Say:
        """The table with the usual steps: down to the goal, or to rounding, beyond which no row helps; if `patient`, never hopeless."""
        at_floor = table.bound <= (NEAR_THE_FLOOR if self._nothing else AT_THE_FLOOR) * table.floor
        if self._claim is None:
            at_floor &= (table.value != 0) | (self._sample.centre == 0)  # exactly constant, as rounded values may be: the ladder looks wider
        return self._unless_wild(self._say(table, self._small(table, ease) | at_floor), table, np.inf if patient or self._nothing else WILD)

    def of_narrow(self, table: Table, *, wide: Table, width: float, ease: float = 1.0) -> Say:
        """The table with narrow steps, `width` the widest: down to the goal. A plateau counts only where wide steps saw the end of none on one side.

        Or where it is a real one (see harness.oracles.staircase): wide, and the steps at its ends are none of rounding. Its slope is 0.
        """
        centre, sample = np.abs(self._sample.centre), self._sample
        tall = np.maximum(REAL_STEP * centre, ROUNDING_STEPS * sample.eps * sample.terms)
        stair = table.constant & (wide.constant | ((width >= WIDE_PLATEAU * self._scale) & (wide.least_step >= tall)))
        real = ~table.constant | (centre == 0) | wide.flat_side
        if (table.constant & ~stair & ~real).any():
            return Say.REFUTED  # narrower steps see the same plateau
        return self._unless_done(self._say(table, stair | (self._small(table, ease) & real)), table)

    def of_nearest(self, table: Table, *, ease: float) -> Say:
        """The table between many near kinks: down to the goal, or to rounding within `ease` of it. No plateau counts."""
        limited = self._small(table, ease) & (table.bound <= NEAR_THE_FLOOR * table.floor)
        return self._unless_done(self._say(table, (self._small(table) | limited) & ~table.constant), table)

    def limited_by_rounding(self, table: Table) -> bool:
        """Whether rounding alone keeps a table from the goal, and the claim lies within its bounds."""
        at_floor = (table.bound <= NEAR_THE_FLOOR * table.floor) & ~table.constant
        return self._claim is not None and self._say(table, at_floor) is Say.SETTLED

    def sharp(self, table: Table) -> np.ndarray:
        """Where the slopes on both sides of a kink are down to the goal."""
        return np.asarray(table.bound_beside <= self._required * np.maximum(np.abs(table.value) + np.abs(table.kink), rms(table.kink)))

    def is_far(self, table: Table) -> bool:
        """Whether a table has ended so far from its goal that kinks lie within its steps."""
        return table.say in (Say.GO_ON, Say.HOPELESS) and bool((table.bound > FAR * _size(table)).any())

    def is_above_rounding(self, table: Table) -> bool:
        """Whether narrower steps may bring down the bound of a table that has not settled."""
        return table.say in (Say.GO_ON, Say.HOPELESS) and bool((table.bound > NEAR_THE_FLOOR * table.floor).any())

    def _small(self, table: Table, ease: float = 1.0) -> np.ndarray:
        return np.asarray(table.bound <= ease * self._required * np.maximum(np.abs(table.value), rms(table.value)))

    def _unless_done(self, say: Say, table: Table) -> Say:
        """`say` of a narrow table, or HOPELESS where its bound is rounding, which further rows only raise, or wild."""
        done = (table.bound <= AT_THE_FLOOR * table.floor) | self._small(table)
        return Say.HOPELESS if say is Say.GO_ON and done.all() else self._unless_wild(say, table, WILD_BESIDE)

    def _unless_wild(self, say: Say, table: Table, wild: float) -> Say:
        """`say`, or HOPELESS where the second row of a table that is to confirm a claim has moved too far: kinks or poles lie within its steps."""
        if say is not Say.GO_ON or self._claim is None or len(table.seen) != WILD_ROWS:
            return say
        return Say.HOPELESS if (SAFETY * table.unrest > wild * _size(table)).any() else Say.GO_ON

    def _say(self, table: Table, converged: np.ndarray) -> Say:
        if not converged.all():
            return Say.GO_ON
        if self._claim is None:
            return Say.SETTLED
        if np.shape(self._claim) != self._sample.shape:
            return Say.REFUTED
        gap = np.abs(np.asarray(self._claim) - np.asarray(self._sample.restore(table.value)))
        tolerance = np.asarray(self._sample.restore_bound(table.bound)) + self._slack
        return Say.SETTLED if (gap <= tolerance).all() else Say.REFUTED if (gap > REFUTED * tolerance).any() else Say.GO_ON


def _size(table: Table) -> np.ndarray:
    """Of the slopes on both sides, element by element, none below the typical one."""
    return np.asarray(np.maximum(np.abs(table.value) + np.abs(table.kink), rms(table.value)))
