"""The browser of a test module, and the page of a record in it."""

from __future__ import annotations

import pytest

from reports import render_html
from tests.reports.browser import Tab, chromium


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser, tmp_path):
    """A function that opens the report of a record, ready to use; a page that asks the network, or has an error, fails its test."""
    tabs = []

    def open_report(events, fragment="", **options):
        path = tmp_path / "report.html"
        path.write_text(events if isinstance(events, str) else render_html(events), encoding="utf-8")
        tabs.append(Tab(browser, **options))
        tabs[-1].open(path, fragment)
        return tabs[-1].page

    yield open_report
    problems = [problem for tab in tabs for problem in tab.problems]
    for tab in tabs:
        tab.close()
    assert problems == []
