"""Two runs side by side: nothing is called fixed that was not looked at again, and nothing new is hidden behind something old."""

from __future__ import annotations

import msgspec
import pytest

from harness.record import CaseRun, CellStarted, Counts, RunEnded, summarize
from reports import render_html
from reports.charts.sparkline import sparkline
from reports.comparison import Snapshot, compare, render_comparison, spark, trends
from reports.comparison.chance import comparisons_to_expect, median_between
from reports.comparison.sentences import headline
from tests.record.examples import HOSTILE, cell_ended, complete_run, finding, hostile_run, interrupted_run, run_started
from tests.reports.page import Page

CASE = "k3f9q2ab01cd"


def a_cell(op="softmax", verdict="HOLDS", valid=40, reason="", **changes):
    counts = Counts(valid=valid, attempted=valid + (verdict == "BROKEN"), broken=int(verdict == "BROKEN"))
    return cell_ended(op=op, dtype="float32", verdict=verdict, counts=counts, minimum=min(valid, 20), reason=reason, **changes)


def a_case(cell, verdict="HOLDS", case="0", **changes):
    return CaseRun(cell=cell.cell, case=case, verdict=verdict, **changes)


def run(*events):
    return [run_started(), *events, RunEnded(verdict="", exit_code=0, seconds=1.0)]


def broken_at(tries, **changes):
    """A run that met the finding on softmax at comparison `tries`."""
    cell = a_cell(verdict="BROKEN")
    draws = [a_case(cell, case=str(i)) for i in range(tries - 1)] + [a_case(cell, "BROKEN", CASE)]
    return run(CellStarted(cell=cell.cell, time=0.0), *draws, finding(**changes), cell)


def compared(before, now):
    old = Snapshot(before)
    return compare(old, Snapshot(now, old.counterexamples))


def categories(before, now):
    return {name: len(entries) for name, entries in compared(before, now).entries.items() if entries}


def told(before, now, category):
    [entry] = compared(before, now).entries[category]
    return entry.told


@pytest.mark.parametrize(("first_met", "needed"), [(0, 59), (1, 59), (10, 585)])
def test_a_finding_counts_as_gone_only_after_it_would_have_been_met(first_met, needed):
    assert comparisons_to_expect(first_met) == needed


def test_a_run_is_the_same_as_itself():
    assert categories(complete_run(), complete_run()) == {}


def test_a_finding_that_only_the_newer_run_has_is_new():
    cell = a_cell()
    assert categories(run(a_case(cell), cell), broken_at(3)) == {"new": 1}
    assert told(run(a_case(cell), cell), broken_at(3), "new") == "the older run looked at 1 of its cells"


def test_a_new_finding_where_the_older_run_did_not_look_says_so():
    assert told(run(), broken_at(3), "new") == "the older run did not look there"


def test_a_finding_that_was_merely_not_met_is_not_called_fixed():
    now = run(a_cell(valid=58))
    assert categories(broken_at(1), now) == {"not met": 1}
    assert told(broken_at(1), now, "not met").startswith(
        "58 valid comparisons without it, 59 would say that it is gone; or see: autograd-harness replay"
    )


def test_a_finding_is_fixed_when_it_would_have_been_met():
    assert categories(broken_at(1), run(a_cell(valid=59))) == {"fixed": 1}
    assert categories(broken_at(2), run(a_cell(valid=59))) == {"not met": 1}


def test_a_finding_is_fixed_when_its_counterexample_is_compared_again_and_holds():
    cell = a_cell(valid=3)
    assert told(broken_at(9), run(a_case(cell, case=CASE), cell), "fixed") == f"its counterexample {CASE} was compared again, and holds"


@pytest.mark.parametrize("changes", [{"vacuous": True}, {"comparisons": 0}, {"verdict": "INCONCLUSIVE"}])
def test_a_counterexample_that_compared_nothing_fixes_nothing(changes):
    cell = a_cell(valid=3)
    again = a_case(cell, **({"case": CASE} | changes))
    assert categories(broken_at(9), run(again, cell)) == {"not met": 1}


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (run(), "the newer run did not look there"),
        (run(a_cell(verdict="UNSUPPORTED", valid=0, reason="no such op")), "the newer run did not look there: no such op"),
        (run(a_cell(verdict="CRASHED")), "the cell is crashed now"),
    ],
)
def test_a_finding_whose_cell_gives_no_answer_is_not_met(now, reason):
    assert told(broken_at(1), now, "not met") == reason


