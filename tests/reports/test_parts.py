"""What the page counts, groups and draws."""

from __future__ import annotations

import base64
import gzip
import json
import math

import pytest

from harness.record import CaseRun, Counts, Evidence, RunEnded
from reports import wording
from reports.casedetails import MOST_HOLDING, MOST_NOT_HOLDING, CaseDetails
from reports.charts.bars import histogram, share_bar
from reports.charts.density import density_chart
from reports.charts.ladder import ladder_chart
from reports.charts.svg import element
from reports.conclusion import conclusion
from reports.grouping import group_findings
from reports.health import Health
from reports.inputs import Inputs
from reports.landscape import Landscape, positions, ratio_of
from reports.matrix import build_matrix, gaps
from reports.meaning import worth_of
from reports.reproduction import fenced, reproductions
from tests.record.examples import cell_ended, finding, ladder, run_started

END = RunEnded(verdict="HOLDS", exit_code=0, seconds=1.0)


def case(**changes):
    fields = {"cell": "c", "case": "0", "verdict": "HOLDS", "actual": 1.0, "expected": 1.0, "tolerance": 1e-9, "resolution": 1e-9}
    return CaseRun(**(fields | changes))


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance", "ratio"),
    [
        (1.5, 1.0, 1.0, 0.5),
        (1.0, 1.0, 0.0, 0.0),
        (2.0, 1.0, 0.0, math.inf),
        (math.inf, math.inf, 1.0, 0.0),
        (math.nan, 1.0, 1.0, None),
        (None, 1.0, 1.0, None),
    ],
)
def test_ratio_is_discrepancy_over_tolerance(actual, expected, tolerance, ratio):
    assert ratio_of(case(actual=actual, expected=expected, tolerance=tolerance)) == ratio


def look(landscape, one):
    landscape.see(one, ratio_of(one), positions(one))


def test_landscape_lists_near_misses_nearest_first_and_no_broken_case():
    landscape = Landscape()
    for i, ratio in enumerate([0.05, 0.5, 0.9, 5.0]):
        look(landscape, case(case=str(i), actual=1.0 + ratio, tolerance=1.0, verdict="BROKEN" if ratio > 1 else "HOLDS"))
    assert [name for _, name, _ in landscape.near_misses()] == ["2", "1"]


def test_landscape_leaves_out_vacuous_and_undecided_cases_and_counts_what_has_no_ratio():
    landscape = Landscape()
    for each in (case(vacuous=True), case(verdict="INCONCLUSIVE"), case(actual=math.nan)):
        look(landscape, each)
    assert (landscape.cases, landscape.unmeasured) == (0, 1)
    assert all(density_chart(panel) is None for panel in landscape.panels)


@pytest.mark.parametrize(("expected", "x"), [(1.0, 0), (1e-3, 6), (0.0, None), (math.inf, None)])
def test_landscape_knows_how_much_cancels(expected, x):
    landscape = Landscape()
    look(landscape, case(actual=expected, expected=expected, tolerance=1e-9, resolution=1e-9))
    (panel,) = [each for each in landscape.panels if each.label == "conditioning"]
    assert [place for place, _, _ in panel.bins] == ([] if x is None else [x])


@pytest.mark.parametrize("size", [0, 1, 10**9])
def test_density_chart_draws_every_size_within_its_frame(size):
    landscape = Landscape()
    look(landscape, case(shapes=[[size]], drawn={"margin": 1e-300}))
    for picture in filter(None, map(density_chart, landscape.panels)):
        assert "nan" not in picture
        assert "-" not in picture.split('<rect x="')[1].split('"')[0]


def test_ladder_chart_marks_the_rungs_that_were_used_and_the_discrepancy():
    picture = ladder_chart(ladder(), 1.2501, 1.25)
    assert picture is not None
    assert (picture.count('class="dot kept"'), picture.count('class="dot"'), picture.count('class="alarm"')) == (3, 8, 1)


def test_ladder_chart_has_no_line_where_the_discrepancy_is_not_finite():
    picture = ladder_chart(ladder(), math.nan, 1.25)
    assert picture is not None
    assert "alarm" not in picture


