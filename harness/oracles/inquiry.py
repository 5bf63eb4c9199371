"""One phi, looked at in several ways that share what costs no independence: phi(0), and what was already found out.

    quick(claim)       a Richardson table; where a claim is to be confirmed, twice more with narrower steps
    thorough(offset)   the ladder of windows, on one of two independent sets of steps

A kink or a pole beside the point spoils wide steps only: with a claim that agrees, a narrow table saves the ladder. Without one it is not asked,
since on narrow steps rounding inside phi may draw a slope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from harness.oracles.diagnosis import hidden_cast
from harness.oracles.estimate import Estimate, Rung, Status
from harness.oracles.norms import rms
from harness.oracles.quick import Say, Table, richardson
from harness.oracles.sampling import FLOAT64_EPS, Phi, Sampler, Unusable
from harness.oracles.thorough import Elements, look_thoroughly

Amount = float | np.ndarray
Claim = Amount | None
ENOUGH = 1e-9  # relative: from there on the quick table is good enough, and thousands of times below any required resolution
AT_THE_FLOOR = 4.0  # a bound within this factor of pure rounding cannot be lowered
REFUTED = 4.0  # tolerances by which a claim misses a table that has converged: more rows will not bring them together
NARROW, NARROW_ROWS = (2.0**-6, 2.0**-12), 4  # of the scale: where further tables look, and with how many rows
SMALLEST_SCALE = 1e-280  # below it the narrow windows are subnormal and 1 / H overflows


class Inquiry:
    """The steps of `harness.oracles.differentiate`; each returns an Estimate and never raises. Its `evaluations` are all calls of phi so far."""

    def __init__(self, phi: Phi, *, scale: float = 1.0, grain: float = 0.0, terms: Amount = 0.0) -> None:
        self._scale = float(scale)
        self._rungs: tuple[Rung, ...] = ()
        self._random: np.ndarray | None = None
        self._best: float | None = None  # window of the ladder, once it has been asked
        self._prior: Table | None = None  # a table that has converged, and did not agree with the claim
        self._failure = _unusable(scale, grain)
        if self._failure is not None:
            return
        self._grain = max(abs(float(grain)), FLOAT64_EPS * scale / 2)
        try:
            self._sample = Sampler(phi, terms)
        except Unusable as failure:
            self._failure = Estimate(np.nan, np.inf, failure.status, 1, failure.reason)
        if self._failure is None and not np.isfinite(self._sample.centre).all():
            self._failure = _undetermined(self._sample, "non-finite", f"phi(0) is {_first_bad(self._sample.centre)}.")

    def allow_for(self, terms: Amount) -> None:
        """From now on phi is known to be computed from terms of this size: see `terms` of `differentiate`."""
        if self._failure is None:
            self._sample.set_terms(terms)

    def quick(self, *, offset: int = 0, claim: Claim = None, slack: Amount = 0.0, required: float = ENOUGH) -> Estimate:
        """The Richardson table alone; "unresolved" where it does not settle."""
        return self._safely(lambda: self._from_tables(offset, claim, slack, required))

    def thorough(self, *, offset: int = 0) -> Estimate:
        """The gated ladder, and the two sides."""
        return self._safely(lambda: self._from_ladder(offset))

    def _safely(self, look: Callable[[], Estimate]) -> Estimate:
        if self._failure is not None:
            return self._failure
        try:
            with np.errstate(all="ignore"):
                return look()
        except Unusable as failure:
            return Estimate(np.nan, np.inf, failure.status, self._sample.evaluations, failure.reason)

    def _from_tables(self, offset: int, claim: Claim, slack: Amount, required: float) -> Estimate:
        sample, scale = self._sample, self._scale * (1.0 if offset == 0 else float(np.sqrt(2.0)))
        if sample.integers_only:
            return _integers(sample)
        goal = Goal(sample, claim, slack, required)
        table = richardson(sample, scale, self._grain, goal.of_wide, alone=claim is None)
        self._rungs += table.rungs
        self._prior = table if table.say is Say.REFUTED else None
        if claim is not None and table.say is Say.GO_ON and sample.eps == FLOAT64_EPS:
            table = self._narrower(scale, goal, table)
        if not table.settled:  # a bound that has not come down says nothing: the steps may alias
            return replace(_undetermined(sample, "unresolved", "the quick table does not settle."), ladder=self._rungs)
        value, bound = sample.restore(table.value), sample.restore_bound(table.bound)
        return Estimate(value, bound, "smooth", sample.evaluations, ladder=self._rungs, magnitude=sample.magnitude)

    def _narrower(self, scale: float, goal: Goal, wide: Table) -> Table:
        """The first narrow table that settles, else the wide one."""
        for factor in NARROW:
            table = richardson(self._sample, scale * factor, self._grain, lambda now: goal.of_narrow(now, wide), alone=False, most=NARROW_ROWS)
            self._rungs += table.rungs
            if table.settled:
                return table
        return wide

    def _from_ladder(self, offset: int) -> Estimate:
        sample = self._sample
        if self._random is None:
            self._random = sample(0.0) != sample.centre
        found = look_thoroughly(sample, self._scale, offset, self._grain, self._random, self._prior, self._best if offset else None)
        self._best = found.best
        return _integers(sample) if sample.integers_only else _from_elements(sample, found, self._rungs)


class Goal:
    """When a table has done: small enough a bound, and the claim within it."""

    def __init__(self, sample: Sampler, claim: Claim, slack: Amount, required: float) -> None:
        self._sample, self._claim, self._slack, self._required = sample, claim, slack, required

    def of_wide(self, table: Table) -> Say:
        """The table with the usual steps: down to the goal, or to rounding, beyond which no row helps."""
        at_floor = table.bound <= AT_THE_FLOOR * table.floor
        if self._claim is None:
            at_floor &= (table.value != 0) | (self._sample.centre == 0)  # exactly constant, as rounded values may be: the ladder looks wider
        return self._say(table, self._small(table) | at_floor)

    def of_narrow(self, table: Table, wide: Table) -> Say:
        """The table with narrow steps: down to the goal, and a plateau counts only where wide steps saw the end of none on one side."""
        real = ~table.constant | (self._sample.centre == 0) | wide.flat_side
        return self._say(table, self._small(table) & real)

    def _small(self, table: Table) -> np.ndarray:
        return np.asarray(table.bound <= self._required * np.maximum(np.abs(table.value), rms(table.value)))

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


def _from_elements(sample: Sampler, found: Elements, ladder: tuple[Rung, ...]) -> Estimate:
    below = found.beneath
    return Estimate(
        sample.restore(found.value),
        sample.restore_bound(found.bound),
        found.status,
        sample.evaluations,
        found.reason,
        (sample.restore(found.low), sample.restore(found.high)) if (found.low < found.high).any() else None,
        found.noise,
        ladder + found.ladder,
        hidden_cast(sample, found.noise),
        sample.magnitude,
        (sample.restore(below.low), sample.restore(below.high)) if np.isfinite(below.low).any() else None,
    )


def _undetermined(sample: Sampler, status: Status, reason: str) -> Estimate:
    nan, inf = np.full_like(sample.centre, np.nan), np.full_like(sample.centre, np.inf)
    return Estimate(sample.restore(nan), sample.restore_bound(inf), status, sample.evaluations, reason)


def _integers(sample: Sampler) -> Estimate:
    return _undetermined(sample, "unresolved", "phi returns integers or booleans, which have no derivative; convert the output to floating point.")


def _unusable(scale: float, grain: float) -> Estimate | None:
    if not np.isfinite(scale) or scale <= 0:
        reason = f"the scale of t must be positive and finite; got {scale!r}."
    elif scale < SMALLEST_SCALE:
        reason = f"the scale of t must be at least {SMALLEST_SCALE:g}; at {scale!r} the steps underflow."
    elif not np.isfinite(grain):
        reason = f"the grain of t must be finite; got {grain!r}."
    else:
        return None
    return Estimate(np.nan, np.inf, "unresolved", 0, reason)


def _first_bad(values: np.ndarray) -> str:
    return str(float(values[~np.isfinite(values)][0]))
