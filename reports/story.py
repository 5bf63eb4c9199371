"""A finding as the page tells it: what is wrong, why we think so, where else, and how to see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from harness.record import RunStarted
from reports.charts.heatmap import heat_maps
from reports.charts.ladder import ladder_chart
from reports.charts.slices import slice_charts
from reports.deeds import Deed, bisection_of, entries_of, timeline_of
from reports.diagnosis import Diagnosis, diagnosis_of
from reports.grouping import Group
from reports.jacobian import Jacobian, jacobian_of
from reports.reproduction import Tab, reproductions
from reports.shrinking import Shrinking, Step
from reports.wording import as_number, number

FULL = 100  # findings told in full: a page of a thousand must still open
_COMPARED = ("actual", "expected", "bound", "tolerance", "resolution", "evaluations")
_DRAWN = ("ladder", "neighbourhood", "slice", "bisection", "timeline")
_TOLD = frozenset({*_COMPARED, *_DRAWN, "where", "pattern", "rule", "reason", "verdict", "comparisons", "vacuous"})


@dataclass(frozen=True)
class Story:
    """One group of findings, ready for the template; `anchor` is its place on the page."""

    anchor: str
    group: Group
    summary: str
    diagnosis: Diagnosis | None
    compared: list[tuple[str, str]]
    neighbourhood: list[tuple[str, str]]
    tabs: list[Tab]
    ladder: Markup | None = None
    slices: Sequence[Markup] = ()
    maps: Sequence[Markup] = ()
    entries: Sequence[tuple[str, str, str, str]] = ()
    bisection: Sequence[tuple[str, str, str, bool]] = ()
    timeline: Sequence[Deed] = ()
    way: Sequence[Step] = ()
    others: Sequence[tuple[str, str]] = ()

    @property
    def headline(self) -> str:
        """The title without the configuration, which the list of all findings tells once."""
        return self.group.example.title.split(" in backend ")[0]


def stories(groups: Sequence[Group], runs: Sequence[RunStarted], shrinking: Shrinking | None = None) -> list[Story]:
    """One story per group, in their order."""
    told = [_story(f"finding-{number}", group, runs, shrinking or Shrinking()) for number, group in enumerate(groups[:FULL], start=1)]
    return told + [_brief(f"finding-{number}", group) for number, group in enumerate(groups[FULL:], start=FULL + 1)]


def anchors(told: Sequence[Story]) -> dict[str, str]:
    """Where on the page each broken cell is told."""
    return {finding.cell: story.anchor for story in reversed(told) for finding in story.group.findings}


def _story(anchor: str, group: Group, runs: Sequence[RunStarted], shrinking: Shrinking) -> Story:
    result = group.example.result
    jacobian = jacobian_of(result)
    return Story(
        anchor=anchor,
        group=group,
        summary=_summary(result, jacobian),
        diagnosis=diagnosis_of(group.example, jacobian),
        compared=_compared(result),
        ladder=ladder_chart(result.get("ladder"), result.get("actual"), result.get("expected")),
        slices=slice_charts(result.get("slice"), result.get("actual"), result.get("expected")),
        maps=heat_maps(jacobian) if jacobian and len(jacobian.outputs) * len(jacobian.inputs) > 1 else [],
        entries=entries_of(jacobian.worst()) if jacobian and len(jacobian.outputs) * len(jacobian.inputs) > 1 else [],
        bisection=bisection_of(result.get("bisection")),
        timeline=timeline_of(result.get("timeline"), _shown),
        way=shrinking.way(group.example.cell),
        neighbourhood=_pairs(result.get("neighbourhood")),
        others=_others(result, drawn=jacobian is not None),
        tabs=reproductions(group.example, runs),
    )


def _brief(anchor: str, group: Group) -> Story:
    """The words, the numbers and the way to see it; the pictures are left to those before."""
    result = group.example.result
    jacobian = jacobian_of(result)
    return Story(
        anchor=anchor,
        group=group,
        summary=_summary(result, jacobian),
        diagnosis=diagnosis_of(group.example, jacobian),
        compared=_compared(result),
        neighbourhood=_pairs(result.get("neighbourhood")),
        tabs=[tab for tab in reproductions(group.example, ()) if tab.label == "Replay"],
    )


def _others(result: dict[str, Any], *, drawn: bool) -> list[tuple[str, str]]:
    """Whatever else the record says; the Jacobian only where it is not drawn."""
    details = result.get("details")
    plain = (
        {name: value for name, value in details.items() if name not in ("jacobian", "script") or (name == "jacobian" and not drawn)}
        if isinstance(details, dict)
        else {"details": details}
    )
    left = {**{name: value for name, value in result.items() if name not in _TOLD and name != "details"}, **plain}
    return [(str(name), _shown(value)) for name, value in sorted(left.items(), key=lambda item: str(item[0])) if value not in (None, "", [], {})]


def _summary(result: dict[str, Any], jacobian: Jacobian | None) -> str:
    """The smallest counterexample in one line, with digits enough to tell the two sides apart."""
    if jacobian:
        entry, seen, due, _ = jacobian.worst()[0]
        return f"{entry}: actual {number(seen, 10)}, expected {number(due, 10)}"
    where, actual, expected = str(result.get("where") or ""), result.get("actual"), result.get("expected")
    if actual is None or expected is None or "actual" in where:
        return where or str(result.get("reason") or "")
    return f"{where}{': ' if where else ''}actual {number(actual, 10)}, expected {number(expected, 10)}"


def _compared(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Actual before expected, what was allowed and how that was derived, and how far beyond it the discrepancy lies."""
    rows = [
        (name, number(result[name], 9 if name in {"actual", "expected"} else 3))
        for name in _COMPARED
        if result.get(name) is not None and (name != "evaluations" or result[name])
    ]
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
