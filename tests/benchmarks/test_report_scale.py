"""The records that the benchmark of the report makes."""

from __future__ import annotations

import pytest
import report_scale

from harness.record import CaseRun, CellEnded, Evidence
from reports import render_html


@pytest.mark.parametrize("cases", [1, 1_000])
def test_record_has_as_many_cases_as_asked_for_and_holds(cases: int):
    events = list(report_scale.record(cases))
    assert sum(isinstance(event, CaseRun) for event in events) == cases
    assert sum(event.counts.valid for event in events if isinstance(event, CellEnded)) == cases
    assert Evidence(events).verdict() == "HOLDS"


def test_record_is_the_same_each_time():
    assert render_html(report_scale.record(200)) == render_html(report_scale.record(200))
