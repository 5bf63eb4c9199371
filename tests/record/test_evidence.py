"""What a run amounts to: the verdict, the exit code, the summary, and several workers as one."""

from __future__ import annotations

import json

import msgspec
import pytest

from harness.record import (
    CellStarted,
    Counts,
    Evidence,
    RecordError,
    RunEnded,
    Summary,
    merge_records,
    read_events,
    summarize,
    write_merged,
    write_summary,
)
from tests.record.examples import cell_ended, complete_run, finding, interrupted_run, quiet_run, run_started, write

END = RunEnded(verdict="HOLDS", exit_code=0, seconds=1.0)


def amounts_to(*events):
    evidence = Evidence([run_started(), *events])
    return evidence.verdict(), evidence.exit_code()


def test_run_that_holds_exits_with_0():
    assert amounts_to(cell_ended(), END) == ("HOLDS", 0)


@pytest.mark.parametrize("verdict", ["BROKEN", "CRASHED", "HUNG"])
def test_run_with_a_wrong_cell_is_broken(verdict):
    assert amounts_to(cell_ended(), cell_ended(op="tanh", verdict=verdict), END) == ("BROKEN", 1)


def test_run_with_a_new_finding_is_broken_although_its_cell_says_otherwise():
    assert amounts_to(cell_ended(op="softmax"), finding(), END) == ("BROKEN", 1)


def test_run_with_only_known_findings_holds():
    cell = cell_ended(op="softmax", dtype="float32", verdict="BROKEN")
    assert amounts_to(finding(known="reported"), cell, END) == ("HOLDS", 0)


def test_run_in_which_only_a_known_finding_was_compared_holds():
    cell = cell_ended(op="softmax", dtype="float32", verdict="BROKEN", counts=Counts(attempted=1, broken=1))
    assert amounts_to(finding(known="reported"), cell, END) == ("HOLDS", 0)
    assert amounts_to(cell_ended(verdict="UNSUPPORTED"), END) == ("INSUFFICIENT EVIDENCE", 7)


def test_run_with_a_new_finding_beside_a_known_one_in_the_same_cell_is_broken():
    cell = cell_ended(op="softmax", dtype="float32", verdict="BROKEN")
    assert amounts_to(finding(known="reported"), finding(pattern="sign"), cell, END) == ("BROKEN", 1)


@pytest.mark.parametrize("verdict", ["ERRORED", "A VERDICT OF THE FUTURE"])
def test_run_with_an_errored_cell_exits_with_1(verdict):
    assert amounts_to(cell_ended(), cell_ended(op="tanh", verdict=verdict), END) == ("ERRORED", 1)


def test_run_with_a_cell_that_never_ended_is_errored():
    assert amounts_to(cell_ended(), CellStarted(cell="lost", time=0.5), END) == ("ERRORED", 1)


@pytest.mark.parametrize("verdict", ["INSUFFICIENT EVIDENCE", "INCONCLUSIVE"])
def test_run_with_an_undecided_cell_exits_with_7(verdict):
    assert amounts_to(cell_ended(), cell_ended(op="tanh", verdict=verdict), END) == ("INSUFFICIENT EVIDENCE", 7)


def test_cell_under_its_minimum_does_not_hold_whatever_it_claims():
    assert amounts_to(cell_ended(minimum=41), END) == ("INSUFFICIENT EVIDENCE", 7)


@pytest.mark.parametrize("cells", [[], [cell_ended(verdict="UNSUPPORTED")]])
def test_run_without_a_comparison_is_no_pass(cells):
    assert amounts_to(*cells, END) == ("INSUFFICIENT EVIDENCE", 7)


@pytest.mark.parametrize("end", [[], [RunEnded(verdict="HOLDS", exit_code=2, seconds=1.0, interrupted=True)]])
def test_run_without_its_end_is_interrupted(end):
    assert amounts_to(cell_ended(), *end) == ("INTERRUPTED", 2)


@pytest.mark.parametrize("code", [3, 4, 5])
def test_run_keeps_the_exit_code_of_a_runner_that_failed(code):
    assert amounts_to(cell_ended(), RunEnded(verdict="ERRORED", exit_code=code, seconds=1.0)) == ("ERRORED", code)


