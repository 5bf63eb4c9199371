"""The tables of a finding: its instructions up to the first wrong one, and the deeds on a tape with the gradients after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.wording import number

_LEAVES = 4


@dataclass(frozen=True)
class Deed:
    """What was done; what was seen of it (an answer, or the gradients that changed), what was due, and whether the two differ."""

    told: str
    seen: str
    due: str
    wrong: bool


def timeline_of(rows: Any, shown: Callable[[Any], str]) -> list[Deed]:
    """The deeds as they are told: gradients where they changed, answers where something was asked."""
    deeds, before = [], dict[str, Any]()
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            deeds.append(_deed(row, before, shown))
            before = row["seen"] if isinstance(row.get("seen"), dict) else before
    return deeds


def _deed(row: dict[str, Any], before: dict[str, Any], shown: Callable[[Any], str]) -> Deed:
    seen, due = row.get("seen"), row.get("expected", row.get("seen"))
    answer, right = row.get("answer"), row.get("expected_answer", row.get("answer"))
    told = str(row.get("deed", ""))
    if answer is not None:
        return Deed(told, str(answer), str(right), answer != right)
    wrong = seen != due
    if not isinstance(seen, dict) or not isinstance(due, dict) or (seen == before and not wrong):
        return Deed(told, "", "", False)
    return Deed(told, _gradients(seen, before, due, shown), _gradients(due, before, seen, shown), wrong)


def _gradients(seen: dict[str, Any], before: dict[str, Any], other: dict[str, Any], shown: Callable[[Any], str]) -> str:
    """The gradients that are new, or differ from the other side's."""
    told = [name for name in seen if seen[name] != before.get(name) or seen[name] != other.get(name)][:_LEAVES]
    return ", ".join(f"{name}.grad = {'none' if seen[name] is None else f'[{shown(seen[name])}]'}" for name in told)


def bisection_of(rows: Any) -> list[tuple[str, str, str, bool]]:
    """(instruction, verdict up to it, verdict of it alone, is it the first wrong one)."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    told = [tuple(str(row.get(name, "")) for name in ("instruction", "upto", "alone")) for row in found]
    return [(instruction, upto, alone, upto == "BROKEN") for instruction, upto, alone in told]


def entries_of(worst: list[tuple[str, float, float, float]]) -> list[tuple[str, str, str, str]]:
    """(entry, actual, expected, error) as text."""
    return [(entry, number(actual, 7), number(expected, 7), number(error, 2)) for entry, actual, expected, error in worst]
