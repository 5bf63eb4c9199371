"""The cells of one backend that cannot run, as one test item: thousands of rows in the record cost what one does.

gaps(cells) = the cells that can run, then per backend all others together, with their reasons counted
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.record import Counts
from harness.running.cells import Cell
from harness.verdict import Verdict


@dataclass(frozen=True)
class Gaps:
    """What `backend` was asked for and does not offer."""

    backend: str
    cells: tuple[Cell, ...]

    @property
    def id(self) -> str:
        return f"unsupported/{self.backend}"

    @property
    def reason(self) -> str:
        """The reasons, the most frequent first: "backend toy has no op 'log'. (8 cells)"."""
        counted = Counter(cell.unsupported for cell in self.cells).most_common()
        return " ".join(f"{reason} ({count:,} {'cell' if count == 1 else 'cells'})" for reason, count in counted)

    def told(self) -> dict[str, Any]:
        """As harness.plugin.outcomes tells of one cell, and how many these are."""
        no_comparison = msgspec.to_builtins(Counts())
        told = {"cell": self.id, "verdict": Verdict.UNSUPPORTED.value, "reason": "", "counts": no_comparison, "title": "", "text": "", "known": None}
        return told | {"cells": len(self.cells), "notices": []}


def items(cells: Sequence[Cell]) -> list[Cell | Gaps]:
    """The test items of a run: a cell each, and the gaps of each backend together."""
    gaps: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.unsupported:
            gaps.setdefault(cell.backend, []).append(cell)
    return [*(cell for cell in cells if not cell.unsupported), *(Gaps(name, tuple(found)) for name, found in gaps.items())]
