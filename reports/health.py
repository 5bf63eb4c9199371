"""Is the oracle itself in good health: how often it could not decide and why, what it cost, how sharp it was.

resolution = allowed discrepancy / scale of the gradient: a law can be tested no more sharply than this
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from statistics import median_low

from harness.record import CaseRun, CellEnded

_LOWEST, _HIGHEST = -17, 2  # decades of resolution that the histogram tells apart
_REASONS_KEPT = 1000


class Health:
    """Counts over all cases of the search."""

    def __init__(self) -> None:
        self.cases = 0
        self.undecided = 0
        self.reasons: Counter[str] = Counter()
        self.evaluations: Counter[int] = Counter()
        self.decades: Counter[int] = Counter()

    def see(self, case: CaseRun) -> None:
        self.cases += 1
        if case.verdict == "INCONCLUSIVE":
            self.undecided += 1
            reason = case.reason.split(":")[0].strip() or "no reason given"
            self.reasons[reason if reason in self.reasons or len(self.reasons) < _REASONS_KEPT else "other reasons"] += 1
        if case.evaluations:
            self.evaluations[case.evaluations] += 1
        if case.resolution is not None and math.isfinite(case.resolution) and case.verdict in {"HOLDS", "BROKEN"} and not case.vacuous:
            self.decades[_decade(case.resolution)] += 1

    @property
    def typical_evaluations(self) -> int:
        """The median number of times that the function was evaluated for one comparison; 0 where none were counted."""
        return median_low(sorted(self.evaluations.elements())) if self.evaluations else 0

    def top_reasons(self, most: int = 12) -> list[tuple[str, int]]:
        return sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))[:most]

    def resolutions(self) -> list[tuple[int, int]]:
        """(decade, cases) without gaps, from the sharpest decade seen to the bluntest."""
        return [(decade, self.decades[decade]) for decade in range(min(self.decades), max(self.decades) + 1)] if self.decades else []


def undecided_where(cells: Iterable[CellEnded], most: int = 12) -> list[tuple[str, int, int]]:
    """(op, comparisons without a decision, comparisons), the ops with most of them first."""
    undecided, attempted = Counter[str](), Counter[str]()
    for cell in cells:
        undecided[cell.op] += cell.counts.inconclusive
        attempted[cell.op] += cell.counts.attempted
    found = sorted(((op, count, attempted[op]) for op, count in undecided.items() if count), key=lambda row: (-row[1], row[0]))
    return found[:most]


def _decade(resolution: float) -> int:
    return _LOWEST if resolution <= 0 else max(_LOWEST, min(_HIGHEST, math.floor(math.log10(resolution))))
