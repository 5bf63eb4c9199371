"""What a finding shows besides words: its Jacobian, the tangent that was claimed, the first wrong instruction, a tape's deeds, how it shrank."""

from __future__ import annotations

import math

import pytest

from harness.record import CaseRun
from reports import render_html
from reports.charts.heatmap import heat_maps
from reports.charts.ladder import ladder_chart
from reports.charts.slices import slice_charts
from reports.deeds import bisection_of, timeline_of
from reports.jacobian import jacobian_of
from reports.shrinking import Shrinking
from tests.record.examples import HOSTILE, case_run, cell_ended, finding, ladder, run_started
from tests.reports.everything import BISECTION, JACOBIAN, SLICE, TIMELINE, full_result
from tests.reports.page import Page


def test_a_finding_shows_everything_that_its_record_holds():
    source = render_html([run_started(), finding(result=full_result())])
    shown = Page(source).visible
    for part in (
        "d out[1] / d x[1]: actual 2, expected 1",
        "The claimed tangent",
        "Jacobian, outputs down and inputs across",
        "The first wrong instruction",
        "sum(v0) ✕ broken ✓ holds",
        "is_recording() ✕ True False",
        "backward(v0) ✕ x0.grad = [2] x0.grad = [1]",
    ):
        assert part in shown


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "x"])
def test_jacobian_of_odd_entries_is_drawn_and_marks_them(value):
    jacobian = jacobian_of({"details": {"jacobian": JACOBIAN | {"actual": [[value, 0.0], [0.0, 2.0]]}}})
    assert jacobian is not None
    assert jacobian.worst()[0][0] == "d out[0] / d x[0]"
    pictures = "".join(heat_maps(jacobian))
    assert "heat odd" in pictures
    assert 'x="nan"' not in pictures


@pytest.mark.parametrize(
    "found",
    [
        None,
        "text",
        {},
        JACOBIAN | {"actual": [[1.0]]},
        JACOBIAN | {"actual": "x"},
        JACOBIAN | {"outputs": ["a"]},
        JACOBIAN | {"inputs": None},
        {"actual": [], "expected": [], "outputs": [], "inputs": []},
    ],
)
def test_jacobian_that_is_not_whole_is_none(found):
    assert jacobian_of({"details": {"jacobian": found}}) is None


def test_heat_maps_show_sign_size_and_error():
    actual, expected, error = heat_maps(jacobian_of({"details": {"jacobian": JACOBIAN | {"expected": [[1.0, 0.0], [-1.0, 1.0]]}}}))
    assert ("positive level-5" in actual, "negative level-5" in expected, "wrong level-5" in error) == (True, True, True)
    assert error.count("zero") == 2


def test_slice_charts_draw_the_claim_and_what_is_left_without_the_oracle_s_tangent():
    whole, rest = slice_charts(SLICE, 2.5, 2.0)
    assert "slope claimed 2.5, found 2" in whole
    assert "slope claimed 0.5, found 0" in rest


@pytest.mark.parametrize(
    ("drawn", "actual"),
    [(None, 1.0), ({"t": 1, "values": 2}, 1.0), (SLICE, math.nan), (SLICE, None), ({"t": [0.0], "values": [0.0]}, 1.0)],
)
def test_slice_charts_of_nothing_are_none(drawn, actual):
    assert slice_charts(drawn, actual, 2.0) == []


def test_slice_charts_leave_out_points_that_are_not_finite():
    holed = {"t": [*SLICE["t"], 2.0], "values": [*SLICE["values"], math.inf]}
    assert len(slice_charts(holed, 1.0, 2.0)) == 2


def test_bisection_marks_the_first_wrong_instruction():
    assert [wrong for *_, wrong in bisection_of(BISECTION)] == [False, True]
    assert bisection_of("no") == bisection_of([1, 2]) == []


def test_timeline_tells_what_changed_and_what_differs():
    deeds = timeline_of(TIMELINE, str)
    assert [(deed.seen, deed.wrong) for deed in deeds] == [("", False), ("True", True), ("x0.grad = [[2.0]]", True)]
    assert timeline_of({"x": 1}, str) == timeline_of([None], str) == []


def test_ladder_crosses_show_each_rung_s_own_error():
    picture = ladder_chart(ladder(), 1.2501, 1.25)
    assert picture is not None
    assert picture.count('class="cross"') == sum(rung["value"] != 1.25 for rung in ladder())


def shrunk(*sizes):
    cell, shrinking = cell_ended(verdict="BROKEN"), Shrinking()
    shrinking.see(case_run(cell, 0))
    for i, size in enumerate(sizes):
        shrinking.see(case_run(cell, i, "BROKEN", shapes=[[size]], drawn={"depth": 1}))
    return [step.size for step in shrinking.way(cell.cell)]


def test_shrinking_keeps_what_became_smaller():
    assert shrunk(9, 12, 4, 4, 1) == [9, 4, 1]
    assert shrunk(*range(20, 0, -1)) == [20, 19, 18, 3, 2, 1]


def test_shrinking_of_what_was_met_small_has_nothing_to_tell():
    assert shrunk(1) == shrunk() == []


def test_hostile_parts_do_nothing():
    hostile = full_result(
        details={"jacobian": {"actual": [[HOSTILE, 1.0]], "expected": [[1.0, 2.0]], "outputs": [HOSTILE], "inputs": [HOSTILE, HOSTILE]}, HOSTILE: 1},
        slice={"t": HOSTILE, "values": [HOSTILE]},
        bisection=[{"instruction": HOSTILE, "upto": HOSTILE, "alone": HOSTILE}],
        timeline=[{"deed": HOSTILE, "seen": {HOSTILE: HOSTILE}, "expected": HOSTILE, "answer": HOSTILE, "expected_answer": HOSTILE}],
    )
    case = CaseRun(cell="c", case=HOSTILE, verdict="BROKEN", shapes=[[2]], drawn={"depth": HOSTILE})
    page = Page(render_html([run_started(), case, finding(result=hostile, cell="c")]))
    assert page.all("img") == []
    assert len(page.all("script")) == 1


def test_a_large_jacobian_is_drawn_in_a_few_bytes_an_entry():
    side = [f"x[{k}]" for k in range(20)]
    identity = [[float(i == j) for j in range(20)] for i in range(20)]
    whole = jacobian_of({"details": {"jacobian": {"actual": identity, "expected": identity, "outputs": side, "inputs": side}}})
    assert whole is not None
    assert sum(map(len, heat_maps(whole))) < 40_000


def test_a_page_of_a_thousand_findings_stays_small_and_names_them_all():
    many = [finding(op=f"op-{k}", result=full_result(), signature=f"s{k}", cell=f"c{k}") for k in range(1000)]
    source = render_html([run_started(), *many])
    assert len(source) < 10 * 2**20
    page = Page(source)
    assert len(page.all("article")) == 1000
    assert "The first 100 are told in full, the others in brief" in page.visible
