"""How to see a finding for oneself: the same counterexample as a script, a replay, a test, data, and a text to send upstream."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.record import Finding, RunStarted
from reports.wording import number

_REPLAY = re.compile(r"^  reproduce +(autograd-harness replay .+?)(?: {8}|$)", re.MULTILINE)


@dataclass(frozen=True)
class Tab:
    """One way to reproduce: what it is called, what it needs, and the text to copy."""

    label: str
    needs: str
    text: str


def reproductions(finding: Finding, runs: Sequence[RunStarted]) -> list[Tab]:
    """Only what the record really holds; `replay` and the issue text always."""
    tabs = [
        Tab("Script", f"needs {finding.backend.split(':')[0]} and NumPy only", finding.script),
        Tab("Replay", "needs this harness and the folder of this run", replay_of(finding)),
        Tab("pytest", "a test to keep; needs this harness", finding.pytest),
        Tab("JSON", f"the case as data, cases/{finding.case}.json", finding.case_json),
        Tab("Issue", "Markdown, to send upstream", issue_text(finding, runs)),
    ]
    return [tab for tab in tabs if tab.text]


def replay_of(finding: Finding) -> str:
    """The command as the finding tells it, which knows where its file lies; else by the case's id."""
    told = _REPLAY.search(finding.text)
    return told[1] if told else f"autograd-harness replay {finding.case}"


def issue_text(finding: Finding, runs: Sequence[RunStarted]) -> str:
    """A bug report that a maintainer can act on: what, how to see it, what was expected, which versions."""
    block = [line for line in finding.text.splitlines() if not line.startswith("  reproduce ")]  # commands for those who have the run
    parts = [f"### {finding.title}", fenced("\n".join(block))]
    if finding.script:
        parts += ["To reproduce:", fenced(finding.script, "python")]
    elif finding.pytest:
        parts += ["To reproduce, with autograd-harness installed:", fenced(finding.pytest, "python")]
    values = [(name, finding.result.get(name)) for name in ("actual", "expected", "bound", "where", "pattern")]
    told = [f"* {name}: {number(value, 9)}" for name, value in values if value not in (None, "")]
    versions = [f"* {name} {version}" for name, version in _versions(runs)]
    return "\n\n".join([*parts, "\n".join(told), "Versions:", "\n".join(versions)]) + "\n"


def fenced(text: str, language: str = "") -> str:
    """`text` as a Markdown code block whose fence is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _versions(runs: Sequence[RunStarted]) -> list[tuple[str, str]]:
    run = runs[0] if runs else None
    backends = [(str(each.get("name", "")), str(each.get("version", ""))) for each in (run.backends if run else [])]
    return backends + ([*sorted(run.environment.items()), ("autograd-harness", run.version)] if run else [])
