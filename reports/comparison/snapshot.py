"""What a comparison needs of one record, read in one pass: memory grows with cells and findings, not with cases.

tried[cell]      comparisons up to and including the first that broke: how rarely the finding is met
held             counterexamples of the other run that were compared again, and hold
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from harness.record import CaseRun, Event, Evidence, Finding
from harness.record.summary import Summary, summary_of
from reports.resolutions import Resolutions


class Snapshot:
    """One run; `counterexamples` are the case ids of another run that may be met again."""

    def __init__(self, events: Iterable[Event], counterexamples: Collection[str] = ()) -> None:
        self.evidence = Evidence()
        self.tried: Counter[str] = Counter()
        self.broken: dict[str, None] = {}
        self.held: dict[str, None] = {}
        self.resolutions = Resolutions()
        self._sought = frozenset(counterexamples)
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        self.evidence.see(event)
        self.resolutions.see(event)
        if isinstance(event, CaseRun):
            self._see_case(event)

    def _see_case(self, case: CaseRun) -> None:
        decides = case.comparisons > 0 and not case.vacuous and case.verdict in {"HOLDS", "BROKEN"}
        if case.case in self._sought and decides and case.verdict == "HOLDS":
            self.held[case.case] = None
        if case.phase == "search" and decides and case.cell not in self.broken:
            self.tried[case.cell] += 1
        if case.verdict == "BROKEN":
            self.broken[case.cell] = None

    @property
    def summary(self) -> Summary:
        return summary_of(self.evidence)

    @property
    def findings(self) -> dict[str, list[Finding]]:
        """The findings by signature, one per cell, in a stable order."""
        per_cell = {(each.signature or each.title, each.cell): each for each in self.evidence.findings}
        grouped: dict[str, list[Finding]] = {}
        for (signature, _), each in sorted(per_cell.items()):
            grouped.setdefault(signature, []).append(each)
        return grouped

    @property
    def counterexamples(self) -> frozenset[str]:
        """The cases that another run would have to meet again."""
        return frozenset(finding.case for finding in self.evidence.findings)
