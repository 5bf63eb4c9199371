"""The page in a real browser: opens without a request or an error, filters, drills down, copies, obeys the keyboard, and works without a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import render_html
from tests.record.examples import complete_run, hostile_run
from tests.reports.browser import EXECUTABLE, Browser
from tests.reports.everything import full_page

CONTRASTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium on the path (Debian: apt-get install chromium)")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(browser, tmp_path):
    """A function that opens the report of a record, ready to use."""

    def open_report(events, fragment=""):
        path = tmp_path / "report.html"
        path.write_text(events if isinstance(events, str) else render_html(events), encoding="utf-8")
        browser.problems.clear()
        browser.open(path, fragment)
        browser.wait_for("document.body.dataset.ready")
        return browser

    yield open_report
    assert browser.problems == []


def shown(browser, selector):
    return browser.evaluate(f"[...document.querySelectorAll('{selector}')].filter(each => each.offsetParent).length")


def filter_by(browser, query):
    browser.evaluate("document.querySelector('#filter').value = ''; document.querySelector('#filter').focus()")
    browser.type(query)
    browser.evaluate("applyFilter()")


def test_page_opens_without_a_request_or_an_error(page):
    browser = page(complete_run())
    assert browser.evaluate("document.title") == "✕ BROKEN: autograd-harness report"
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_page_does_nothing_that_a_hostile_text_says(page):
    browser = page(hostile_run())
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    browser.evaluate("document.querySelector('#matrix td[class]').click()")
    assert browser.evaluate("document.querySelector('#square-title').textContent").startswith("</script></style></template><img src=x onerror")


def test_policy_refuses_a_script_that_is_not_the_page_s_own(page):
    browser = page(complete_run())
    added = "const s = document.createElement('script'); s.textContent = 'window.harmed = 1'; document.body.append(s)"
    assert browser.evaluate(f"{added}; window.harmed === undefined")
    browser.problems.clear()  # the refusal itself, which the console tells


@pytest.mark.parametrize(
    ("query", "findings", "rows"),
    [
        ("op:softmax", 1, 1),
        ("verdict:broken", 2, 2),
        ("op:softmax dtype:float16", 0, 0),
        ("-op:softmax", 1, 12),
        ("valid<10", 0, 5),
        ('"31 of 40"', 0, 1),
        ("law:second-order prod", 1, 2),
    ],
)
def test_filter_keeps_what_matches(page, query, findings, rows):
    browser = page(complete_run())
    assert (shown(browser, ".finding"), shown(browser, "#matrix .op")) == (2, 13)
    filter_by(browser, query)
    assert (shown(browser, ".finding"), shown(browser, "#matrix .op")) == (findings, rows)


def test_filter_and_sort_reach_the_cases(page):
    browser = page(complete_run())
    browser.evaluate("document.querySelector('#cases').scrollIntoView()")
    browser.wait_for("document.querySelectorAll('#cases-table tbody tr').length === 200")
    filter_by(browser, "ratio>1")
    browser.wait_for("document.querySelectorAll('#cases-table tbody tr').length === 4")
    ratios = "[...document.querySelectorAll('#cases-table tbody tr')].map(row => Number(row.cells[1].textContent))"
    assert browser.evaluate(ratios) == sorted(browser.evaluate(ratios), reverse=True)
    browser.evaluate("document.querySelector('[data-sort=ratio]').click()")
    browser.wait_for(f"{ratios}[0] <= {ratios}[3] && document.querySelector('[aria-sort=ascending]')")


def test_dragging_over_the_spread_filters_to_its_range(page):
    browser = page(complete_run())
    browser.evaluate("document.querySelector('#cases').scrollIntoView()")
    browser.wait_for("document.querySelectorAll('#cases-table tbody tr').length === 200")
    assert browser.evaluate("[...document.querySelectorAll('#spread i')].filter(bar => parseFloat(bar.style.height) > 0).length") > 5
    middle = browser.evaluate(
        "(box => [box.left + box.width * 33 / 64, box.right - 1, box.top + 20])(document.querySelector('#spread').getBoundingClientRect())"
    )
    for kind, x in (("mousePressed", middle[0]), ("mouseMoved", middle[1]), ("mouseReleased", middle[1])):
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=middle[2], button="left", buttons=1, clickCount=1)
    browser.wait_for("document.querySelectorAll('#cases-table tbody tr').length === 4")
    assert browser.evaluate("document.querySelector('#filter').value") == "ratio>=1.8"


def test_filter_finds_a_case_by_its_id_and_a_verdict_among_cases(page):
    browser = page(complete_run())
    browser.evaluate("document.querySelector('#cases').scrollIntoView()")
    for query, rows in (("verdict:broken", 4), ("0000000000b1", 1), ("-verdict:holds -verdict:inconclusive", 4), ("evaluations=6 ratio>100", None)):
        filter_by(browser, query)
        told = browser.evaluate(
            "showCases(terms(document.querySelector('#filter').value)).then(() => document.querySelector('#cases-count').textContent)"
        )
        assert rows is None or told.startswith(f"{rows} match"), (query, told)


def test_square_opens_the_cells_behind_it(page):
    browser = page(complete_run())
    browser.evaluate("document.querySelector('#matrix .v-inconclusive').click()")
    assert browser.evaluate("document.querySelector('#square').open")
    told = browser.evaluate("document.querySelector('#square').innerText")
    assert "maximum: values (float64, cpu, torch)" in told
    assert "kink: 31 of 40 primals lie on a tie" in told


def test_arrow_keys_move_in_the_matrix_and_enter_opens(page):
    browser = page(complete_run())
    browser.evaluate("document.querySelector('.evidence').focus()")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        browser.press(key)
    assert browser.evaluate("(cell => [cell.parentElement.cells[0].textContent, cell.cellIndex])(document.querySelector('.is-active'))") == ["add", 2]
    browser.press("Enter")
    assert browser.evaluate("document.querySelector('#square-title').textContent").startswith("add: values (float32")


def test_keyboard_moves_between_findings_filters_and_helps(page):
    browser = page(complete_run())
    where = "document.activeElement.id"
    seen = []
    for key in ("j", "j", "j", "k", "/"):
        browser.press(key)
        seen.append(browser.evaluate(where))
    assert seen == ["finding-1", "finding-2", "finding-2", "finding-1", "filter"]
    browser.type("softmax")
    browser.press("Escape")
    assert browser.evaluate("document.querySelector('#filter').value") == ""
    browser.press("?")
    assert browser.evaluate("document.querySelector('#help').open")


def test_reproduction_is_copied_by_key_and_by_button(page):
    browser = page(complete_run())
    browser.evaluate("window.copied = []; navigator.clipboard.writeText = async text => { window.copied.push(text) }")
    browser.press("j")
    browser.press("r")
    browser.evaluate("document.querySelector('[data-copy=command]').click()")
    assert browser.evaluate("window.copied[0]").startswith("import numpy as np\nimport torch\n")
    assert browser.evaluate("window.copied[1]") == "autograd-harness verify --profile quick --seed 7"


def test_link_to_a_finding_opens_its_story(page):
    browser = page(complete_run(), "#finding-2")
    assert browser.evaluate("document.querySelector('#finding-2 .story').open")


def test_page_is_whole_without_javascript(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(render_html(complete_run()), encoding="utf-8")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(path)
        assert (shown(browser, ".finding"), shown(browser, "#matrix .op"), shown(browser, ".copy"), shown(browser, "#filter")) == (2, 13, 0, 0)
        assert shown(browser, "#finding-1 .panel") == 1
        browser.evaluate("document.querySelector('label[for=finding-1-tab-3]').click()")
        assert "def test_softmax_gradient" in browser.evaluate(
            "[...document.querySelectorAll('#finding-1 .panel')].find(each => each.offsetParent).innerText"
        )
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("made", [full_page, hostile_run])
def test_page_fits_its_window_and_its_words_stand_out(page, made, scheme, width):
    browser = page(made())
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    try:
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert browser.evaluate(CONTRASTS) == []
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")
        browser.call("Emulation.setEmulatedMedia", features=[])


SECTIONS = ("evidence", "meaning", "findings", "comparison", "landscape", "oracle", "tape", "devices", "power", "inputs", "run")


def test_every_section_is_on_the_page_and_in_the_navigation(page):
    browser = page(full_page())
    assert [shown(browser, f"section#{name}") for name in SECTIONS] == [1] * len(SECTIONS)
    linked = browser.evaluate("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))")
    assert [name for name in linked if not browser.evaluate(f"document.getElementById('{name}') !== null")] == []


def test_page_prints_everything_and_no_control(page):
    browser = page(full_page())
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert shown(browser, "nav, .copy, #cases, #toast") == 0
        assert browser.evaluate("[...document.querySelectorAll('details')].every(each => each.open)")
        assert shown(browser, "#finding-1 .panel") == 5
        assert browser.evaluate("[...document.querySelectorAll('pre')].every(each => getComputedStyle(each).whiteSpace === 'pre-wrap')")
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


def test_everything_that_can_be_clicked_has_a_name_and_what_scrolls_can_be_reached_by_keyboard(page):
    browser = page(full_page())
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    named = "each.innerText.trim() || each.ariaLabel || each.labels?.length"
    clickable = "[...document.querySelectorAll('a, button, input, summary')].filter(each => each.offsetParent)"
    assert browser.evaluate(f"{clickable}.filter(each => !({named})).map(each => each.outerHTML)") == []
    assert browser.evaluate("[...document.querySelectorAll('svg.chart')].every(each => each.getAttribute('aria-label'))")
    scrolling = "[...document.querySelectorAll('.scroll')].filter(each => each.offsetParent && each.scrollWidth > each.clientWidth)"
    assert browser.evaluate(f"{scrolling}.filter(each => each.tabIndex < 0).length") == 0