def test_the_same_cell_broken_otherwise_is_changed_and_neither_new_nor_fixed():
    assert categories(broken_at(1), broken_at(1, signature="another")) == {"changed": 1}


def test_a_finding_that_breaks_more_of_the_cells_that_both_looked_at_is_worse():
    other = a_cell("softmax", cell="other")
    wider = [*broken_at(1), finding(cell="other"), msgspec.structs.replace(other, verdict="BROKEN")]
    assert categories([*broken_at(1), other], wider) == {"worse": 1}
    assert categories(broken_at(1), wider) == {}  # the older run did not look at the other cell


def test_a_cell_that_crashes_and_did_not_is_worse():
    assert categories(run(a_cell()), run(a_cell(verdict="CRASHED", reason="signal 11"))) == {"worse": 1}
    assert told(run(a_cell()), run(a_cell(verdict="CRASHED", reason="signal 11")), "worse") == "crashed, was holds: signal 11"


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (run(), "not in the newer run"),
        (run(a_cell(verdict="UNSUPPORTED", valid=0, reason="no CUDA")), "unsupported: no CUDA"),
        (run(a_cell(verdict="INSUFFICIENT EVIDENCE", valid=1)), "insufficient evidence"),
    ],
)
def test_evidence_that_is_no_longer_there_is_lost(now, reason):
    assert told(run(a_cell()), now, "lost") == reason


def resolving(exponent, times=40):
    cell = a_cell()
    return run(*[a_case(cell, case=str(i), resolution=10.0 ** (exponent + 0.1 * (i % 3))) for i in range(times)], cell)


def test_comparisons_that_resolve_less_are_blunter():
    assert told(resolving(-12), resolving(-9), "blunter") == "1e+03 times"


@pytest.mark.parametrize(("before", "now"), [(-9, -12), (-9, -9)])
def test_comparisons_that_resolve_as_much_or_more_are_not_blunter(before, now):
    assert categories(resolving(before), resolving(now)) == {}


def test_drift_of_a_handful_of_comparisons_says_nothing():
    assert categories(resolving(-12, times=5), resolving(-9, times=5)) == {}
    assert median_between({1: 5}) is None


def test_median_lies_between_its_confidence_limits():
    assert median_between(dict.fromkeys(range(100), 1)) == (40.0, 49.0, 60.0)


def test_failing_counts_what_is_asked_for_and_nothing_that_is_known():
    found = compared(run(), broken_at(1))
    assert found.failing(frozenset({"new", "worse"})) == {"new": 1}
    assert found.failing(frozenset({"worse"})) == {}
    assert compared(run(), broken_at(1, known="reported")).failing(frozenset({"new"})) == {}


def test_spark_draws_a_bar_per_value():
    assert spark([0, 1, 7, float("nan"), 7]) == "▁▂█·█"
    assert spark([3, 3]) == "▁▁"


def test_trends_need_two_runs():
    summaries = [summarize(complete_run()), summarize(interrupted_run())]
    assert trends(summaries[:1]) == []
    assert {each.name: (each.first, each.last) for each in trends(summaries)}["time"] == ("41.5 s", "12.0 s")
    assert sparkline([1.0, float("inf")], "x") is None
    assert "polyline" in str(sparkline([1.0, 2.0], "x"))


def test_markdown_of_a_comparison_names_what_changed():
    text = render_comparison(compared(broken_at(1), run(a_cell(valid=3))), trends([summarize(complete_run())] * 2))
    assert "## 1 not met." in text
    assert "### ? Not met: not met this time, which does not say that they are gone" in text
    assert "| new findings | ▁▁ | 1 | 1 |" in text


def test_page_has_a_section_for_the_comparison_only_when_there_is_one():
    found = compared(broken_at(1), run(a_cell(valid=3)))
    page = Page(render_html(run(a_cell(valid=3)), found, trends([summarize(complete_run())] * 2)))
    assert "1 not met" in page.visible
    assert "58.4" not in page.visible
    assert "Compared with an earlier run" not in Page(render_html(complete_run())).visible


def test_comparison_of_hostile_records_does_nothing_that_they_say():
    found = compared(hostile_run(), complete_run())
    assert "not met" in headline(found)
    source = render_html(complete_run(), found)
    assert "<img" not in source.replace("&lt;img", "")
    assert HOSTILE not in render_comparison(found)
