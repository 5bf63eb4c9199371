"""Hypothesis as an engine: from a case that breaks to the smallest that still does, and from one that nearly breaks uphill.

visitor.visit(case) -> True when the case breaks its law          visitor.nearness = log10(discrepancy / allowed) of the case just seen
"""

from __future__ import annotations

import unittest
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from time import monotonic, process_time
from typing import Protocol

from hypothesis import HealthCheck, Phase, Verbosity, given, settings, target
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase, choices_to_bytes
from hypothesis.errors import Flaky, Unsatisfiable

from harness.program import Case
from harness.strategies.choose import Choices

SHRINKING = (Phase.reuse, Phase.shrink)  # only what is known to break
CLIMBING = (Phase.reuse, Phase.generate, Phase.target, Phase.shrink)
WAITING = 4.0


class Stop(unittest.SkipTest):
    """Ends a search at once: Hypothesis lets a skipped test go, where it would shrink any other exception."""


class _Broken(Exception):
    """What Hypothesis shrinks."""


class Visits(Protocol):
    """What a search reports to."""

    def begin(self) -> None:
        """A draw begins; where no `visit` follows it led to no case."""

    def visit(self, case: Case) -> bool:
        """Whether `case` breaks its law. Raises Stop to end the search."""

    @property
    def nearness(self) -> float | None:
        """How near the case just visited came to breaking it; None where that cannot be said."""


class Beginning(ExampleDatabase):
    """Hands Hypothesis what choices to begin with, before what `kept` holds; what breaks is saved there."""

    def __init__(self, begin: Iterable[Choices], kept: ExampleDatabase) -> None:
        super().__init__()
        self._begin, self._kept = [choices_to_bytes(choices) for choices in begin], kept

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """Those to begin with, whatever the key, then those that were kept."""
        yield from self._begin
        yield from self._kept.fetch(key)

    def save(self, key: bytes, value: bytes) -> None:
        """Kept for the next run."""
        self._kept.save(key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """No longer of use."""
        self._kept.delete(key, value)


class Deadline:
    """Passed after `seconds` of this process's own work: what other processes do to a busy machine costs no evidence.

    A process that mostly waits, as one does for a backend in another process, is given `waiting` times that on the clock.
    """

    def __init__(self, seconds: float, waiting: float = WAITING) -> None:
        self._work_ends, self._wait_ends = process_time() + seconds, monotonic() + waiting * seconds

    @property
    def passed(self) -> bool:
        return process_time() > self._work_ends or monotonic() > self._wait_ends


def explore(
    cases: st.SearchStrategy[Case],
    visitor: Visits,
    *,
    examples: int,
    seed: int,
    phases: Sequence[Phase],
    database: ExampleDatabase,
) -> None:
    """Let `visitor` see what `database` holds, with `CLIMBING` some `examples` cases uphill of it, and smaller ones after the first that breaks.

    There is no deadline, since a backend's first call may compile for seconds. All health checks are off: they judge by time and by the share of
    rejected draws, and we count both ourselves. Nothing is taken from the user's profile, which under CI would repeat the same inputs in every run.
    """

    @settings(
        max_examples=examples,
        database=database,
        deadline=None,
        derandomize=False,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        backend="hypothesis",
    )
    @seeded(seed)
    @given(_begun(cases, visitor))
    def every_case_holds(case: Case) -> None:
        if visitor.visit(case):
            raise _Broken
        if Phase.target in phases and visitor.nearness is not None:
            target(visitor.nearness)

    try:
        every_case_holds()
    except (_Broken, Flaky, unittest.SkipTest, Unsatisfiable):
        # All that was seen is with the visitor. A break that does not come back (Flaky) is one that the backend itself does not repeat; Hypothesis
        # skips when what it kept is from an older version of the strategy, so that AGAIN has nothing to try.
        return


def seed_of(run: int, *parts: object) -> int:
    """A seed for a part of a run, so that a cell run again alone draws the same cases."""
    return int.from_bytes(blake2b(repr((run, *parts)).encode(), digest_size=8).digest(), "big")


def examples_of(folder: Path, cell: str) -> Path:
    """Where Hypothesis keeps the draws that broke `cell`, tried first in the next run. Our case files, not these, are the durable form."""
    return folder / blake2b(cell.encode(), digest_size=8).hexdigest()


@st.composite
def _begun(draw: st.DrawFn, cases: st.SearchStrategy[Case], visitor: Visits) -> Case:
    visitor.begin()
    return draw(cases)
