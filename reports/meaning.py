"""What n passes are worth: the rule of three.

    0 failures in n independent cases  =>  P(a case of this generator fails) < 3 / n   with 95 % confidence      ((1 - p)^n > 0.05)

Over several cells n adds up and p is their mean, weighted by n: prod (1 - p_i)^n_i <= (1 - p)^n. That holds of a family only where nothing in it
broke: to leave out the cells that broke would choose by the outcome.

Source: Hanley and Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249 (1983).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.record import CellEnded, cell_verdict
from harness.record.evidence import WRONG
from reports.matrix import place


@dataclass(frozen=True)
class Worth:
    """The evidence for one family of laws: `together` over all of its cells (None where some are wrong), `bound` for the weakest that holds."""

    family: str
    cells: int
    holding: int
    weakest: int
    total: int
    together: float | None

    @property
    def bound(self) -> float:
        """Upper limit of the failure probability in the weakest holding cell; 1 where there is no evidence."""
        return _limit(self.weakest)


def worth_of(cells: Iterable[CellEnded]) -> list[Worth]:
    """One row per column of the matrix, in the order in which they ran."""
    families: dict[str, list[CellEnded]] = {}
    for cell in cells:
        if cell.verdict != "UNSUPPORTED":
            families.setdefault(place(cell)[2], []).append(cell)
    return [_worth(family, members) for family, members in families.items()]


def _worth(family: str, cells: list[CellEnded]) -> Worth:
    valid = [cell.counts.valid for cell in cells if cell_verdict(cell) == "HOLDS"]
    total = sum(cell.counts.valid for cell in cells)
    together = None if any(cell.counts.broken or cell.verdict in WRONG for cell in cells) else _limit(total)
    return Worth(family, len(cells), len(valid), min(valid, default=0), total, together)


def _limit(comparisons: int) -> float:
    return min(1.0, 3 / comparisons) if comparisons else 1.0