@pytest.mark.parametrize("rungs", [None, [], "no", [{"step": 0.1, "bound": 0.1}], [{"step": math.nan, "bound": -1.0}] * 5, [1, 2, 3]])
def test_ladder_chart_of_nothing_is_nothing(rungs):
    assert ladder_chart(rungs, 1.0, 1.0) is None


def test_svg_escapes_texts_and_attributes():
    assert element("text", '<b>"\x00', x=1.0, class_='"><') == '<text x="1" class="&#34;&gt;&lt;">&lt;b&gt;&#34;⟨U+0000⟩</text>'


def test_histogram_labels_each_column_and_none_is_drawn_for_nothing():
    assert histogram([("a", 0)], "x") is None
    assert "1,500 cases" in str(histogram([("1e-9", 1000), ("1e-8", 500)], "resolution"))


@pytest.mark.parametrize(("part", "whole", "width"), [(0, 10, 'width="0"'), (5, 10, 'width="50"'), (1, 10**6, 'width="0.8"'), (1, 0, 'width="0.8"')])
def test_share_bar_is_as_wide_as_its_share(part, whole, width):
    assert width in share_bar(part, whole)


def test_health_counts_why_the_oracle_abstained_and_how_sharp_it_was():
    health = Health()
    for each in (
        case(verdict="INCONCLUSIVE", reason="kink: at 0.5"),
        case(verdict="INCONCLUSIVE", reason="kink: at 0.7"),
        case(evaluations=8),
        case(resolution=3e-7),
        case(resolution=math.inf),
        case(resolution=0.0),
        case(vacuous=True),
    ):
        health.see(each)
    assert (health.cases, health.undecided, health.top_reasons(), health.typical_evaluations) == (7, 2, [("kink", 2)], 8)
    assert [decade for decade, cases in health.resolutions() if cases] == [-17, -9, -7]


def test_inputs_order_numbers_by_size_and_words_by_frequency():
    inputs = Inputs()
    for shape, layout in [([0], "strided"), ([], "plain"), ([3, 4], "plain"), ([100], "plain"), ([2] * 10, "plain")]:
        inputs.see(case(shapes=[shape], layouts=[layout], drawn={"edges": ["zero"]}))
    tables = dict(inputs.tables())
    assert tables["rank"] == [("0", 1), ("1", 2), ("2", 1), ("10", 1)]
    assert [name for name, _ in tables["size"]] == ["0 elements", "1 element", "10 to 99", "100 to 999", "1000 to 9999"]
    assert tables["layout"] == [("plain", 4), ("strided", 1)]
    assert tables["edge of the domain"] == [("zero", 5)]


def test_meaning_speaks_of_cells_that_hold_and_of_the_weakest_among_them():
    cells = [
        cell_ended(),
        cell_ended(op="tanh", counts=Counts(valid=300)),
        cell_ended(op="sum", verdict="BROKEN"),
        cell_ended(op="svd", verdict="UNSUPPORTED"),
    ]
    (worth,) = worth_of(cells)
    assert (worth.holding, worth.cells, worth.weakest, worth.total, worth.bound) == (2, 3, 40, 380, 3 / 40)


def test_meaning_adds_cells_up_only_where_nothing_broke():
    holding = [cell_ended(), cell_ended(op="tanh"), cell_ended(op="svd", verdict="INCONCLUSIVE")]
    (worth,) = worth_of(holding)
    assert worth.together == 3 / 82
    (worth,) = worth_of([*holding, cell_ended(op="sum", verdict="BROKEN")])
    assert worth.together is None


def test_meaning_takes_the_laws_of_the_tape_together():
    assert [(worth.family, worth.cells) for worth in worth_of([cell_ended(op="tape", family=name) for name in ("hooks", "views")])] == [("tape", 2)]


def test_meaning_gives_no_bound_without_evidence():
    (worth,) = worth_of([cell_ended(verdict="INCONCLUSIVE")])
    assert (worth.weakest, worth.bound) == (0, 1.0)


def test_details_of_what_does_not_hold_are_kept_while_there_is_room_and_counted_afterwards():
    details = CaseDetails()
    for i in range(MOST_NOT_HOLDING + 3):
        details.see(i, case(verdict="INCONCLUSIVE", reason="noise"))
    assert details.left_out == 3
    kept = json.loads(gzip.decompress(base64.b64decode(details.packed())))
    assert len(kept) == MOST_NOT_HOLDING
    assert kept["0"]["reason"] == "noise"


