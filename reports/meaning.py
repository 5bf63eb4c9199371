"""What n passes are worth: the rule of three.

    0 failures in n independent cases  =>  P(a case of this generator fails) < 3 / n   with 95 % confidence      ((1 - p)^n > 0.05)

Source: Hanley and Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249 (1983).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

from harness.record import CellEnded, cell_verdict


@dataclass(frozen=True)
class Worth:
    """The evidence for one family of laws, over the cells in which it holds."""

    family: str
    cells: int
    holding: int
    weakest: int
    typical: int
    total: int

    @property
    def bound(self) -> float:
        """Upper limit of the failure probability in the weakest holding cell; 1 where there is no evidence."""
        return min(1.0, 3 / self.weakest) if self.weakest else 1.0


def worth_of(cells: Iterable[CellEnded]) -> list[Worth]:
    """One row per law family, in the order in which they ran."""
    families: dict[str, list[CellEnded]] = {}
    for cell in cells:
        if cell.verdict != "UNSUPPORTED":
            families.setdefault(cell.family, []).append(cell)
    return [_worth(family, members) for family, members in families.items()]


def _worth(family: str, cells: list[CellEnded]) -> Worth:
    valid = [cell.counts.valid for cell in cells if cell_verdict(cell) == "HOLDS"]
    return Worth(family, len(cells), len(valid), min(valid, default=0), median_low(valid) if valid else 0, sum(cell.counts.valid for cell in cells))
