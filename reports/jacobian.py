"""A finding's Jacobian as the record holds it, checked: actual and expected entries, and the names of their rows and columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from reports.wording import as_number

_MOST = 40  # rows or columns drawn
_SHOWN = 8


@dataclass(frozen=True)
class Jacobian:
    """`actual` and `expected` are (outputs, inputs); entries without an estimate are NaN."""

    actual: list[list[float]]
    expected: list[list[float]]
    outputs: list[str]
    inputs: list[str]

    @property
    def largest(self) -> float:
        """The largest finite expected magnitude, or actual one where all expected vanish."""
        for rows in (self.expected, self.actual):
            size = max((abs(value) for row in rows for value in row if math.isfinite(value)), default=0.0)
            if size > 0:
                return size
        return 0.0

    def errors(self) -> list[list[float]]:
        """|actual - expected|, entry by entry."""
        return [[abs(a - e) for a, e in zip(*rows, strict=True)] for rows in zip(self.actual, self.expected, strict=True)]

    def worst(self) -> list[tuple[str, float, float, float]]:
        """(entry, actual, expected, error), the largest errors first; those that are not finite before all."""
        told = [
            (f"d {self.outputs[i]} / d {self.inputs[j]}", self.actual[i][j], self.expected[i][j], error)
            for i, row in enumerate(self.errors())
            for j, error in enumerate(row)
        ]
        return sorted(told, key=lambda entry: -entry[3] if math.isfinite(entry[3]) else -math.inf)[:_SHOWN]


def jacobian_of(result: dict[str, Any]) -> Jacobian | None:
    """The Jacobian among the details of a result; None where there is none, or not a whole one."""
    details = result.get("details")
    found = details.get("jacobian") if isinstance(details, dict) else None
    if not isinstance(found, dict):
        return None
    actual, expected = _rows(found.get("actual")), _rows(found.get("expected"))
    outputs, inputs = _names(found.get("outputs")), _names(found.get("inputs"))
    shapes = {tuple(map(len, rows)) for rows in (actual, expected)}
    if not actual or not inputs or shapes != {(len(inputs),) * len(outputs)} or max(len(outputs), len(inputs)) > _MOST:
        return None
    return Jacobian(actual, expected, outputs, inputs)


def _rows(value: Any) -> list[list[float]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        return []
    return [[_entry(each) for each in row] for row in value]


def _entry(value: Any) -> float:
    found = as_number(value)
    return math.nan if found is None else found


def _names(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
