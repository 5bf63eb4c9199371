"""Which deed on a tape was followed by which, over all cells: what the tape laws have walked through, and what they never tried.

pairs[first, then] = how often        an empty square is a sequence that nobody has looked at
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from harness.record import CellEnded

_SEPARATOR = " > "
_MOST = 30  # deeds told apart


@dataclass(frozen=True)
class DeedPairs:
    """`deeds` by frequency; `rows[i][j]` counts deed j right after deed i."""

    deeds: list[str]
    rows: list[list[int]]
    cells: int

    @property
    def covered(self) -> int:
        return sum(count > 0 for row in self.rows for count in row)

    @property
    def total(self) -> int:
        return sum(map(sum, self.rows))


def deed_pairs(cells: Iterable[CellEnded]) -> DeedPairs | None:
    """The pairs of all cells; None where no tape was touched."""
    pairs: Counter[tuple[str, str]] = Counter()
    touched = [cell for cell in cells if cell.pairs]
    for cell in touched:
        for name, count in cell.pairs.items():
            first, _, then = name.partition(_SEPARATOR)
            pairs[first, then] += count
    if not pairs:
        return None
    often: Counter[str] = Counter()
    for (first, then), count in pairs.items():
        often[first] += count
        often[then] += count
    deeds = [deed for deed, _ in sorted(often.items(), key=lambda item: (-item[1], item[0]))][:_MOST]
    return DeedPairs(deeds, [[pairs[first, then] for then in deeds] for first in deeds], len(touched))