def test_details_of_what_holds_are_one_of_each_cell_up_to_a_number():
    details = CaseDetails()
    for i in range(2 * MOST_HOLDING):
        details.see(i, case(cell=f"cell {i // 2 if i < 100 else i}"))
    kept = json.loads(gzip.decompress(base64.b64decode(details.packed())))
    assert [place for place in map(int, kept) if place < 100] == list(range(0, 100, 2))
    assert len(kept) == MOST_HOLDING


def square_of(*cells, findings=()):
    matrix = build_matrix(Evidence([run_started(), *findings, *cells, END]), {cells[0].cell: "finding-1"})
    ((square,),) = [squares for ops in matrix.rows.values() for squares in ops.values()]
    return square


def test_matrix_square_shows_the_worst_verdict_and_adds_the_evidence():
    square = square_of(cell_ended(verdict="BROKEN"), cell_ended("jvp-agrees"))
    assert (square.verdict, square.counts.valid, square.cells, square.finding, square.thin) == ("BROKEN", 80, 2, "finding-1", False)


@pytest.mark.parametrize("order", [1, -1])
def test_matrix_square_is_unsupported_only_where_nothing_ran(order):
    mixed = square_of(*[cell_ended(), cell_ended("jvp-agrees", verdict="UNSUPPORTED")][::order])
    assert (mixed.verdict, mixed.partly) == ("HOLDS", True)
    alone = square_of(cell_ended(verdict="UNSUPPORTED"), cell_ended("jvp-agrees", verdict="UNSUPPORTED"))
    assert (alone.verdict, alone.partly, alone.thin) == ("UNSUPPORTED", False, False)


def test_matrix_square_is_thin_when_one_of_its_cells_is_unless_it_broke():
    assert square_of(cell_ended(), cell_ended("jvp-agrees", minimum=100)).thin
    assert not square_of(cell_ended(), cell_ended("jvp-agrees", verdict="BROKEN", minimum=100)).thin


def test_matrix_square_is_known_only_when_everything_broken_in_it_is():
    cells = cell_ended(op="softmax", dtype="float32", verdict="BROKEN"), cell_ended("jvp-agrees", "softmax", "float32", "BROKEN")
    known = [finding(known="reported"), finding("jvp-agrees", known="reported")]
    assert square_of(*cells, findings=known).known
    assert not square_of(*cells, findings=known[:1]).known


def test_matrix_has_a_row_per_family_of_laws_on_the_tape():
    cells = [
        cell_ended(),
        *(cell_ended(law, "tape", family=family, op_family="tape", cell=law) for law, family in (("a", "slots"), ("b", "slots"), ("c", "no_grad"))),
    ]
    matrix = build_matrix(Evidence(cells), {})
    assert matrix.families == ["values", "tape"]
    assert {group: list(ops) for group, ops in matrix.rows.items()} == {"elementwise": ["add"], "tape": ["no_grad", "slots"]}
    assert [square and square.cells for square in matrix.rows["tape"]["slots"]] == [None, 2]


def test_matrix_labels_leave_out_what_all_configurations_share():
    cells = [cell_ended(dtype="float32"), cell_ended(dtype="float64"), cell_ended(dtype="float32", device="cuda:0", cell="x")]
    assert build_matrix(Evidence(cells), {}).labels() == ["f64\ncpu", "f32\ncpu", "f32\ncuda:0"]
    assert build_matrix(Evidence(cells[:1]), {}).labels() == ["f32"]


def test_matrix_labels_leave_out_the_python_of_a_backend_whose_name_is_its_own():
    names = ("torch", "jax@/venvs/jax/bin/python", "mlx@/a/python", "mlx@/b/python")
    labels = build_matrix(Evidence([cell_ended(backend=name, cell=name) for name in names]), {}).labels()
    assert sorted(labels) == ["jax", "mlx@/a/python", "mlx@/b/python", "torch"]


def test_gaps_join_reasons_that_differ_only_in_numbers():
    cells = [cell_ended(op=str(i), verdict="INCONCLUSIVE", reason=f"{i} of 20 were kinks") for i in range(3)] + [cell_ended(minimum=99)]
    assert [(verdict, reason, len(members)) for verdict, reason, members in gaps(cells)] == [
        ("INSUFFICIENT EVIDENCE", "40 valid comparisons, 99 are needed", 1),
        ("INCONCLUSIVE", "0 of 20 were kinks", 3),
    ]


