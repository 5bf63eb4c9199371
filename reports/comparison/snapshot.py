"""What a comparison needs of one record, read in one pass: memory grows with cells and findings, not with cases.

tried[cell]      comparisons up to and including the first that broke: how rarely the finding is met
held             counterexamples of the other run that were compared again, and hold
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable

from harness.record import CaseRun, CellEnded, Event, Evidence, Finding
from harness.record.summary import Summary, summary_of

Setting = tuple[str, str, str]  # law family, dtype, device


class Snapshot:
    """One run; `counterexamples` are the case ids of another run that may be met again."""

    def __init__(self, events: Iterable[Event], counterexamples: Collection[str] = ()) -> None:
        self.evidence = Evidence()
        self.tried: Counter[str] = Counter()
        self.broken: dict[str, None] = {}
        self.held: dict[str, None] = {}
        self.resolutions: dict[Setting, Counter[int]] = {}
        self._sought = frozenset(counterexamples)
        self._pending: dict[str, Counter[int]] = {}
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        self.evidence.see(event)
        if isinstance(event, CaseRun):
            self._see_case(event)
        elif isinstance(event, CellEnded) and event.cell in self._pending:
            setting = event.family, event.dtype, event.device
            self.resolutions.setdefault(setting, Counter()).update(self._pending.pop(event.cell))

    def _see_case(self, case: CaseRun) -> None:
        decides = case.comparisons > 0 and not case.vacuous and case.verdict in {"HOLDS", "BROKEN"}
        if case.case in self._sought and decides and case.verdict == "HOLDS":
            self.held[case.case] = None
        if case.phase == "search" and decides and case.cell not in self.broken:
            self.tried[case.cell] += 1
            self._see_resolution(case)
        if case.verdict == "BROKEN":
            self.broken[case.cell] = None

    def _see_resolution(self, case: CaseRun) -> None:
        if case.resolution is not None and 0 < case.resolution < math.inf:
            self._pending.setdefault(case.cell, Counter())[round(10 * math.log10(case.resolution))] += 1

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
