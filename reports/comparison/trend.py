"""Many runs in a row: each number of the summary as a line that fits into a table cell.

spark([1, 3, 2])  ->  "▁█▄"
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.record import Summary
from reports.wording import brief_count, duration

_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Trend:
    """One number over several runs, oldest first."""

    name: str
    values: tuple[float, ...]
    first: str
    last: str

    @property
    def spark(self) -> str:
        return spark(self.values)


def trends(summaries: Sequence[Summary]) -> list[Trend]:
    """The numbers worth watching, over runs in the order in which they began; nothing for fewer than two runs."""
    if len(summaries) < 2:
        return []
    return [
        _trend("new findings", [each.findings.new for each in summaries]),
        _trend("known findings", [each.findings.known for each in summaries]),
        _trend("cells that hold", [each.cells.get("HOLDS", 0) for each in summaries]),
        _trend("valid comparisons", [each.comparisons.valid for each in summaries]),
        _trend("inconclusive comparisons", [each.comparisons.inconclusive for each in summaries]),
        _trend("time", [each.duration_s for each in summaries], timed=True),
    ]


def spark(values: Sequence[float]) -> str:
    """A bar per value, the lowest for the smallest and the highest for the largest; a dot where a value is not finite."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return "".join(_bar(value, low, high) if math.isfinite(value) else "·" for value in values)


def _bar(value: float, low: float, high: float) -> str:
    return _BARS[0] if high == low else _BARS[round((len(_BARS) - 1) * (value - low) / (high - low))]


def _trend(name: str, values: Sequence[float], *, timed: bool = False) -> Trend:
    first, last = (duration(value) if timed else brief_count(int(value)) for value in (values[0], values[-1]))
    return Trend(name, tuple(map(float, values)), first, last)
