"""How close to its allowance each comparison came, so that near misses are seen before they are findings.

height = log10(|actual - expected| / tolerance)           above 0 the comparison does not hold
conditioning = (size by chance) / |expected|, size by chance = tolerance / resolution: how much cancels in the number that is compared
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field

from harness.record import CaseRun

LOWEST, HIGHEST = -8, 8  # decades of the ratio; what lies beyond is drawn at the edge
STEPS = 2  # bins per decade
_NEAR = 0.1
_NEAREST_KEPT = 10
_EMPTY = 0.5  # where zero-size arrays are drawn: just below one element
_WIDEST = 20


PLACES = {  # what a case stands at, in the words of the page's filter, and as an axis is labelled
    "size": "elements of the first primal",
    "conditioning": "conditioning",
    "kink": "distance to the nearest kink",
    "resolution": "resolution",
}
Places = tuple[float | None, ...]


@dataclass
class Panel:
    """Cases binned over one property: `bins` maps (bin of log10 x, bin of log10 ratio, does it hold) to cases."""

    name: str
    label: str
    bins: Counter[tuple[int, int, bool]] = field(default_factory=Counter)


def ratio_of(case: CaseRun) -> float | None:
    """Discrepancy over tolerance; None where one of them is missing or NaN."""
    if case.actual is None or case.expected is None or case.tolerance is None:
        return None
    discrepancy = 0.0 if case.actual == case.expected else abs(case.actual - case.expected)
    if case.tolerance > 0:
        return None if math.isnan(discrepancy / case.tolerance) else discrepancy / case.tolerance
    return None if math.isnan(discrepancy) else (0.0 if discrepancy == 0 else math.inf)


class Landscape:
    """Binned ratios over several properties, and the holding cases that came nearest to breaking."""

    def __init__(self) -> None:
        self.cases = 0
        self.unmeasured = 0
        self.panels = [Panel(name, label) for name, label in PLACES.items()]
        self._nearest: list[tuple[float, str, str]] = []

    def see(self, case: CaseRun, ratio: float | None, places: Places) -> None:
        if case.vacuous or case.verdict not in {"HOLDS", "BROKEN"}:
            return
        if ratio is None:
            self.unmeasured += 1
            return
        self.cases += 1
        holds, height = case.verdict == "HOLDS", _bin(ratio, LOWEST, HIGHEST)
        for panel, x in zip(self.panels, places, strict=True):
            if x is not None:
                panel.bins[_bin(x, -_WIDEST, _WIDEST), height, holds] += 1
        if holds and ratio > _NEAR:
            self._keep(ratio, case)

    def _keep(self, ratio: float, case: CaseRun) -> None:
        heapq.heappush(self._nearest, (ratio, case.case, case.cell))
        if len(self._nearest) > _NEAREST_KEPT:
            heapq.heappop(self._nearest)

    def near_misses(self) -> list[tuple[float, str, str]]:
        """(ratio, case, cell), nearest to breaking first."""
        return sorted(self._nearest, reverse=True)


def positions(case: CaseRun) -> Places:
    """Where the case stands, one number per entry of PLACES; None where it does not."""
    margin = case.drawn.get("margin")
    size = max(float(math.prod(case.shapes[0])), _EMPTY) if case.shapes else None
    return size, _conditioning(case), float(margin) if isinstance(margin, int | float) else None, case.resolution


def _conditioning(case: CaseRun) -> float | None:
    known = case.expected, case.tolerance, case.resolution
    if any(value is None or not math.isfinite(value) or value == 0 for value in known):
        return None
    expected, tolerance, resolution = (float(value or 0) for value in known)
    return tolerance / resolution / abs(expected)


def _bin(value: float, lowest: int, highest: int) -> int:
    """The bin of log10(value), STEPS a decade, held between the two decades."""
    if math.isnan(value) or value <= 0:
        return lowest * STEPS
    return highest * STEPS if math.isinf(value) else max(lowest * STEPS, min(highest * STEPS, math.floor(math.log10(value) * STEPS)))
