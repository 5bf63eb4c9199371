"""The end of a run on the terminal: a block per finding, what went wrong besides, a table, one sentence.

exit code = pytest's own, or 7
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from harness.cli.console import counted
from harness.cli.progress import duration
from harness.plugin.ending import Ending
from harness.record import CellEnded, Finding

_COUNTED = re.compile(r"^\d+ valid comparisons, \d+ needed; ")
BLOCKS = 20  # findings shown in full
LINES = 10  # cells of one kind listed
MEANING = {
    0: "Everything holds.",
    1: "Something is broken.",
    2: "Interrupted: what ran until then is recorded.",
    5: "Nothing was run.",
    7: "Nothing is broken, but the evidence does not suffice.",
}
KNOWN_ONLY = "Nothing is broken but what the baseline knows."


def print_conclusion(console: Console, ending: Ending, code: int) -> None:
    """Say what the run came to."""
    new = [finding for finding in ending.findings if finding.known is None]
    _print_findings(console, new)
    told = {finding.cell for finding in ending.findings}
    for verdict in ("CRASHED", "HUNG", "ERRORED"):
        _print_cells(console, verdict, [cell for cell in ending.cells if cell.verdict == verdict and cell.cell not in told])
    _print_thin(console, [cell for cell in ending.cells if cell.verdict == "INSUFFICIENT EVIDENCE"])
    for notice in ending.summary.notices:
        _say(console, f"\n{notice}")
    console.print(_table(ending), new_line_start=True)
    _say(console, f"\n{ending.summary.verdict}: {_meaning(ending, code)} {_places(ending)}")


def _meaning(ending: Ending, code: int) -> str:
    known = ending.summary.findings.known
    return KNOWN_ONLY if code == 0 and known else MEANING.get(code, "pytest failed.")


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One block per signature, the smallest text first among its cells."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.signature, []).append(finding)
    for group in list(groups.values())[:BLOCKS]:
        shown = min(group, key=lambda finding: len(finding.text))
        others = f"\n  also in       {len(group) - 1} more {'cell' if len(group) == 2 else 'cells'}" if len(group) > 1 else ""
        _say(console, f"\n{shown.text}{others}")
    if len(groups) > BLOCKS:
        _say(console, f"\n... and {len(groups) - BLOCKS} more findings, in the report.")


def _print_cells(console: Console, verdict: str, cells: Sequence[CellEnded]) -> None:
    for cell in cells[:LINES]:
        _say(console, f"\n{verdict} {cell.cell}: {cell.reason}")
    if len(cells) > LINES:
        _say(console, f"... and {len(cells) - LINES} more cells {verdict}, in the report.")


def _print_thin(console: Console, cells: Sequence[CellEnded]) -> None:
    """Cells without evidence enough, by reason."""
    reasons = Counter(_COUNTED.sub("", cell.reason).split(": ")[0] for cell in cells)
    if cells:
        told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(LINES))
        _say(console, f"\ninsufficient evidence in {counted(len(cells), 'cell')}: {told}")
        _say(console, f"  such as {cells[0].cell}: {cells[0].reason}")


def _table(ending: Ending) -> Table:
    counts, summary = ending.summary.comparisons, ending.summary
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_row("cells", ", ".join(f"{number:,} {verdict}" for verdict, number in summary.cells.items()) or "none")
    others = ", ".join(f"{getattr(counts, kind):,} {kind}" for kind in ("vacuous", "inconclusive", "broken", "rejected") if getattr(counts, kind))
    table.add_row("comparisons", f"{counts.valid:,} valid" + (f", {others}" if others else ""))
    found = summary.findings
    not_met = f"; {found.not_met} of the baseline not met this time, which does not say that they are fixed" if found.not_met else ""
    table.add_row("findings", f"{found.new} new, {found.known} known" + (f", {found.fixed} fixed" if found.fixed else "") + not_met)
    table.add_row("run", f"{duration(summary.duration_s)}, seed {summary.seed}, {summary.peak_memory_bytes / 2**20:,.0f} MiB")
    return table


def _places(ending: Ending) -> str:
    return f"Report: {ending.folder / 'report.html'}"


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
