"""The run as Markdown that fits the summary of a CI step: verdict, evidence by family, findings with their reproduction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.record import Event, Evidence
from harness.record.summary import summary_of
from reports.conclusion import conclusion
from reports.grouping import Group, group_findings
from reports.meaning import worth_of
from reports.reproduction import fenced, replay_of
from reports.wording import brief_count, duration, one_line, plural, symbol, visible

_FINDINGS_SHOWN = 20
_LONGEST_BLOCK = 6_000
NO_BOUND = "no bound"


def render_markdown(events: Iterable[Event]) -> str:
    """The report of a record as GitHub-flavoured Markdown, far below the megabyte that a step summary may have."""
    evidence = Evidence(events)
    summary = summary_of(evidence)
    groups = group_findings(evidence.findings)
    head = [
        f"## {symbol(summary.verdict)} {summary.verdict}",
        text_of(conclusion(evidence)),
        f"{_code(summary.command)} · seed {summary.seed} · {duration(summary.duration_s)} · exit code {summary.exit_code}",
    ]
    shown = [_finding(group) for group in groups[:_FINDINGS_SHOWN]]
    left = [f"{plural(len(groups) - _FINDINGS_SHOWN, 'more finding')} in the HTML report."] if len(groups) > _FINDINGS_SHOWN else []
    head += [text_of(notice) for notice in summary.notices]
    return "\n\n".join([*head, *_evidence(evidence), *shown, *left]) + "\n"


def _evidence(evidence: Evidence) -> list[str]:
    rows = [
        [worth.family, f"{worth.holding} of {worth.cells}", brief_count(worth.total), _bound(worth.weakest)]
        for worth in worth_of(evidence.cells.values())
    ]
    return [table_of(["laws", "cells that hold", "valid comparisons", "weakest cell: wrong at most"], rows), *_no_bound(rows)] if rows else []


def _no_bound(rows: Sequence[Sequence[str]]) -> list[str]:
    """What "no bound" means, where it stands."""
    few = [row for row in rows if row[-1] == NO_BOUND]
    return [f"{NO_BOUND}: a cell with so few comparisons limits no share of wrong inputs (3 / n, 95 % confidence, from n = 4 on)."] if few else []


def _bound(weakest: int) -> str:
    return f"{300 / weakest:.2g} %" if weakest > 3 else NO_BOUND


def _finding(group: Group) -> str:
    example = group.example
    state = "new" if group.known is None else f"known: {group.known}"
    lines = [f"### {symbol(example.verdict)} {text_of(one_line(example.title))}", f"{text_of(state)} · {plural(len(group.cells), 'cell')}"]
    return "\n\n".join([*lines, fenced(visible(example.text)[:_LONGEST_BLOCK], "text"), _code(replay_of(example))])


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(text_of(str(value)) for value in line) + " |" for line in lines)


def text_of(words: str) -> str:
    """A foreign text on one line that starts no HTML, link, table column or emphasis of its own."""
    flat = " ".join(str(visible(words)).split())
    return "".join("&lt;" if letter == "<" else f"\\{letter}" if letter in "|`*_[]\\" else letter for letter in flat)


def _code(words: str) -> str:
    """Inline code whose fence is longer than any in it."""
    flat = " ".join(str(visible(words)).split())
    fence = "`"
    while fence in flat:
        fence += "`"
    return f"{fence} {flat} {fence}" if "`" in flat else f"`{flat or ' '}`"