def test_summary_has_the_fields_of_its_schema(tmp_path):
    write_summary(tmp_path / "summary.json", summarize(complete_run()))
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert list(summary) == list(Summary.__struct_fields__)
    assert {"format", "verdict", "exit_code", "command", "seed", "duration_s", "cells", "comparisons", "findings"} < set(summary)
    assert (summary["verdict"], summary["exit_code"], summary["backends"]) == ("BROKEN", 1, {"torch": "2.13.0"})
    assert summary["findings"] == {"new": 1, "known": 1, "fixed": 1, "not_met": 0}
    assert list(summary["comparisons"]) == ["attempted", "valid", "vacuous", "inconclusive", "rejected", "broken"]


def test_summary_counts_a_bug_in_two_dtypes_once():
    assert summarize([finding(dtype="float32"), finding(dtype="float64"), finding(op="prod", known="reported")]).findings.new == 1


def test_summary_says_where_it_cannot_be_written(tmp_path):
    with pytest.raises(RecordError, match=r"cannot write the summary .*: .+\. Choose a folder"):
        write_summary(tmp_path, summarize(quiet_run()))


def test_merge_gives_the_same_summary_as_one_worker(tmp_path):
    events = complete_run()
    starts = [i for i, event in enumerate(events) if isinstance(event, CellStarted)]
    cut = starts[len(starts) // 2]
    first = write(tmp_path / "a.ndjson", [*events[:cut], msgspec.structs.replace(events[-1], verdict="HOLDS", exit_code=0)])
    second = write(tmp_path / "b.ndjson", [run_started(worker="gw1"), *events[cut:]])
    write_merged([first, second], tmp_path / "merged.ndjson")
    merged = list(read_events(tmp_path / "merged.ndjson"))
    assert [type(event).__name__ for event in (merged[0], merged[-1])] == ["RunStarted", "RunEnded"]
    assert len(merged) == len(events)
    ours, theirs = summarize(merged), summarize(events)
    assert msgspec.structs.replace(ours, peak_memory_bytes=0) == msgspec.structs.replace(theirs, peak_memory_bytes=0)


def test_merge_keeps_the_plan_of_workers_and_adds_that_of_shards(tmp_path):
    def planned(*commands: str) -> int:
        runs = [run_started(command=command, cells_planned=10) for command in commands]
        paths = [write(tmp_path / f"{i}.ndjson", [run, END]) for i, run in enumerate(runs)]
        return next(merge_records(paths)).cells_planned

    assert planned("verify", "verify") == 10
    assert planned("verify --shard 1/2", "verify --shard 2/2") == 20


def test_merge_names_a_worker_that_was_killed(tmp_path):
    ended, killed = (
        write(tmp_path / "a.ndjson", [run_started(), cell_ended(), END]),
        write(tmp_path / "b.ndjson", [run_started(), cell_ended(op="sum")]),
    )
    last = list(merge_records([ended, killed]))[-1]
    assert (last.verdict, last.message) == ("HOLDS", "1 of 2 records stop before their end: a worker was killed.")


def test_merge_of_records_without_an_end_has_none(tmp_path):
    paths = [write(tmp_path / f"{i}.ndjson", [run_started(), cell_ended()]) for i in range(2)]
    assert summarize(merge_records(paths)).verdict == "INTERRUPTED"


def test_merge_adds_the_evidence_of_one_cell_and_keeps_the_worst_verdict(tmp_path):
    paths = [write(tmp_path / f"{v}.ndjson", [run_started(), cell_ended(verdict=v), END]) for v in ("HOLDS", "BROKEN")]
    (cell,) = Evidence(merge_records(paths)).cells.values()
    assert (cell.verdict, cell.counts.valid, cell.seconds) == ("BROKEN", 80, 0.5)


def test_merge_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"merge_records\(paths=...\) must name at least one record"):
        list(merge_records([]))


def test_interrupted_example_is_interrupted():
    assert summarize(interrupted_run()).exit_code == 2
