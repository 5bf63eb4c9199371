"""What a cell learns from its cases: evidence counted, every comparison written down, the broken ones kept.

valid | vacuous | inconclusive | broken | rejected         each draw is counted once, as one of these
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any

import msgspec

from harness.backends import Backend
from harness.backends.conformance.surroundings import Left, surroundings_kept
from harness.program import Case
from harness.record import Counts
from harness.record.evidence import INSUFFICIENT
from harness.running.agreement import AGREEMENTS, agreement
from harness.running.budget import Budget
from harness.running.cells import Cell
from harness.running.comparison import case_run, nearness
from harness.running.journal import Journal
from harness.running.judge import run_case
from harness.running.pool import Draw
from harness.running.profiles import Profile
from harness.running.search import Stop
from harness.running.watch import Clock
from harness.strategies.choose import Choices
from harness.strategies.minimise import complexity
from harness.verdict import Result, Verdict

WRONG = (Verdict.BROKEN, Verdict.CRASHED, Verdict.HUNG)
_COUNTED = {Verdict.HOLDS: "valid", Verdict.INCONCLUSIVE: "inconclusive", **dict.fromkeys(WRONG, "broken")}


class Visitor:
    """Sees the cases of a search. After the first break it only looks for smaller ones, and only for a while."""

    def __init__(self, cell: Cell, backend: Backend, profile: Profile, journal: Journal, clock: Clock, budget: Budget) -> None:
        self.counts = Counts()
        self.broken: dict[str, tuple[Case, Result]] = {}
        self.error: Exception | None = None  # of the harness itself
        self.nearness: float | None = None
        self.begin_with: list[tuple[float, Choices]] = []  # what Hypothesis can draw, by nearness
        self.clock = clock
        self.left: Left = {}  # what the adapter did beside its work
        self._cell, self._backend, self._profile, self._journal = cell, backend, profile, journal
        self._budget, self._shrinking = budget, budget.shrinking()
        self._not_run = 0
        self._no_evidence: dict[str, str] = {}  # per kind of case that is none, the first reason

    def see(self, draws: Iterable[Draw]) -> None:
        """Visit the cases of a round, up to the first that breaks."""
        with suppress(Stop):
            for case, choices in draws:
                self.begin()
                if case is None:
                    continue
                broken = self.visit(msgspec.structs.replace(case, law=self._cell.law))
                if choices is not None and (broken or self.nearness is not None):
                    self.begin_with.append((math.inf if broken else self.nearness or -math.inf, choices))
                if broken:
                    return

    def begin(self) -> None:
        """A draw is rejected until it is visited."""
        if not self.broken:
            self.counts.rejected += 1

    def visit(self, case: Case) -> bool:
        """Whether `case` breaks the law."""
        with self.clock.during("bookkeeping"):
            if self.broken and self._shrinking.passed:
                raise Stop("the time for shrinking is over")
            return self.shrinks(case) if self.broken else self._searches(case)

    def shrinks(self, case: Case) -> bool:
        """Whether `case`, met while looking for a smaller counterexample, is broken too; False for new ones once the time for that is over."""
        hung = self.smallest[1].verdict is Verdict.HUNG  # each look would take as long as hanging does
        if case.id in self.broken or self._shrinking.passed or hung:
            return case.id in self.broken
        try:
            return self._judged(case, "shrink").verdict in WRONG
        except Exception:  # the harness failed on a case that nobody asked for: the finding in hand stands
            return False

    @property
    def smallest(self) -> tuple[Case, Result]:
        """The simplest broken case so far."""
        return min(self.broken.values(), key=lambda pair: complexity(pair[0]))

    @property
    def finished(self) -> bool:
        """Whether another round of draws is pointless."""
        return bool(self.broken) or self._late or self._enough

    def verdict(self) -> tuple[str, str]:
        """(verdict, reason) of the cell."""
        if self.broken:
            _, result = self.smallest
            return result.verdict.value, result.reason
        if self._enough:
            return Verdict.HOLDS.value, ""
        if self._not_run > self.counts.attempted:  # the little that was compared (arrays without elements, say) is no promise
            return Verdict.UNSUPPORTED.value, self._no_evidence["not run"]
        late = "; the cell's time was over" if self._late else ""
        why = "".join(f"; {kind}: {reason}" for kind, reason in self._no_evidence.items())
        return INSUFFICIENT, f"{self.counts.valid} valid comparisons, {self._profile.minimum} needed{late}{why}"

    @property
    def _enough(self) -> bool:
        return self.counts.valid >= self._profile.minimum

    @property
    def _late(self) -> bool:
        return self._budget.over(self.counts.valid, 0 if self.counts.attempted else self._not_run)

    def _searches(self, case: Case) -> bool:
        self.counts.rejected -= 1
        if self._late:
            raise Stop("the cell's time is over")
        try:
            result = self._judged(case, "search")
        except Exception as error:  # kept, since Hypothesis would spend minutes on shrinking it
            self.error = error
            raise Stop("the harness failed") from None
        self._count(result)
        return bool(self.broken)

    def _judged(self, case: Case, phase: str) -> Result:
        """Check `case`, write it down, and keep it if it is broken."""
        self._journal.compares(case)
        self.clock.until = (begun := perf_counter()) + self._profile.longest
        result = run_case(self._backend, case, self.clock, partial(surroundings_kept, self.left))
        event = case_run(self._cell, case, result, perf_counter() - begun, phase)
        event.agreement = self._agreement(case, result)
        self.nearness = nearness(result)
        self._journal.write(event)
        if result.verdict in WRONG:
            if not self.broken:
                self._shrinking = self._budget.shrinking()
            self.broken[case.id] = case, result
        return result

    def _agreement(self, case: Case, result: Result) -> dict[str, Any]:
        """What another device has in common with the CPU, on the first few cases of a cell that hold."""
        if result.verdict is not Verdict.HOLDS or self.counts.valid >= AGREEMENTS:
            return {}
        with self.clock.during("backend"):
            return agreement(self._backend, case)

    def _count(self, result: Result) -> None:
        if result.verdict not in _COUNTED:
            self.counts.rejected += 1
            self._not_run += 1
            self._no_evidence.setdefault("not run", result.reason)
            return
        kind = "vacuous" if result.vacuous and result.verdict is Verdict.HOLDS else _COUNTED[result.verdict]
        self.counts.attempted += 1
        setattr(self.counts, kind, getattr(self.counts, kind) + 1)
        if kind in ("vacuous", "inconclusive"):
            self._no_evidence.setdefault(kind, result.reason or "both sides vanish")
