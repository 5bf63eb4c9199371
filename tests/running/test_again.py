"""Counterexamples of an earlier run: taken from its record or from the files beside it, and held only when compared again."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.program.case import from_json, to_json
from harness.record import CaseRun, Finding, read_events, write_case
from harness.running.again import counterexamples, earlier_run, held_again
from harness.running.misuse import Misuse
from tests.record.examples import cell_ended, finding, run_started, write
from tests.running.outside import WRONG, run_harness

CHOSEN = ("--backend", WRONG, "--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finding]:
    folder = tmp_path_factory.mktemp("earlier")
    run_harness(folder, "verify", *CHOSEN, "--out", "run")
    [found] = [event for event in read_events(folder / "run") if isinstance(event, Finding)]
    return folder / "run", found


def test_counterexamples_of_a_cell_come_from_the_earlier_record(earlier):
    folder, found = earlier
    assert [draw.case.id for draw in counterexamples(str(folder), found.cell)] == [found.case]
    assert counterexamples(str(folder), "another cell") == []
    assert counterexamples("", found.cell) == []


def test_counterexamples_too_long_for_the_record_come_from_their_files(earlier, tmp_path):
    case = from_json(earlier[1].case_json)
    write(tmp_path / "record.ndjson", [run_started(), finding(case=case.id, case_json="", cell="c")])
    write_case(tmp_path, case.id, to_json(case))
    assert [each.case.id for each in counterexamples(str(tmp_path), "c")] == [case.id]


@pytest.mark.parametrize(
    ("changes", "held"), [({}, True), ({"verdict": "BROKEN"}, False), ({"vacuous": True}, False), ({"comparisons": 0}, False), ({"case": "0"}, False)]
)
def test_a_finding_is_held_only_when_its_case_was_compared_and_holds(earlier, changes, held):
    folder, found = earlier
    event = CaseRun(**({"cell": found.cell, "case": found.case, "verdict": "HOLDS"} | changes))
    assert [each.case for each in held_again(str(folder), [event, cell_ended()])] == ([found.case] if held else [])


def test_nothing_is_held_without_an_earlier_run():
    assert held_again("", [cell_ended()]) == []


def test_an_earlier_run_must_be_a_record(tmp_path):
    with pytest.raises(Misuse, match="again must be the record of an earlier run, or its folder; got"):
        earlier_run(str(tmp_path / "nowhere"))
