"""The reports that the benchmark counts on, and how it hunts for them."""

from __future__ import annotations

import pytest

pytest.importorskip("expecttest")
import recall
from recall_reports import REPORTS, Report

from harness.ops.catalogue import catalogue
from harness.running.native import is_native
from properties.laws import laws

SINC = next(report for report in REPORTS if report.op == "sinc")


def test_every_report_names_an_op_and_laws_or_says_why_it_is_missed():
    assert {report.op for report in REPORTS if not is_native(report.op)} <= {*catalogue(), "tape"}
    assert {law for report in REPORTS for law in report.laws} <= set(laws())
    assert all(report.laws or report.missed for report in REPORTS)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: f"{report.op} {report.issues[0]}")
def test_what_a_report_says_of_torch_is_so_or_mended(report: Report):
    assert report.reproduces() is (report.op not in ("trace", "index_reduce"))


def test_a_defect_that_is_mended_does_not_reproduce():
    assert not Report((0,), "exp", (), lambda: 1.0, 1.0005).reproduces()
    assert Report((0,), "exp", (), lambda: float("nan"), 1.0).reproduces()


def test_the_hunt_finds_a_report_and_not_where_the_report_does_not_speak():
    assert recall.hunt(SINC, 0) is not None
    assert recall.hunt(Report((0,), "sinc", SINC.laws, SINC.seen, SINC.right, lambda case: False), 0) is None
    assert recall.hunt(Report((0,), "exp", ("vjp-eq-fd",), SINC.seen, SINC.right), 0) is None


def test_a_report_is_found_only_if_it_is_with_every_seed():
    rows = [{"issues": (1, 2), "reproduces": True, "cases": [3, 5]}, {"issues": (2,), "reproduces": True, "cases": [None, 1]}]
    rows += [{"issues": (4,), "reproduces": False, "cases": []}]
    assert recall.headline(rows, 2, 9.0).startswith("recall: 1 of 2 defects of 2 upstream issues")
