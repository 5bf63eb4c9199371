"""Add up what a record shows: one row per cell, and what all rows together amount to.

    verdict of a run = INTERRUPTED, else BROKEN, else ERRORED, else INSUFFICIENT EVIDENCE, else HOLDS

A baseline's known findings break nothing, and a cell that has one is not short of evidence: it was compared. A cell under its minimum of valid
comparisons is never counted as holding, whatever it claims; nor is a run in which nothing at all was compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from harness.record.events import CaseRun, CellEnded, CellStarted, Counts, Event, Finding, Notice, RunEnded, RunStarted

INSUFFICIENT = "INSUFFICIENT EVIDENCE"
SEVERITY = ("CRASHED", "HUNG", "BROKEN", "ERRORED", INSUFFICIENT, "INCONCLUSIVE", "UNSUPPORTED", "HOLDS")
WRONG = frozenset({"CRASHED", "HUNG", "BROKEN"})
_NOT_ERRORED = frozenset(SEVERITY) - {"ERRORED"}
RunVerdict = Literal["HOLDS", "BROKEN", "INSUFFICIENT EVIDENCE", "ERRORED", "INTERRUPTED"]
EXIT_CODES: dict[str, int] = {"HOLDS": 0, "BROKEN": 1, "ERRORED": 1, "INTERRUPTED": 2, INSUFFICIENT: 7}
_RUNNER_FAILED = (3, 4, 5)  # pytest: internal error, usage error, nothing collected


def severity(verdict: str) -> int:
    """0 for the worst; a verdict that this version does not know ranks with ERRORED, never with HOLDS."""
    return SEVERITY.index(verdict if verdict in SEVERITY else "ERRORED")


def cell_verdict(cell: CellEnded) -> str:
    """What a cell may claim: HOLDS only with its minimum of valid comparisons."""
    return INSUFFICIENT if cell.verdict == "HOLDS" and cell.counts.valid < max(cell.minimum, 1) else cell.verdict


def add_counts(left: Counts, right: Counts) -> Counts:
    return Counts(**{name: getattr(left, name) + getattr(right, name) for name in left.__struct_fields__})


class Evidence:
    """What has been seen so far; feed it events in any order with `see`. Holds cells and findings, not cases."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.runs: list[RunStarted] = []
        self.ends: list[RunEnded] = []
        self.cells: dict[str, CellEnded] = {}
        self.findings: list[Finding] = []
        self.notices: dict[tuple[str, str], Notice] = {}  # the first, of those who saw the same
        self.cases = 0
        self.last_time = 0.0
        self._started: dict[str, None] = {}
        for event in events:
            self.see(event)

    def see(self, event: Event) -> None:
        """Take one event into account."""
        if isinstance(event, CaseRun):
            self.cases += 1
        elif isinstance(event, CellStarted):
            self._started[event.cell] = None
            self.last_time = max(self.last_time, event.time)
        elif isinstance(event, CellEnded):
            self._see_cell(event)
        elif isinstance(event, Finding):
            self.findings.append(event)
        elif isinstance(event, Notice):
            self.notices.setdefault((event.backend, event.subject), event)
        elif isinstance(event, RunStarted):
            self.runs.append(event)
        elif isinstance(event, RunEnded):
            self.ends.append(event)

    def _see_cell(self, cell: CellEnded) -> None:
        """Shards and retries of one cell add their evidence; the worst verdict stands."""
        before = self.cells.get(cell.cell)
        if before is None:
            self.cells[cell.cell] = cell
            return
        worse = min(before, cell, key=lambda each: severity(each.verdict))
        seconds = before.seconds + cell.seconds
        pairs = dict(Counter(before.pairs) + Counter(cell.pairs))
        self.cells[cell.cell] = msgspec.structs.replace(worse, counts=add_counts(before.counts, cell.counts), seconds=seconds, pairs=pairs)

    @property
    def unfinished(self) -> list[str]:
        """Cells that started and never ended."""
        return [cell for cell in self._started if cell not in self.cells]

    @property
    def interrupted(self) -> bool:
        return not self.ends or any(end.interrupted or end.verdict == "INTERRUPTED" for end in self.ends)

    @property
    def known_cells(self) -> frozenset[str]:
        """Cells whose every finding is in the baseline."""
        new = {finding.cell for finding in self.findings if finding.known is None}
        return frozenset(finding.cell for finding in self.findings if finding.known is not None and finding.cell not in new)

    def verdict(self) -> RunVerdict:
        """What all the evidence amounts to."""
        if self.interrupted:
            return "INTERRUPTED"
        known = self.known_cells
        verdicts = {cell_verdict(cell) for key, cell in self.cells.items() if key not in known or cell.verdict not in WRONG}
        if verdicts & WRONG or any(finding.known is None for finding in self.findings):
            return "BROKEN"
        if self._runner_failed or self.unfinished or verdicts - _NOT_ERRORED:
            return "ERRORED"
        compared = any(cell.counts.valid or key in known for key, cell in self.cells.items())
        return "HOLDS" if compared and not verdicts & {INSUFFICIENT, "INCONCLUSIVE"} else "INSUFFICIENT EVIDENCE"

    def exit_code(self) -> int:
        """The process's exit code: pytest's own, and 7: nothing broken, but insufficient evidence."""
        return 2 if self.interrupted else self._runner_failed or EXIT_CODES[self.verdict()]

    @property
    def _runner_failed(self) -> int:
        return max((end.exit_code for end in self.ends if end.exit_code in _RUNNER_FAILED), default=0)
