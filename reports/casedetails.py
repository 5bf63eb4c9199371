"""Cases told whole, behind the rows of the page's table: all that do not hold, and of those that hold the first of each cell.

JSON {number of the case in the columns: {field: text}}
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from harness.record import CaseRun
from reports.columns import pack
from reports.wording import number, one_line, visible

MOST_NOT_HOLDING, MOST_HOLDING = 2_000, 1_000
_NUMBERS = ("actual", "expected", "bound", "tolerance", "resolution")
_TEXTS = ("where", "pattern", "reason", "rule", "phase")
_DIGITS = 9
_LONGEST = 300


class CaseDetails:
    """What is told; `left_out` counts those that do not hold and found no room."""

    def __init__(self) -> None:
        self.left_out = 0
        self._holding: set[str] = set()
        self._not_holding = 0
        self._told: dict[int, dict[str, str]] = {}

    def see(self, place: int, case: CaseRun) -> None:
        """`place` is the number of the case in the columns."""
        if self._has_room(case):
            self._told[place] = _fields(case)

    def packed(self) -> Markup:
        """The details as text that a template may hold."""
        return pack({str(place): told for place, told in self._told.items()})

    def _has_room(self, case: CaseRun) -> bool:
        if case.verdict == "HOLDS":
            seen = len(self._holding)
            if seen < MOST_HOLDING:
                self._holding.add(case.cell)
            return len(self._holding) > seen
        self._not_holding += 1
        self.left_out += self._not_holding > MOST_NOT_HOLDING
        return self._not_holding <= MOST_NOT_HOLDING


def _fields(case: CaseRun) -> dict[str, str]:
    """Every field that says something, as a person reads it."""
    values: dict[str, Any] = {name: number(getattr(case, name), _DIGITS) for name in _NUMBERS}
    values |= {name: getattr(case, name) for name in _TEXTS}
    values |= {"evaluations": case.evaluations or "", "shapes": case.shapes or "", "layouts": ", ".join(map(str, case.layouts))}
    values |= {f"drawn: {name}": value for name, value in case.drawn.items()}
    return {visible(name): one_line(visible(str(value)), _LONGEST) for name, value in values.items() if value not in ("", None)}
