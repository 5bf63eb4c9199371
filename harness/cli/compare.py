"""`autograd-harness compare`: what became of findings and evidence between two runs; over a folder of runs the trend as well.

0 compared    1 there is something that --fail-on names    4 wrong usage
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.cli.console import console
from harness.cli.told import told_plainly
from harness.plugin.pages import write_page
from harness.record import Records, RunStarted, read_events, summarize
from harness.record.reader import FILE_NAME
from harness.running.misuse import Misuse, one_of
from reports import render_html
from reports.comparison import CATEGORIES, Comparison, Snapshot, Trend, compare, render_comparison, trends
from reports.comparison.sentences import MEANINGS, SHOWN, SYMBOLS, drift_rows, headline, shown, sides

EPILOG = """\b
Examples:
  autograd-harness compare runs/yesterday runs/today
  autograd-harness compare runs                              the last two runs in the folder, and the trend over all of them
  autograd-harness compare old new --fail-on new,worse,lost --markdown summary.md --html page.html

\b
new, worse, changed   findings that are new, break more cells, or look different; cells that fail and did not
fixed                 compared again, and they hold
not met               the newer run does not have them, and did not look hard enough to say more
lost, blunter         cells that give no evidence any more; comparisons that resolve less
Exit codes: 0 compared; 1 there is something that --fail-on names; 4 wrong usage.
"""
STYLES = {"new": "bold red", "worse": "bold red", "changed": "magenta", "fixed": "green", "not met": "yellow", "lost": "yellow", "blunter": "yellow"}


@click.command(name="compare", epilog=EPILOG)
@click.argument("records", nargs=-1, required=True, metavar="OLD NEW | FOLDER")
@click.option("--fail-on", metavar="WHAT", default="", help=f"End with 1 if there is any of these, joined by commas: {', '.join(CATEGORIES)}.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write the page of NEW, with the comparison, to FILE.")
@click.option("--markdown", metavar="FILE", type=click.Path(path_type=Path), help="Write the comparison for a CI step to FILE.")
def command(records: tuple[str, ...], fail_on: str, html: Path | None, markdown: Path | None) -> int:
    """Compare two runs, OLD and NEW: records or the folders of runs; or the last two runs in FOLDER, with the trend over all of them."""
    with told_plainly():
        failing = frozenset(one_of("fail-on", name.strip(), CATEGORIES) for name in fail_on.split(",") if name.strip())
        paths = [Path(each) for each in records] if len(records) > 1 else runs_in(Path(records[0]))
        if len(paths) < 2 or len(records) > 2:
            raise Misuse(f"compare needs two runs, or a folder that holds at least two; got {' '.join(records)}. Name OLD and NEW.")
        old = Snapshot(read_events(paths[-2]))
        found = compare(old, Snapshot(read_events(paths[-1]), old.counterexamples))
        course = trends([summarize(read_events(path)) for path in paths]) if len(records) == 1 else []
        if markdown:
            write_page(markdown, render_comparison(found, course))
        if html:
            write_page(html, render_html(Records(paths[-1]), found, course))
    show(console(), found, course)
    for path in filter(None, (html, markdown)):
        click.echo(f"wrote {path}")
    return 1 if found.failing(failing) else 0


def runs_in(folder: Path) -> list[Path]:
    """The records directly in `folder` or in a folder of it, by the time at which they began; `latest`, a link, is not another run."""
    found = [path for pattern in ("*.ndjson", f"*/{FILE_NAME}") for path in folder.glob(pattern) if not path.parent.is_symlink()]
    return sorted(found, key=lambda path: (_started(path), path))


def show(out: Console, found: Comparison, course: Sequence[Trend]) -> None:
    """The two sides, then what is in each category, then the drift and the trend."""
    out.print(_table(("", "old", "new"), sides(found)))
    for name, entries in found.entries.items():
        if entries:
            out.print(Text.assemble("\n", (f"{SYMBOLS[name]} {name}", STYLES[name]), f": {MEANINGS[name]}"))
            out.print(_table(None, [shown(entry) for entry in entries[:SHOWN]], indent=2))
        if len(entries) > SHOWN:
            out.print(f"  and {len(entries) - SHOWN:,} more")
    moved = [row for row in drift_rows(found) if row[3] != "no clear change"]
    if moved:
        out.print(_table(("typical resolution", "old", "new", ""), moved), new_line_start=True)
    if course:
        out.print(_table(("trend", "", "first", "last"), [(each.name, each.spark, each.first, each.last) for each in course]), new_line_start=True)
    out.print(Text(f"\n{headline(found)}"), soft_wrap=True)


def _table(header: Sequence[str] | None, rows: Sequence[Sequence[str]], indent: int = 0) -> Table:
    table = Table(box=None, pad_edge=False, show_header=header is not None, header_style="bold", padding=(0, 2, 0, indent))
    for name in header or ("",) * len(rows[0]):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _started(path: Path) -> str:
    first = next(iter(read_events(path)))
    return first.started if isinstance(first, RunStarted) else ""
