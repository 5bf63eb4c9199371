"""Where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.record import CellEnded

_SHOWN = 10


def slowest(cells: Iterable[CellEnded]) -> list[CellEnded]:
    """The cells that took longest."""
    return sorted(cells, key=lambda cell: (-cell.seconds, cell.cell))[:_SHOWN]


def shares_of_time(cells: Iterable[CellEnded]) -> list[tuple[str, float]]:
    """(part of the work, seconds) over all cells, the largest first."""
    total: Counter[str] = Counter()
    for cell in cells:
        total.update(cell.shares)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))