def test_groups_put_news_before_known_and_wide_bugs_before_narrow():
    found = [finding(op="a", known="old"), finding(op="b"), finding(op="c", dtype="float32"), finding(op="c", dtype="float64")]
    groups = group_findings(found)
    assert [(group.example.op, len(group.cells), group.known) for group in groups] == [("c", 2, None), ("b", 1, None), ("a", 1, "old")]


def test_groups_put_wrong_derivatives_before_lost_digits():
    found = [
        finding(op="a", defect="precision"),
        finding(op="b", defect="convention"),
        finding(op="c", defect="wrong"),
        finding(op="d", defect="of the future"),
    ]
    assert [group.example.op for group in group_findings(found)] == ["c", "d", "b", "a"]


def test_conclusion_counts_the_classes_of_what_is_new():
    found = [finding(op="a", defect="precision"), finding(op="b", defect="wrong"), finding(op="c", defect="wrong", known="reported")]
    assert conclusion(Evidence([run_started(), *found, END])).startswith("2 new findings (1 wrong, 1 precision) in 2 cells, 1 known finding.")


def test_group_example_is_the_shortest_new_finding():
    found = [finding(text="short", known="old"), finding(text="a longer text"), finding(text="the longest text of all")]
    assert group_findings(found)[0].example.text == "a longer text"


def test_conclusion_names_cells_that_broke_without_a_counterexample():
    told = conclusion(Evidence([run_started(), cell_ended(verdict="BROKEN"), END]))
    assert told == "1 cell broken without a counterexample. 0 of 1 cell hold, on 40 valid comparisons in all."


def test_conclusion_counts_cells_with_too_little_evidence():
    few = cell_ended(verdict="INSUFFICIENT EVIDENCE")
    told = conclusion(Evidence([run_started(), cell_ended(op="exp"), few, END]))
    assert told == "Nothing is broken. 1 of 2 cells hold, on 42 valid comparisons in all; 1 cell had too few."


def test_conclusion_does_not_call_a_run_empty_that_found_something():
    cell = cell_ended(op="softmax", dtype="float32", verdict="BROKEN", counts=Counts(broken=3, attempted=3))
    assert conclusion(Evidence([run_started(), finding(), cell, END])) == "1 new finding in 1 cell. 0 of 1 cell hold, on 0 valid comparisons in all."
    empty = cell_ended(verdict="INSUFFICIENT EVIDENCE", counts=Counts())
    assert conclusion(Evidence([run_started(), empty, END])) == "Nothing was compared, so nothing is known."


def test_reproductions_leave_out_what_the_record_does_not_hold():
    labels = [tab.label for tab in reproductions(finding(script="", pytest="", case_json=""), [])]
    assert labels == ["Replay", "Issue"]


def test_fence_grows_with_the_text():
    assert fenced("```", "python") == "````python\n```\n````"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (wording.duration(0.0123), "12 ms"),
        (wording.duration(59.0), "59.0 s"),
        (wording.duration(125), "2m 05s"),
        (wording.duration(7260), "2h 01m"),
        (wording.duration(math.nan), "unknown"),
        (wording.brief_count(999), "999"),
        (wording.brief_count(1234), "1.2k"),
        (wording.brief_count(34_567), "35k"),
        (wording.brief_count(9_960), "10k"),
        (wording.power(-9), "1e-9"),
        (wording.brief_number(0.25), "0.25"),
        (wording.brief_number(0.00013), "1e-4"),
        (wording.brief_number(-1.5e10), "-2e10"),
        (wording.brief_number(9.2e-16), "9e-16"),
        (wording.brief_number(math.nan), "nan"),
        (wording.power(2), "100"),
        (wording.number(True), "True"),
        (wording.memory(0), "not measured"),
        (wording.plural(1, "miss", "misses"), "1 miss"),
        (wording.one_line("a\n b" + "c" * 99, 6), "a bcc…"),
        (wording.slug("A VERDICT OF THE FUTURE"), "errored"),
    ],
)
def test_wording_reads_as_a_person_would_write_it(told, expected):
    assert told == expected
