"""The page of a record that is hostile, huge, broken off, empty or from the future, in a real browser: nothing happens, and it says what it is."""

from __future__ import annotations

import math

import pytest

from harness.record import CaseRun, Finding, read_events
from reports import render_html
from tests.record.examples import HOSTILE, cell_ended, complete_run, finding, interrupted_run, run_started, write
from tests.reports.browser import EXECUTABLE, Tab, chromium
from tests.reports.everything import full_run
from tests.reports.poison import SPARED, poisoned

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium on the path (Debian: apt-get install chromium)")
MARKS = "document.querySelectorAll('img, iframe, script:not(:last-of-type), [onerror], body *[style*=color]').length"


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens the report of a record; a dialog, a request or an error fails the test."""
    tabs = []

    def open_report(events):
        path = tmp_path / "report.html"
        path.write_text(render_html(events), encoding="utf-8")
        tabs.append(Tab(browser))
        tabs[-1].open(path)
        return tabs[-1].page

    yield open_report
    problems = [problem for tab in tabs for problem in tab.problems]
    for tab in tabs:
        tab.close()
    assert problems == []


def use_everything(page):
    """Open all that opens, show all cases, filter, and look behind every square."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate("document.querySelectorAll('.tabs label').forEach(each => each.click())")
    page.evaluate("[...document.querySelectorAll('#matrix td[class]')].slice(0, 40).forEach(each => { openSquare(each); find('#square').close() })")
    page.evaluate("async text => { find('#filter').value = text; await applyFilter(); find('#filter').value = ''; await applyFilter() }", HOSTILE)
    page.locator("#landscape").scroll_into_view_if_needed()
    page.locator("#cases").scroll_into_view_if_needed()
    page.wait_for_selector("#cases-table tbody tr")
    page.evaluate("document.querySelectorAll('#cases-table button.told').forEach(each => { each.click(); find('#case').close() })")


@pytest.mark.parametrize("spared", [SPARED, frozenset()], ids=["texts", "verdicts too"])
def test_a_poison_in_every_text_of_a_record_does_nothing(opened, spared):
    page = opened(poisoned(full_run(), spared=spared))
    use_everything(page)
    assert page.evaluate(MARKS) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = page.evaluate("document.body.innerText")
    assert "</script></style></template><img src=x onerror=alert(1)>⟨U+0000⟩⟨U+001B⟩[31m⟨U+202E⟩{{7*7}}" in shown
    assert not any(letter in page.content() for letter in "\x00\x1b\u202e")


LONG = "</script><img src=x onerror=alert(1)> " * 27_000  # a megabyte


def test_a_megabyte_in_every_text_of_a_finding_keeps_the_page_small_and_quiet(opened, tmp_path):
    long = dict.fromkeys(("title", "text", "program", "script", "pytest", "case_json", "op", "law", "device", "backend", "signature"), LONG)
    broken = finding(result={"where": LONG, "pattern": LONG, "rule": LONG, "neighbourhood": [{"change": LONG, "verdict": LONG}]})
    cell = cell_ended(verdict="BROKEN", reason=LONG, cell=broken.cell)
    page = opened([run_started(command=LONG, environment={"python": LONG}), Finding(**{**_fields(broken), **long}), cell])
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(MARKS) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (tmp_path / "report.html").stat().st_size < 1_000_000
    assert "more characters are in the record" in page.evaluate("document.body.textContent")


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_numbers_that_json_does_not_have_are_told(opened):
    odd = {"actual": math.nan, "expected": -math.inf, "bound": math.inf, "tolerance": 0.0, "resolution": math.nan}
    cell = cell_ended(verdict="BROKEN", seconds=math.inf, shares={"oracle": math.nan})
    case = CaseRun(cell=cell.cell, case="odd", verdict="BROKEN", shapes=[[0]], drawn={"margin": math.inf}, **odd)
    page = opened([run_started(), case, finding(result=odd), cell])
    use_everything(page)
    rows = page.locator("#finding-1 .compared").inner_text()
    assert "nan" in rows
    assert "-inf" in rows


def test_an_empty_run_says_that_there_is_nothing(opened):
    page = opened([run_started()])
    for words in ("INTERRUPTED", "No cell was finished, so there is no evidence to show.", "No law was found broken.", "No case was recorded."):
        assert words in page.inner_text("body"), words
    page.keyboard.press("j")
    assert page.text_content("#toast") == "No finding"


def test_an_interrupted_run_says_so_and_speaks_of_what_was_done(opened):
    page = opened(interrupted_run())
    assert page.inner_text("h1").endswith("INTERRUPTED")
    assert "The run did not come to its end" in page.inner_text(".lead")
    assert page.locator("#matrix .op").count() > 0


def test_a_record_that_stops_in_the_middle_of_a_line_is_read_as_far_as_it_goes(opened, tmp_path):
    path = write(tmp_path / "record.ndjson", complete_run())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.6 * len(whole))].rstrip(b"\n")[:-7])
    page = opened(read_events(path))
    assert page.inner_text("h1").endswith("INTERRUPTED")
    assert page.locator("#matrix .op").count() == 13
    assert "planned, but the run was stopped before" in page.inner_text(".gaps")


def test_what_a_newer_harness_adds_is_read_past(opened, tmp_path):
    lines = write(tmp_path / "record.ndjson", complete_run()).read_bytes().splitlines(keepends=True)
    added = [b'{"type":"hologram","depth":3}\n', *(line.replace(b'"type":"case"', b'"type":"case","mood":{"calm":[1]}') for line in lines[1:])]
    (tmp_path / "record.ndjson").write_bytes(b"".join([lines[0], *added]))
    page = opened(read_events(tmp_path / "record.ndjson"))
    assert page.inner_text("h1").endswith("BROKEN")
    use_everything(page)
