"""A finding as the page tells it: what is wrong, why we think so, where else, and how to see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from harness.record import RunStarted
from reports.charts.ladder import ladder_chart
from reports.grouping import Group
from reports.reproduction import Tab, reproductions
from reports.wording import as_number, number

_COMPARED = ("actual", "expected", "bound", "tolerance", "resolution", "evaluations")
_TOLD = frozenset({*_COMPARED, "where", "pattern", "rule", "ladder", "neighbourhood", "reason", "verdict", "comparisons", "vacuous"})


@dataclass(frozen=True)
class Story:
    """One group of findings, ready for the template; `anchor` is its place on the page."""

    anchor: str
    group: Group
    summary: str
    diagnosis: str
    compared: list[tuple[str, str]]
    ladder: Markup | None
    neighbourhood: list[tuple[str, str]]
    others: list[tuple[str, str]]
    tabs: list[Tab]


def stories(groups: Sequence[Group], runs: Sequence[RunStarted]) -> list[Story]:
    """One story per group, in their order."""
    return [_story(f"finding-{number}", group, runs) for number, group in enumerate(groups, start=1)]


def anchors(told: Sequence[Story]) -> dict[str, str]:
    """Where on the page each broken cell is told."""
    return {finding.cell: story.anchor for story in reversed(told) for finding in story.group.findings}


def _story(anchor: str, group: Group, runs: Sequence[RunStarted]) -> Story:
    result = group.example.result
    return Story(
        anchor=anchor,
        group=group,
        summary=_summary(result),
        diagnosis=str(result.get("pattern") or ""),
        compared=_compared(result),
        ladder=ladder_chart(result.get("ladder"), result.get("actual"), result.get("expected")),
        neighbourhood=_pairs(result.get("neighbourhood")),
        others=[(str(name), _shown(value)) for name, value in sorted(result.items()) if name not in _TOLD and value not in (None, "", [], {})],
        tabs=reproductions(group.example, runs),
    )


def _summary(result: dict[str, Any]) -> str:
    """The smallest counterexample in one line."""
    where = str(result.get("where") or "")
    if where or result.get("actual") is None or result.get("expected") is None:
        return where or str(result.get("reason") or "")
    return f"actual {number(result['actual'], 9)}, expected {number(result['expected'], 9)}"


def _compared(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Actual before expected, what was allowed and how that was derived, and how far beyond it the discrepancy lies."""
    rows = [(name, number(result[name], 9 if name in {"actual", "expected"} else 3)) for name in _COMPARED if result.get(name) is not None]
    actual, expected, tolerance = (as_number(result.get(name)) for name in ("actual", "expected", "tolerance"))
    if actual is not None and expected is not None:
        off = abs(actual - expected)
        times = f", {off / tolerance:.1e} times the tolerance" if tolerance else ""
        rows.insert(2, ("discrepancy", f"{number(off)}{times}"))
    return [*rows, ("rule", str(result["rule"]))] if result.get("rule") else rows


def _pairs(table: Any) -> list[tuple[str, str]]:
    """A neighbourhood table as (what was changed, what became of it): rows of {change, verdict, ...} or {change: verdict}."""
    if isinstance(table, dict):
        return [(str(change), _shown(outcome)) for change, outcome in table.items()]
    rows = [row for row in table if isinstance(row, dict)] if isinstance(table, list | tuple) else []
    return [(str(row.get("change", "")), " ".join(_shown(value) for name, value in row.items() if name != "change")) for row in rows]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(item)}" for name, item in value.items())
    return ", ".join(_shown(item) for item in value) if isinstance(value, list | tuple) else number(value)
