"""The page in a real browser: opens without a request or an error, filters, drills down, copies, obeys the keyboard, and works without a script."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reports import render_html
from tests.record.examples import complete_run, hostile_run
from tests.reports.browser import EXECUTABLE, Tab
from tests.reports.everything import full_page

CONTRASTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
ROWS = "#cases-table tbody tr"
# Until the page, which goes on scrolling when a finger has left it, has stood still for twenty frames.
STILL = (
    "async () => { for (let at, same = 0; same < 20; same = scrollY === at ? same + 1 : 0, at = scrollY) await new Promise(requestAnimationFrame) }"
)

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium on the path (Debian: apt-get install chromium; make test tells more)")


def shown(page, selector):
    return page.evaluate("selector => [...document.querySelectorAll(selector)].filter(each => each.offsetParent).length", selector)


def filter_by(page, query):
    page.evaluate("async query => { document.querySelector('#filter').value = query; await applyFilter() }", query)


def drag(page, selector, begin, end):
    """Press, move and release the mouse between two places of an element, given as shares of its width and height."""
    box = page.locator(selector).bounding_box()
    (x, y), *rest = ((box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in (begin, end))
    page.mouse.move(x, y)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def show_cases(page):
    """The table of all cases, once it is there."""
    page.locator("#cases").scroll_into_view_if_needed()
    expect(page.locator(ROWS)).to_have_count(200)
    page.wait_for_selector("#spread canvas")


def test_page_opens_without_a_request_or_an_error(page):
    opened = page(complete_run())
    assert opened.title() == "✕ BROKEN: autograd-harness report"
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_page_does_nothing_that_a_hostile_text_says(page):
    opened = page(hostile_run())
    assert opened.locator("img").count() == 0
    opened.evaluate("document.querySelector('#matrix td[class]').click()")
    assert opened.text_content("#square-title").startswith("</script></style></template><img src=x onerror")


def test_policy_refuses_a_script_that_is_not_the_page_s_own(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(render_html(complete_run()), encoding="utf-8")
    tab = Tab(browser)
    tab.open(path)
    tab.page.evaluate("const s = document.createElement('script'); s.textContent = 'window.harmed = 1'; document.body.append(s)")
    assert tab.page.evaluate("window.harmed === undefined")
    [refusal] = tab.problems
    assert "violates the following Content Security Policy" in refusal
    tab.close()


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
        ("ratio>1", 2, 2),
        ("ratio>1 op:softmax", 1, 1),
    ],
)
def test_filter_keeps_what_matches(page, query, findings, rows):
    opened = page(complete_run())
    assert (shown(opened, ".finding"), shown(opened, "#matrix .op")) == (2, 13)
    filter_by(opened, query)
    assert (shown(opened, ".finding"), shown(opened, "#matrix .op")) == (findings, rows)


def test_filter_and_sort_reach_the_cases(page):
    opened = page(complete_run())
    show_cases(opened)
    filter_by(opened, "ratio>1")
    assert opened.locator(ROWS).count() == 4
    ratios = f"[...document.querySelectorAll('{ROWS}')].map(row => Number(row.cells[1].textContent))"
    falling = opened.evaluate(ratios)
    assert falling == sorted(falling, reverse=True)
    opened.click("[data-sort=ratio]")
    expect(opened.locator("[aria-sort=ascending]")).to_have_count(1)
    expect(opened.locator(ROWS).first.locator("td").nth(1)).to_have_text(f"{falling[-1]:.1e}".replace("e+0", "e+"))
    assert opened.evaluate(ratios) == falling[::-1]


def test_sizes_that_are_filtered_for_are_those_that_were_drawn(page):
    opened = page(complete_run())
    show_cases(opened)
    filter_by(opened, "size>=4 size<=4")
    four = sum(1 for event in complete_run() if getattr(event, "shapes", None) and _elements(event) == 4)
    assert opened.text_content("#cases-count").startswith(f"{four} match")


def _elements(case):
    size = 1
    for length in case.shapes[0]:
        size *= length
    return size


def test_dragging_over_the_spread_filters_to_its_range_and_a_double_click_takes_it_back(page):
    opened = page(complete_run())
    show_cases(opened)
    opened.evaluate("document.querySelector('#filter').value = 'dtype:float64 dtype:float64'")
    opened.evaluate("applyFilter()")
    drag(opened, "#spread .u-over", (0.6, 0.5), (0.999, 0.5))
    expect(opened.locator(ROWS)).to_have_count(2)
    told = opened.input_value("#filter")
    assert told.startswith("dtype:float64 dtype:float64 ratio>="), told
    assert opened.evaluate(f"[...document.querySelectorAll('{ROWS}')].every(row => row.cells[0].textContent === 'broken')")
    opened.dblclick("#spread .u-over")
    expect(opened.locator(ROWS)).to_have_count(200)
    assert opened.input_value("#filter") == "dtype:float64 dtype:float64"


def test_dragging_a_box_over_the_landscape_filters_the_whole_page(page):
    opened = page(complete_run())
    opened.locator("#landscape .panels").scroll_into_view_if_needed()
    opened.wait_for_selector("[data-place=size] canvas")
    expect(opened.locator("#cases-count")).to_contain_text("match")
    drag(opened, "[data-place=size] .u-over", (0.001, 0.001), (0.999, 0.2))
    expect(opened.locator("#filtered")).to_contain_text("findings")
    assert opened.input_value("#filter").startswith("ratio>=")
    assert (shown(opened, ".finding"), shown(opened, "#matrix .op")) == (2, 2)


def swipe(page, selector, begin, end, **when):
    """A finger put down, moved and lifted, between two places of an element given as shares of its width and height; at `timestamp`, or now."""
    box, touch = page.locator(selector).bounding_box(), page.context.new_cdp_session(page)
    places = [begin, tuple((a + b) / 2 for a, b in zip(begin, end, strict=True)), end]
    points = [{"x": box["x"] + across * box["width"], "y": box["y"] + down * box["height"]} for across, down in places]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1], **when})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point], **when})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": [], **when})


def test_a_finger_that_moves_sideways_over_a_plot_filters_and_one_that_moves_down_scrolls(page):
    opened = page(complete_run(), width=400, has_touch=True)
    show_cases(opened)
    opened.evaluate("document.querySelector('#spread').scrollIntoView({ block: 'center', behavior: 'instant' })")
    swipe(opened, "#spread .u-over", (0.6, 0.5), (0.999, 0.6))
    expect(opened.locator(ROWS)).to_have_count(4)
    told = opened.input_value("#filter")
    assert told.startswith("ratio>=")
    opened.evaluate("document.querySelector('#spread').scrollIntoView({ block: 'center', behavior: 'instant' })")
    before = opened.evaluate("scrollY")
    swipe(opened, "#spread .u-over", (0.5, 0.9), (0.5, -1.5))
    opened.wait_for_function("before => scrollY > before", arg=before)
    opened.evaluate(STILL)
    assert opened.input_value("#filter") == told
    opened.evaluate("document.querySelector('#spread').scrollIntoView({ block: 'center', behavior: 'instant' })")
    begun = time.time()
    for tap in range(2):  # a tenth of a second apart, however fast the machine is
        swipe(opened, "#spread .u-over", (0.5, 0.5), (0.5, 0.5), timestamp=begun + 0.1 * tap)
    expect(opened.locator(ROWS)).to_have_count(200)
    assert opened.input_value("#filter") == ""


def test_arrow_keys_choose_a_range_of_a_plot_enter_filters_to_it_and_escape_takes_it_back(page):
    opened = page(complete_run())
    show_cases(opened)
    opened.focus("#spread")
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowRight", "Enter"):
        opened.keyboard.press(key)
    expect(opened.locator(ROWS)).not_to_have_count(200)
    [low, high] = [float(term.partition("=")[2]) for term in opened.input_value("#filter").split()]
    assert high == 100 * low
    opened.keyboard.press("Escape")
    expect(opened.locator(ROWS)).to_have_count(200)
    assert opened.input_value("#filter") == ""


def test_plots_have_a_dot_or_a_bar_for_every_case_that_has_a_place(page):
    opened = page(complete_run())
    show_cases(opened)
    dots = "[...dotsOf(await loadCases(), [...(await loadCases()).cell.keys()], 'resolution').values()].reduce((a, b) => a + b)"
    assert opened.evaluate(f"(async () => {dots})()") == sum(
        1 for event in complete_run() if getattr(event, "verdict", "") in {"HOLDS", "BROKEN"} and hasattr(event, "ladder")
    )


def test_filter_finds_a_case_by_its_id_and_a_verdict_among_cases(page):
    opened = page(complete_run())
    show_cases(opened)
    for query, rows in (("verdict:broken", 4), ("0000000000b1", 1), ("-verdict:holds -verdict:inconclusive", 4)):
        filter_by(opened, query)
        assert opened.text_content("#cases-count").startswith(f"{rows} match"), query


def test_case_that_does_not_hold_opens_and_tells_everything(page):
    opened = page(complete_run())
    show_cases(opened)
    filter_by(opened, "verdict:inconclusive")
    opened.locator(f"{ROWS} button").first.click()
    told = opened.inner_text("#case")
    assert told.startswith("inconclusive: vjp-agrees[maximum-")
    assert "kink: the one-sided derivatives differ" in told
    assert "drawn: regime" in told


def test_one_case_of_each_cell_that_holds_is_told_whole(page):
    opened = page(complete_run())
    show_cases(opened)
    filter_by(opened, "op:tanh dtype:float32")
    rows = opened.locator(ROWS).count()
    assert (rows, opened.locator(f"{ROWS} button").count()) == (28, 7)


def test_square_opens_the_cells_behind_it(page):
    opened = page(complete_run())
    opened.click("#matrix .v-inconclusive")
    assert opened.evaluate("document.querySelector('#square').open")
    told = opened.inner_text("#square")
    assert "maximum: values (float64, cpu, torch)" in told
    assert "kink: 31 of 40 primals lie on a tie" in told


def test_arrow_keys_move_in_the_matrix_and_enter_opens(page):
    opened = page(complete_run())
    opened.focus(".evidence")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        opened.keyboard.press(key)
    assert opened.evaluate("(cell => [cell.parentElement.cells[0].textContent, cell.cellIndex])(document.querySelector('.is-active'))") == ["add", 2]
    opened.keyboard.press("Enter")
    assert opened.text_content("#square-title").startswith("add: values (float32")


def test_keyboard_moves_between_findings_filters_and_helps(page):
    opened = page(complete_run())
    seen = []
    for key in ("j", "j", "j", "k", "/"):
        opened.keyboard.press(key)
        seen.append(opened.evaluate("document.activeElement.id"))
    assert seen == ["finding-1", "finding-2", "finding-2", "finding-1", "filter"]
    opened.keyboard.type("softmax")
    opened.keyboard.press("Escape")
    assert opened.input_value("#filter") == ""
    opened.keyboard.press("?")
    assert opened.evaluate("document.querySelector('#help').open")


def test_reproduction_is_copied_by_key_and_by_button(page):
    opened = page(complete_run())
    opened.evaluate("window.copied = []; navigator.clipboard.writeText = async text => { window.copied.push(text) }; null")
    opened.keyboard.press("j")
    opened.keyboard.press("r")
    opened.click("[data-copy=command]")
    first, second = opened.evaluate("window.copied")
    assert first.startswith("import numpy as np\nimport torch\n")
    assert second == "autograd-harness verify --profile quick --seed 7"


def test_link_to_a_finding_opens_its_story(page):
    opened = page(complete_run(), "#finding-2")
    assert opened.evaluate("document.querySelector('#finding-2 .story').open")


def test_page_is_whole_without_javascript(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(render_html(complete_run()), encoding="utf-8")
    tab = Tab(browser, java_script_enabled=False)
    tab.page.goto(path.as_uri())
    assert [shown(tab.page, each) for each in (".finding", "#matrix .op", ".copy", "#filter", "#cases")] == [2, 13, 0, 0, 0]
    assert tab.page.locator("#landscape svg.chart:visible").count() == 3
    assert shown(tab.page, "#finding-1 .panel") == 1
    tab.page.click("label[for=finding-1-tab-3]")
    assert "def test_softmax_gradient" in tab.page.locator("#finding-1 .panel:visible").inner_text()
    assert tab.problems == []
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("made", [full_page, hostile_run])
def test_page_fits_its_window_and_its_words_stand_out(page, made, scheme, width):
    opened = page(made(), width=width, color_scheme=scheme)
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate(CONTRASTS) == []


SECTIONS = ("evidence", "meaning", "findings", "comparison", "landscape", "oracle", "tape", "devices", "power", "inputs", "run")


def test_every_section_is_on_the_page_and_in_the_navigation(page):
    opened = page(full_page())
    assert [shown(opened, f"section#{name}") for name in SECTIONS] == [1] * len(SECTIONS)
    linked = opened.evaluate("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))")
    assert [name for name in linked if not opened.evaluate(f"document.getElementById('{name}') !== null")] == []


def test_page_prints_everything_and_no_control(page):
    opened = page(full_page())
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown(opened, "nav, .copy, #cases, #toast, .plot") == 0
    assert opened.locator("#landscape svg.chart:visible").count() == 3
    assert opened.evaluate("[...document.querySelectorAll('details')].every(each => each.open)")
    assert shown(opened, "#finding-1 .panel") == 5
    assert opened.evaluate("[...document.querySelectorAll('pre')].every(each => getComputedStyle(each).whiteSpace === 'pre-wrap')")


def test_everything_that_can_be_clicked_has_a_name_and_what_scrolls_can_be_reached_by_keyboard(page):
    opened = page(full_page())
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    named = "each.innerText.trim() || each.ariaLabel || each.labels?.length"
    clickable = "[...document.querySelectorAll('a, button, input, summary')].filter(each => each.offsetParent)"
    assert opened.evaluate(f"{clickable}.filter(each => !({named})).map(each => each.outerHTML)") == []
    assert opened.evaluate("[...document.querySelectorAll('svg.chart')].every(each => each.getAttribute('aria-label'))")
    scrolling = "[...document.querySelectorAll('.scroll')].filter(each => each.offsetParent && each.scrollWidth > each.clientWidth)"
    assert opened.evaluate(f"{scrolling}.filter(each => each.tabIndex < 0).length") == 0
