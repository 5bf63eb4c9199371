"""One phi, looked at in several ways that share what costs no independence: phi(0), and what was already found out.

    quick(claim)       a Richardson table; where a claim is to be confirmed, twice more with narrower steps
    thorough(offset)   the ladder of windows, on one of two independent sets of steps

A kink or a pole beside the point spoils wide steps only: with a claim that agrees, a narrow table saves the ladder. Without one it is not asked,
since on narrow steps rounding inside phi may draw a slope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from harness.oracles.diagnosis import hidden_cast
from harness.oracles.estimate import Estimate, Rung, Status
from harness.oracles.goal import Amount, Claim, Goal
from harness.oracles.narrower import EASE, narrower, nearest
from harness.oracles.otherwise import otherwise
from harness.oracles.quick import Say, Table, richardson
from harness.oracles.quick_jump import jump_at
from harness.oracles.quick_kink import straight_kink
from harness.oracles.reasons import KINK_REASON
from harness.oracles.sampling import FLOAT64_EPS, Phi, Sampler, Unusable, unusable
from harness.oracles.thorough import OFFSET_FACTOR, Elements, look_thoroughly

ENOUGH = 1e-9  # relative: from there on the quick table is good enough, and thousands of times below any required resolution


Seen = TypeVar("Seen")


class Inquiry:
    """The steps of `harness.oracles.differentiate`; each returns an Estimate and never raises. Its `evaluations` are all calls of phi so far."""

    def __init__(self, phi: Phi, *, scale: float = 1.0, grain: float = 0.0, terms: Amount = 0.0) -> None:
        self._scale = float(scale)
        self._rungs: tuple[Rung, ...] = ()
        self._best: float | None = None  # window of the ladder, once it has been asked
        self._prior: Table | None = None  # a table that has converged, and did not agree with the claim
        self._goal: Goal | None = None  # that table's
        self._failure = unusable(scale, grain)
        if self._failure is not None:
            return
        self._grain = max(abs(float(grain)), FLOAT64_EPS * scale / 2)
        try:
            with np.errstate(all="ignore"):
                self._sample = Sampler(phi, terms)
        except Unusable as failure:
            self._failure = failure.estimate(1)
        if self._failure is None and len(bad := self._sample.centre[~np.isfinite(self._sample.centre)]):
            self._failure = _undetermined(self._sample, "non-finite", f"phi(0) is {float(bad[0])}.")

    def allow_for(self, terms: Amount) -> None:
        """From now on phi is known to be computed from terms of this size: see `terms` of `differentiate`."""
        if self._failure is None:
            try:
                self._sample.set_terms(terms)
            except Unusable as failure:
                self._failure = failure.estimate(self._sample.evaluations)

    @property
    def evaluations(self) -> int:
        """Calls of phi so far."""
        return self._sample.evaluations if self._failure is None else self._failure.evaluations

    @property
    def denied(self) -> bool:
        """Whether a table has converged to another slope than the claim."""
        return self._prior is not None

    @property
    def nothing(self) -> Claim:
        """The claim that no element has a slope."""
        return np.zeros(self._sample.shape) if self._failure is None else None

    def quick(self, *, offset: int = 0, claim: Claim = None, slack: Amount = 0.0, required: float = ENOUGH, wide_only: bool = False) -> Estimate:
        """The Richardson table alone, with narrower steps as well unless `wide_only`; "unresolved" where it does not settle."""
        return self._safely(lambda: self._from_tables(offset, claim, slack, required, wide_only))

    def jump(self, *, claim: Amount, slack: Amount, required: float) -> Estimate | None:
        """What a few values show of a jump at the point, after a table has given up; None where they show none."""
        found = self._safely(lambda: jump_at(self._sample, self._scale, self._grain, np.asarray(claim), slack, required))
        return None if found is self._failure else found

    def thorough(self, *, offset: int = 0) -> Estimate:
        """The gated ladder, and the two sides."""
        return self._safely(lambda: self._from_ladder(offset))

    def otherwise(self, place: int, claim: float, estimate: Estimate, *, stairs: bool) -> Estimate | None:
        """`estimate` with the reason why element `place` of phi, a real one, may have the slope `claim` after all; None where it shows none.

        `stairs`: whether phi may be a staircase that stands for a function without steps.
        """
        found = self._safely(lambda: otherwise(self._sample, self._scale, self._grain, place, claim, estimate, stairs=stairs))
        return None if found is self._failure else found

    def _safely(self, look: Callable[[], Seen]) -> Seen | Estimate:
        if self._failure is not None:
            return self._failure
        try:
            with np.errstate(all="ignore"):
                return look()
        except Unusable as failure:
            return failure.estimate(self._sample.evaluations)

    def _from_tables(self, offset: int, claim: Claim, slack: Amount, required: float, wide_only: bool) -> Estimate:
        sample, scale = self._sample, self._scale * (OFFSET_FACTOR if offset else 1.0)
        if sample.integers_only:
            return _integers(sample)
        goal = Goal(sample, scale, claim, slack, required)
        table = richardson(sample, scale, self._grain, goal.of_wide, alone=claim is None)
        if table.say is Say.HOPELESS and not (table := nearest(sample, scale, self._grain, goal)).settled:
            table = richardson(sample, scale, self._grain, partial(goal.of_wide, patient=True), alone=False)
        self._rungs += table.rungs
        self._prior, self._goal = (table, goal) if table.say is Say.REFUTED else (None, None)
        if claim is not None and table.say is Say.GO_ON and goal.of_wide(table, ease=EASE) is Say.SETTLED:
            table = replace(table, say=Say.SETTLED)
        if table.say is Say.GO_ON and (kink := straight_kink(sample, scale, self._grain, goal, table, claim)) is not None:
            return self._kinked(kink)
        if claim is not None and table.say is Say.GO_ON and not wide_only and sample.eps == FLOAT64_EPS:
            table, rungs = narrower(sample, scale, self._grain, goal, table)
            self._rungs += rungs
        if not table.settled:  # a bound that has not come down says nothing: the steps may alias
            return replace(_undetermined(sample, "unresolved", "the quick table does not settle."), ladder=self._rungs)
        value, bound = sample.restore(table.value), sample.restore_bound(table.bound)
        return Estimate(value, bound, "smooth", sample.evaluations, ladder=self._rungs, magnitude=sample.magnitude)

    def _kinked(self, table: Table) -> Estimate:
        sample, half = self._sample, np.abs(table.kink)
        value, bound = sample.restore(table.value), sample.restore_bound(table.bound_beside)
        ends = sample.restore(table.value - half), sample.restore(table.value + half)
        return Estimate(value, bound, "kink", sample.evaluations, KINK_REASON, ends, ladder=self._rungs, magnitude=sample.magnitude)

    def _from_ladder(self, offset: int) -> Estimate:
        sample = self._sample
        prior = self._second_prior() if offset else self._prior
        found = look_thoroughly(sample, self._scale, offset, self._grain, prior, self._best if offset else None)
        self._best = found.best
        return _integers(sample) if sample.integers_only else _from_elements(sample, found, self._rungs)

    def _second_prior(self) -> Table | None:
        """A table on other steps than the first, for the ladder that is to be independent of it; None where it does not converge as well."""
        if self._goal is None:
            return None
        table = richardson(self._sample, OFFSET_FACTOR * self._scale, self._grain, self._goal.of_wide, alone=False)
        return table if table.say is Say.REFUTED else None


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
