"""Run one cell: draw cases until there is evidence enough, and make the first break as small as it gets.

attempted = valid + vacuous + inconclusive + broken          HOLDS needs valid >= minimum
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from harness.backends import Backend
from harness.ops.catalogue import catalogue
from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.record import CellEnded, CellStarted, Counts, Finding
from harness.record.evidence import INSUFFICIENT
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.finding import describe
from harness.running.journal import Journal
from harness.running.profiles import Profile
from harness.running.search import database_of, explore, seed_of
from harness.running.visitor import Visitor
from harness.running.watch import Clock
from harness.strategies import cases
from harness.strategies.minimise import minimise
from harness.verdict import Verdict
from properties.laws import lookup_law


@dataclass(frozen=True)
class Outcome:
    """What a cell came to. `finding` is there when it is BROKEN."""

    ended: CellEnded
    finding: Finding | None = None


def run_cell(cell: Cell, backend: Backend, profile: Profile, journal: Journal) -> Outcome:
    """Run `cell` as `profile` says, and write its events to `journal`.

    Raises:
        Exception: something went wrong in the harness itself; the cell's row says ERRORED.
    """
    journal.write(CellStarted(cell=cell.id, time=journal.run.elapsed))
    clock = Clock()
    visitor = Visitor(cell, backend, profile, journal, clock)
    if cell.unsupported:
        return _end(cell, profile, journal, visitor, Verdict.UNSUPPORTED.value, cell.unsupported)
    if journal.run.out_of_time:
        return _end(cell, profile, journal, visitor, INSUFFICIENT, "out of time: the run's time was over before this cell began.")
    try:
        _search(cell, backend, profile, journal, visitor, clock)
        finding = _smallest(cell, backend, profile, journal, visitor) if visitor.broken else None
    except Exception as error:
        _end(cell, profile, journal, visitor, "ERRORED", f"the harness itself failed: {type(error).__name__}: {error}")
        raise
    return _end(cell, profile, journal, visitor, *visitor.verdict(), finding)


def strategy(cell: Cell, backend: Backend, profile: Profile) -> st.SearchStrategy[Case]:
    """The cases of a cell."""
    return cases(
        cell.law,
        None if cell.op in (PROGRAM, TAPE) else cell.op,
        backend=cell.backend,
        device=cell.device,
        dtype=cell.dtype,
        layouts=tuple(LAYOUTS) if "layouts" in backend.capabilities else ("contiguous",),
        offers=lambda op: backend.op(op) is not None,
        max_instructions=profile.max_instructions,
    )


def _search(cell: Cell, backend: Backend, profile: Profile, journal: Journal, visitor: Visitor, clock: Clock) -> None:
    """Rounds of draws, each from its own seed, until the minimum of valid comparisons is reached, something breaks or the time is over."""
    with clock.during("generation"):
        drawn = strategy(cell, backend, profile)
        database = database_of(Path(journal.run.database), cell.id)
        for turn in range(profile.rounds):
            explore(drawn, visitor, examples=profile.examples, seed=seed_of(journal.run.seed, cell.id, turn), database=database)
            if visitor.error:
                raise visitor.error
            if visitor.finished:
                return


def _smallest(cell: Cell, backend: Backend, profile: Profile, journal: Journal, visitor: Visitor) -> Finding:
    """The finding on what is left after Hypothesis' shrinking and our own."""
    case, _ = visitor.smallest
    smallest = minimise(case, visitor.shrinks)
    case, result = visitor.broken.get(smallest.id, visitor.smallest)
    finding = describe(cell, lookup_law(cell.law), backend, case, result, journal.run.folder)
    return journal.keep(case, finding)


def row(cell: Cell, verdict: str, reason: str, *, counts: Counts, minimum: int, shares: Mapping[str, float]) -> CellEnded:
    """The record's row for `cell`."""
    op = catalogue().get(cell.op)
    return CellEnded(
        cell=cell.id,
        law=cell.law,
        family=lookup_law(cell.law).family,
        op=cell.op,
        op_family=op.family if op else cell.op,
        dtype=cell.dtype,
        device=cell.device,
        backend=cell.backend,
        verdict=verdict,
        reason=reason,
        counts=counts,
        minimum=minimum,
        seconds=sum(shares.values()),
        shares=dict(shares),
    )


def _end(cell: Cell, profile: Profile, journal: Journal, visitor: Visitor, verdict: str, reason: str, finding: Finding | None = None) -> Outcome:
    ended = row(cell, verdict, reason, counts=visitor.counts, minimum=profile.minimum, shares=visitor.clock.seconds)
    journal.write(ended)
    return Outcome(ended, finding)
