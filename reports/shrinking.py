"""How a counterexample shrank: the cases of a cell that broke, from the one that was met to the one that is told.

size = numbers in all primals, then instructions
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.record import CaseRun

_MOST_CELLS = 400
_SHOWN = 6


@dataclass(frozen=True)
class Step:
    """A broken case on the way: its shapes, how many instructions its program had, how far it was off."""

    shapes: str
    size: int
    depth: int | None
    case: str


class Shrinking:
    """Broken cases by cell, in the order in which each became smaller than the one before."""

    def __init__(self) -> None:
        self._cells: dict[str, list[Step]] = {}
        self.tried: dict[str, int] = {}

    def see(self, case: CaseRun) -> None:
        if case.verdict != "BROKEN" and case.cell not in self._cells:
            return
        if case.cell not in self._cells and len(self._cells) >= _MOST_CELLS:
            return
        self.tried[case.cell] = self.tried.get(case.cell, 0) + 1
        steps = self._cells.setdefault(case.cell, [])
        if case.verdict == "BROKEN" and (not steps or _step(case).size < steps[-1].size or (_step(case).depth or 0) < (steps[-1].depth or 0)):
            steps.append(_step(case))

    def way(self, cell: str) -> list[Step]:
        """From the first to the smallest; of a long way the ends. Nothing where the first was the smallest."""
        steps = self._cells.get(cell, [])
        if len(steps) < 2:
            return []
        return steps if len(steps) <= _SHOWN else [*steps[: _SHOWN // 2], *steps[-_SHOWN // 2 :]]


def _step(case: CaseRun) -> Step:
    depth = case.drawn.get("depth")
    shapes = ", ".join("[" + ", ".join(map(str, shape)) + "]" for shape in case.shapes)
    return Step(shapes, sum(math.prod(shape) for shape in case.shapes), depth if isinstance(depth, int) else None, case.case)
