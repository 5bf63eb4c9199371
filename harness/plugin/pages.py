"""Everything that people read of a run, from its record: the same events in, the same bytes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from harness.record import Event, RecordError, Summary, summarize, write_summary
from harness.record.errors import cause
from reports import render_html, render_junit

PAGES: dict[str, Callable[[Iterable[Event]], str]] = {"report.html": render_html, "junit.xml": render_junit}


def write_pages(events: Iterable[Event], folder: Path) -> Summary:
    """summary.json, report.html and junit.xml in `folder`, `events` being read once for each; returns the summary."""
    summary = summarize(events)
    write_summary(folder / "summary.json", summary)
    for name, render in PAGES.items():
        write_page(folder / name, render(events))
    return summary


def write_page(path: Path, text: str) -> None:
    """Write one page.

    Raises:
        RecordError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordError(f"cannot write {path}: {cause(error)}. Choose a folder that can be written.") from None
