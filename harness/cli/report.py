"""`autograd-harness report`: pages from one or many records. The same record gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from harness.cli.told import told_plainly
from harness.plugin.pages import write_page
from harness.record import Event, Records, read_events
from harness.record.summary import summary_text
from reports import render_badge, render_html, render_junit, render_markdown
from reports.comparison import Comparison, Snapshot, compare


@click.command(name="report", epilog="Example: autograd-harness report reports/out/latest --html page.html --markdown summary.md")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write the HTML page to FILE.")
@click.option("--markdown", metavar="FILE", type=click.Path(path_type=Path), help="Write the summary for a CI step to FILE.")
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Write JUnit XML to FILE.")
@click.option("--badge", metavar="FILE", type=click.Path(path_type=Path), help="Write an SVG badge with the verdict to FILE.")
@click.option("--summary", metavar="FILE", type=click.Path(path_type=Path), help="Write summary.json to FILE.")
@click.option("--since", metavar="OLD", help="Compare with this earlier run, in a section of the page.")
def command(records: tuple[str, ...], since: str | None, **files: Path | None) -> int:
    """Make pages from records: files, or the folders of runs; several (shards, workers) become one report. Without options, print Markdown."""
    with told_plainly():
        events = Records(*records)
        page = partial(render_html, comparison=compared(since, events) if since and files["html"] else None)
        renderers: dict[str, Callable[[Iterable[Event]], str]] = {
            "html": page,
            "markdown": render_markdown,
            "junit": render_junit,
            "badge": render_badge,
            "summary": summary_text,
        }
        for name, render in renderers.items():
            if path := files[name]:
                write_page(path, render(events))
                click.echo(f"wrote {path}")
        if not any(files.values()):
            click.echo(render_markdown(events))
    return 0


def compared(earlier: str, events: Iterable[Event]) -> Comparison:
    """The run `events`, seen from the record `earlier`."""
    old = Snapshot(read_events(earlier))
    return compare(old, Snapshot(events, old.counterexamples))
