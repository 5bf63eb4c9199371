"""How finely comparisons resolve, by law family, dtype and device: tallies of 10 log10(resolution), so that half a million cases fit in a page.

resolution = allowed discrepancy / scale of the gradient
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict

from harness.record import CaseRun, CellEnded, Event

Setting = tuple[str, str, str]  # law family, dtype, device


class Resolutions:
    """Fed with events in order; a cell's cases are settled when its row says of which family and dtype they were."""

    def __init__(self) -> None:
        self.settings: dict[Setting, Counter[int]] = {}
        self._pending: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def see(self, event: Event) -> None:
        if isinstance(event, CaseRun):
            self._see_case(event)
        elif isinstance(event, CellEnded) and event.cell in self._pending:
            setting = event.family, event.dtype, event.device
            self.settings.setdefault(setting, Counter()).update(self._pending.pop(event.cell))

    def _see_case(self, case: CaseRun) -> None:
        decides = case.comparisons > 0 and not case.vacuous and case.verdict in {"HOLDS", "BROKEN"} and case.phase == "search"
        if decides and case.resolution is not None and 0 < case.resolution < math.inf:
            self._pending[case.cell][round(10 * math.log10(case.resolution))] += 1

    def by_dtype(self) -> list[tuple[str, str, int, float, float]]:
        """(law family, dtype, comparisons, half of them resolve this, 95 % of them this), the sharpest dtype of each family first."""
        merged: dict[tuple[str, str], Counter[int]] = {}
        for (family, dtype, _), tally in self.settings.items():
            merged.setdefault((family, dtype), Counter()).update(tally)
        rows = [(family, dtype, tally.total(), _quantile(tally, 0.5), _quantile(tally, 0.95)) for (family, dtype), tally in merged.items()]
        order = list(dict.fromkeys(family for family, *_ in rows))
        return sorted(rows, key=lambda row: (order.index(row[0]), row[3], row[1]))


def _quantile(tally: Counter[int], share: float) -> float:
    """The resolution that this share of the comparisons reaches, as a number."""
    left = math.ceil(share * tally.total())
    for tenths in sorted(tally):
        left -= tally[tenths]
        if left <= 0:
            return float(10.0 ** (tenths / 10))
    return math.nan
