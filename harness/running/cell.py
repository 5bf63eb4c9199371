"""Run one cell: draw cases until there is evidence enough, and make the first break as small as it gets.

attempted = valid + vacuous + inconclusive + broken          HOLDS needs valid >= minimum
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from hypothesis import Phase
from hypothesis.database import DirectoryBasedExampleDatabase

from harness.backends import Backend
from harness.backends.conformance.surroundings import Left, SettingsUntold, random_numbers_kept, settings_kept
from harness.ops.catalogue import catalogue
from harness.record import CellEnded, CellStarted, Counts, Finding, Notice
from harness.record.evidence import INSUFFICIENT
from harness.running.again import counterexamples
from harness.running.budget import Budget
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.finding import describe
from harness.running.journal import Journal, Run
from harness.running.native import is_native, same_points
from harness.running.pool import pool_of, strategy
from harness.running.profiles import Profile
from harness.running.search import CLIMBING, SHRINKING, Beginning, examples_of, explore, seed_of
from harness.running.visitor import Visitor
from harness.running.watch import Clock
from harness.strategies.minimise import STRUCTURE_FIRST, VALUES_FIRST, minimise
from harness.verdict import Verdict
from properties.laws import lookup_law

SUMMITS = 4  # cases that a search goes on from


@dataclass(frozen=True)
class Outcome:
    """What a cell came to. `finding` is there when it is BROKEN."""

    ended: CellEnded
    finding: Finding | None = None
    notices: Sequence[Notice] = ()


def run_cell(cell: Cell, backend: Backend, profile: Profile, journal: Journal, share: float = math.inf) -> Outcome:
    """Run `cell` as `profile` says, and write its events to `journal`. `share` is how many of the run's seconds are its own.

    Raises:
        Exception: something went wrong in the harness itself; the cell's row says ERRORED.
    """
    journal.write(CellStarted(cell=cell.id, time=journal.run.elapsed, worker=journal.worker))
    visitor = Visitor(cell, backend, profile, journal, Clock(), Budget(profile, share))
    if cell.unsupported:
        return _end(cell, profile, journal, visitor, Verdict.UNSUPPORTED.value, cell.unsupported)
    if journal.run.out_of_time:
        return _end(cell, profile, journal, visitor, INSUFFICIENT, "out of time: the run's time was over before this cell began.")
    try:
        with random_numbers_kept(visitor.left), _settings_kept(cell, backend, visitor.left):
            _search(cell, backend, profile, journal.run, visitor)
            finding = _smallest(cell, backend, journal, visitor) if visitor.broken else None
    except SettingsUntold as untold:
        return _end(cell, profile, journal, visitor, Verdict.UNSUPPORTED.value, f"the adapter breaks a promise: {untold}")
    except Exception as error:
        _end(cell, profile, journal, visitor, "ERRORED", f"the harness itself failed: {type(error).__name__}: {error}")
        raise
    return _end(cell, profile, journal, visitor, *visitor.verdict(), finding)


def _settings_kept(cell: Cell, backend: Backend, left: Left) -> AbstractContextManager[None]:
    """Not where the law itself sets them, as on a tape, or the library's own subject draws random numbers."""
    return nullcontext() if cell.op == TAPE or is_native(cell.op) else settings_kept(backend, left)


def _search(cell: Cell, backend: Backend, profile: Profile, run: Run, visitor: Visitor) -> None:
    """What broke last time, then rounds of draws until the minimum of valid comparisons is reached, something breaks or the time is over."""
    kept = examples_of(Path(run.database), cell.id)
    with visitor.clock.during("generation"):
        visitor.see(counterexamples(run.again, cell.id))
        if kept.exists() and not visitor.broken:
            _explore(cell, backend, profile, run, visitor, SHRINKING)
        last = 0
        for turn in range(0 if visitor.finished else profile.rounds):
            visitor.see(pool_of(cell, backend, profile, run.seed, turn))
            last = turn
            if visitor.finished:
                break
        if visitor.begin_with and visitor.broken:
            _explore(cell, backend, profile, run, visitor, SHRINKING, last)
        elif cell.op == PROGRAM and profile.climbs and not visitor.broken:
            _explore(cell, backend, profile, run, visitor, CLIMBING, last)
    if visitor.error:
        raise visitor.error


def _explore(cell: Cell, backend: Backend, profile: Profile, run: Run, visitor: Visitor, phases: Sequence[Phase], turn: int = 0) -> None:
    """The cell's best cases so far under Hypothesis' eyes, which shrinks what breaks, remembers it, and climbs from what nearly does."""
    drawn, kept = strategy(cell.law, cell, backend, profile, run.seed, turn), DirectoryBasedExampleDatabase(examples_of(Path(run.database), cell.id))
    begin = [choices for _, choices in sorted(visitor.begin_with, reverse=True)[: 1 if visitor.broken else SUMMITS]]
    examples = profile.climbs if phases is CLIMBING else profile.examples
    explore(drawn, visitor, examples=examples, seed=seed_of(run.seed, cell.id), phases=phases, database=Beginning(begin, kept))


def _smallest(cell: Cell, backend: Backend, journal: Journal, visitor: Visitor) -> Finding:
    """The finding on what is left after Hypothesis' shrinking and our own."""
    found = visitor.smallest[0]
    order = VALUES_FIRST if backend.shape_pool else STRUCTURE_FIRST
    smallest = minimise(found, lambda trial: (not is_native(cell.op) or same_points(trial, found)) and visitor.shrinks(trial), order=order)
    case, result = visitor.broken[smallest.id]
    return journal.keep(describe(cell, lookup_law(cell.law), backend, case, result, journal.run.folder), case)


def row(
    cell: Cell, verdict: str, reason: str, *, counts: Counts, minimum: int, shares: Mapping[str, float], pairs: Mapping[str, int] | None = None
) -> CellEnded:
    """The record's row for `cell`."""
    op = catalogue().get(cell.op)
    return CellEnded(
        cell=cell.id,
        law=cell.law,
        family=lookup_law(cell.law).family,
        op=cell.op,
        op_family=op.family if op else "native" if is_native(cell.op) else cell.op,
        dtype=cell.dtype,
        device=cell.device,
        backend=cell.backend,
        verdict=verdict,
        reason=reason,
        counts=counts,
        minimum=minimum,
        seconds=sum(shares.values()),
        shares=dict(shares),
        pairs=dict(sorted((pairs or {}).items())),
    )


def _end(cell: Cell, profile: Profile, journal: Journal, visitor: Visitor, verdict: str, reason: str, finding: Finding | None = None) -> Outcome:
    clock = visitor.clock
    ended = row(cell, verdict, reason, counts=visitor.counts, minimum=profile.minimum, shares=clock.seconds, pairs=clock.pairs)
    notices = journal.tell(cell.id, cell.backend, visitor.left)
    journal.write(ended)
    return Outcome(ended, finding, notices)
