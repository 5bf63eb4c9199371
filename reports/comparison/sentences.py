"""A comparison in words: the tables that the terminal, Markdown and the page have in common, and the Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from harness.record import RunStarted
from reports.comparison.compare import Comparison, Entry
from reports.comparison.snapshot import Snapshot
from reports.comparison.trend import Trend
from reports.markdown import table_of, text_of
from reports.wording import duration, number, plural

SHOWN = 20
SYMBOLS = {"new": "✕", "worse": "▲", "changed": "≠", "fixed": "✓", "not met": "?", "lost": "◔", "blunter": "≈"}
MEANINGS = {
    "new": "findings that the older run does not have",
    "worse": "in more cells than before, or failing where it did not",
    "changed": "the same cells are broken, the error looks different",
    "fixed": "compared again, and they hold",
    "not met": "not met this time, which does not say that they are gone",
    "lost": "cells that gave evidence, and give none any more",
    "blunter": "laws whose comparisons resolve less than before",
}


def sides(comparison: Comparison) -> list[tuple[str, str, str]]:
    """(what, in OLD, in NEW), beginning with the verdict; of the settings only what differs."""
    old, new = comparison.old, comparison.new
    rows = [*zip(("verdict", *_NUMBERS), (old.summary.verdict, *_numbers(old)), (new.summary.verdict, *_numbers(new)), strict=True)]
    before, now = _settings(old), _settings(new)
    names = list(dict.fromkeys([*before, *now]))
    return rows + [(name, before.get(name, "none"), now.get(name, "none")) for name in names if before.get(name) != now.get(name)]


def headline(comparison: Comparison) -> str:
    """All categories in one sentence."""
    told = [f"{len(entries):,} {name}" for name, entries in comparison.entries.items() if entries and name != "lost"]
    lost = sum(entry.cells for entry in comparison.entries["lost"])
    told += [f"{plural(lost, 'cell')} lost"] if lost else []
    return (", ".join(told) or "nothing changed") + "."


def shown(entry: Entry) -> tuple[str, str]:
    """(subject, what became of it) as one reads them."""
    cells = f" ({plural(entry.cells, 'cell')})" if entry.finding is not None else ""
    known = f"; known: {entry.known}" if entry.known is not None else ""
    return entry.subject, f"{entry.told}{cells}{known}"


def drift_rows(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """(setting, typical resolution before, now, what to make of it), the most blunted first."""
    rows = []
    for drift in comparison.drifts:
        verdict = f"{drift.factor:.2g} times blunter" if drift.factor > 1 else f"{1 / drift.factor:.2g} times sharper"
        verdict = verdict if drift.certain else "no clear change"
        rows.append((" ".join(drift.setting), number(10 ** (drift.before / 10), 2), number(10 ** (drift.now / 10), 2), verdict))
    return rows


def render_comparison(comparison: Comparison, trends: Sequence[Trend] = ()) -> str:
    """The comparison as GitHub-flavoured Markdown."""
    parts = [f"## {text_of(headline(comparison))}", table_of(["", "old", "new"], sides(comparison))]
    for name, entries in comparison.entries.items():
        if entries:
            parts.append(f"### {SYMBOLS[name]} {name.capitalize()}: {MEANINGS[name]}")
            parts.append("\n".join(f"- **{text_of(what)}**: {text_of(told)}" for what, told in map(shown, entries[:SHOWN])))
            parts += [f"and {len(entries) - SHOWN:,} more"] if len(entries) > SHOWN else []
    moved = [row for row in drift_rows(comparison) if row[3] != "no clear change"]
    parts += ["### Typical resolution", table_of(["laws", "old", "new", ""], moved)] if moved else []
    parts += ["### Trend", table_of(["", "", "first", "last"], [(each.name, each.spark, each.first, each.last) for each in trends])] if trends else []
    return "\n\n".join(parts) + "\n"


_NUMBERS = ("findings new / known", "cells that hold", "valid comparisons", "time")


def _numbers(run: Snapshot) -> tuple[str, ...]:
    summary = run.summary
    hold = f"{summary.cells.get('HOLDS', 0):,} of {len(run.evidence.cells):,}"
    return f"{summary.findings.new} / {summary.findings.known}", hold, f"{summary.comparisons.valid:,}", duration(summary.duration_s)


def _settings(run: Snapshot) -> dict[str, str]:
    """Everything that a reader must know to compare like with like."""
    first = run.evidence.runs[0] if run.evidence.runs else None
    if first is None:
        return {}
    return {**_versions(first), "profile": first.profile, "seed": str(first.seed), "started": first.started, "command": first.command}


def _versions(run: RunStarted) -> dict[str, str]:
    backends = {str(each.get("name", "backend")): str(each.get("version", "")) for each in run.backends}
    return {"autograd-harness": run.version, **backends, **run.environment}
