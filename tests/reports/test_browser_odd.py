"""The page of a record that is hostile, huge, broken off, empty or from the future, in a real browser: nothing happens, and it says what it is."""

from __future__ import annotations

import math

import pytest

from harness.record import CaseRun, Finding, read_events
from tests.record.examples import HOSTILE, cell_ended, complete_run, finding, interrupted_run, run_started, write
from tests.reports.browser import EXECUTABLE
from tests.reports.everything import full_run
from tests.reports.poison import SPARED, poisoned

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium on the path (Debian: apt-get install chromium)")
MARKS = "document.querySelectorAll('img, iframe, script:not(:last-of-type), [onerror], body *[style*=color]').length"


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
def test_a_poison_in_every_text_of_a_record_does_nothing(page, spared):
    opened = page(poisoned(full_run(), spared=spared))
    use_everything(opened)
    assert opened.evaluate(MARKS) == 0
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = opened.evaluate("document.body.innerText")
    assert "</script></style></template><img src=x onerror=alert(1)>⟨U+0000⟩⟨U+001B⟩[31m⟨U+202E⟩{{7*7}}" in shown
    assert not any(letter in opened.content() for letter in "\x00\x1b\u202e")


LONG = "</script><img src=x onerror=alert(1)> " * 27_000  # a megabyte


def test_a_megabyte_in_every_text_of_a_finding_keeps_the_page_small_and_quiet(page, tmp_path):
    long = dict.fromkeys(("title", "text", "program", "script", "pytest", "case_json", "op", "law", "device", "backend", "signature"), LONG)
    broken = finding(result={"where": LONG, "pattern": LONG, "rule": LONG, "neighbourhood": [{"change": LONG, "verdict": LONG}]})
    cell = cell_ended(verdict="BROKEN", reason=LONG, cell=broken.cell)
    opened = page([run_started(command=LONG, environment={"python": LONG}), Finding(**{**_fields(broken), **long}), cell])
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert opened.evaluate(MARKS) == 0
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (tmp_path / "report.html").stat().st_size < 1_000_000
    assert "more characters are in the record" in opened.evaluate("document.body.textContent")


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_numbers_that_json_does_not_have_are_told(page):
    odd = {"actual": math.nan, "expected": -math.inf, "bound": math.inf, "tolerance": 0.0, "resolution": math.nan}
    cell = cell_ended(verdict="BROKEN", seconds=math.inf, shares={"oracle": math.nan})
    case = CaseRun(cell=cell.cell, case="odd", verdict="BROKEN", shapes=[[0]], drawn={"margin": math.inf}, **odd)
    opened = page([run_started(), case, finding(result=odd), cell])
    use_everything(opened)
    rows = opened.locator("#finding-1 .compared").inner_text()
    assert "nan" in rows
    assert "-inf" in rows


def test_an_empty_run_says_that_there_is_nothing(page):
    opened = page([run_started()])
    for words in ("INTERRUPTED", "No cell was finished, so there is no evidence to show.", "No law was found broken.", "No case was recorded."):
        assert words in opened.inner_text("body"), words
    opened.keyboard.press("j")
    assert opened.text_content("#toast") == "No finding"


def test_an_interrupted_run_says_so_and_speaks_of_what_was_done(page):
    opened = page(interrupted_run())
    assert opened.inner_text("h1").endswith("INTERRUPTED")
    assert "The run did not come to its end" in opened.inner_text(".lead")
    assert opened.locator("#matrix .op").count() > 0


def test_a_record_that_stops_in_the_middle_of_a_line_is_read_as_far_as_it_goes(page, tmp_path):
    path = write(tmp_path / "record.ndjson", complete_run())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.6 * len(whole))].rstrip(b"\n")[:-7])
    opened = page(read_events(path))
    assert opened.inner_text("h1").endswith("INTERRUPTED")
    assert opened.locator("#matrix .op").count() == 13
    assert "planned, but the run was stopped before" in opened.inner_text(".gaps")


def test_what_a_newer_harness_adds_is_read_past(page, tmp_path):
    lines = write(tmp_path / "record.ndjson", complete_run()).read_bytes().splitlines(keepends=True)
    added = [b'{"type":"hologram","depth":3}\n', *(line.replace(b'"type":"case"', b'"type":"case","mood":{"calm":[1]}') for line in lines[1:])]
    (tmp_path / "record.ndjson").write_bytes(b"".join([lines[0], *added]))
    opened = page(read_events(tmp_path / "record.ndjson"))
    assert opened.inner_text("h1").endswith("BROKEN")
    use_everything(opened)
