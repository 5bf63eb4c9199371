"""One cell, from draws to verdict: evidence counted, counterexamples shrunk, exceptions laid at the right door."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends import load_backend
from harness.program.case import from_json
from harness.record import Baseline, CaseRun, CellEnded, CellStarted, Finding, Known, read_events
from harness.running import budget
from harness.running import cell as cell_module
from harness.running.budget import LEAST_VALID
from harness.running.cell import Outcome, run_cell
from harness.running.cells import Cell
from harness.running.finding import reproductions
from harness.running.journal import Journal, Run
from harness.running.pool import Draw, pool_of
from harness.running.profiles import PROFILES, Profile
from tests.running.outside import environment
from tests.running.toy import Toy

PROFILE = dataclasses.replace(PROFILES["quick"], seconds=60.0, shrink_seconds=60.0)  # the machine shall not decide how far a case is shrunk


def journal_in(folder: Path, *, max_time: float | None = None, baseline: Baseline | None = None, seed: int = 7) -> Journal:
    run = Run(str(folder), seed, "quick", "a test", time.time() - 1, max_time=max_time, database=str(folder / "examples"))
    journal = Journal(run, "main", baseline or Baseline())
    journal.begin({})
    return journal


def run_one(
    folder: Path, backend: str, law: str = "vjp-eq-fd", op: str = "exp", profile: Profile = PROFILE, share: float = math.inf, **options: object
) -> Outcome:
    journal = journal_in(folder, **options)  # type: ignore[arg-type]
    name = f"tests.running.toy:{backend}"
    try:
        return run_cell(Cell(law, op, "float64", "cpu", name), load_backend(name), profile, journal, share)
    finally:
        journal.close()


def events_in(folder: Path) -> list[object]:
    return list(read_events(folder / "workers" / "main.ndjson"))


def test_run_cell_holds_on_a_right_backend_with_evidence_counted(tmp_path):
    ended = run_one(tmp_path, "Toy").ended
    counts = ended.counts
    assert (ended.verdict, ended.reason) == ("HOLDS", "")
    assert counts.valid >= PROFILE.minimum
    assert counts.attempted == counts.valid + counts.vacuous + counts.inconclusive + counts.broken


def test_run_cell_writes_start_cases_and_end(tmp_path):
    run_one(tmp_path, "Toy")
    kinds = [type(event) for event in events_in(tmp_path)[1:]]
    assert kinds[0] is CellStarted
    assert kinds[-1] is CellEnded
    assert set(kinds[1:-1]) == {CaseRun}


def test_run_cell_counts_draws_that_lead_to_no_case_as_rejected(tmp_path, monkeypatch):
    def draws(*args: object) -> Iterator[Draw]:
        yield from (Draw(None) if n % 2 == 0 else draw for n, draw in enumerate(pool_of(*args)))  # type: ignore[arg-type]

    monkeypatch.setattr(cell_module, "pool_of", draws)
    counts = run_one(tmp_path, "Toy", profile=dataclasses.replace(PROFILE, examples=10)).ended.counts
    assert (counts.rejected, counts.attempted) == (5, 5)


def test_run_cell_adds_up_its_time_by_part(tmp_path):
    ended = run_one(tmp_path, "Toy").ended
    assert set(ended.shares) == {"generation", "backend", "oracle", "bookkeeping"}
    assert ended.shares["oracle"] > 0 < ended.shares["backend"]
    assert ended.seconds == pytest.approx(sum(ended.shares.values()))


def test_run_cell_shrinks_a_counterexample_to_one_number(tmp_path):
    outcome = run_one(tmp_path, "Wrong")
    assert outcome.ended.verdict == "BROKEN"
    case = from_json((tmp_path / "cases" / f"{outcome.finding.case}.json").read_bytes())
    assert sum(x.size for x in case.primals) == 1
    assert "gradient of exp(x0) is wrong in backend tests.running.toy:Wrong (cpu, float64)" in outcome.finding.text
    assert f"autograd-harness replay {tmp_path / 'cases' / outcome.finding.case}.json" in outcome.finding.text


@pytest.mark.parametrize(
    ("folder", "named"),
    [("reports/out/20261124-015601", "{id}"), ("runs/today", "runs/today/cases/{id}.json"), ("my runs/1", "'my runs/1/cases/{id}.json'")],
)
def test_reproductions_name_the_file_where_an_id_would_not_be_found(tmp_path, folder: str, named: str):
    found = run_one(tmp_path, "Wrong").finding
    case = from_json(found.case_json)
    assert reproductions(case, folder, "") == [f"autograd-harness replay {named.format(id=case.id)}"]


def test_run_cell_finds_the_same_break_again_at_once(tmp_path):
    run_one(tmp_path, "Wrong")
    again = run_one(tmp_path, "Wrong", seed=8)
    assert again.ended.verdict == "BROKEN"
    assert again.ended.counts.attempted == 1


def test_run_cell_marks_what_the_baseline_knows(tmp_path):
    first = run_one(tmp_path / "first", "Wrong").finding
    assert first.known is None
    known = Baseline((Known(signature=first.signature, reason="reported upstream"),))
    assert run_one(tmp_path / "second", "Wrong", baseline=known).finding.known == "reported upstream"


def test_run_cell_is_broken_when_only_the_derivative_raises(tmp_path):
    outcome = run_one(tmp_path, "Raising")
    assert outcome.ended.verdict == "BROKEN"
    assert outcome.ended.reason == "raises ZeroDivisionError: the reciprocal of 0; the plain forward works"


def test_run_cell_is_unsupported_with_the_reason_of_the_plan(tmp_path):
    journal = journal_in(tmp_path)
    ended = run_cell(Cell("vjp-eq-fd", "log", "float64", "cpu", "toy", "backend toy has no op 'log'."), Toy(), PROFILE, journal).ended
    assert (ended.verdict, ended.reason) == ("UNSUPPORTED", "backend toy has no op 'log'.")
    journal.close()


def test_run_cell_is_insufficient_evidence_when_the_time_is_over(tmp_path):
    ended = run_one(tmp_path, "Toy", max_time=0.5).ended
    assert ended.verdict == "INSUFFICIENT EVIDENCE"
    assert ended.reason == "out of time: the run's time was over before this cell began."


def test_run_cell_with_a_small_share_of_the_run_ends_early_and_calls_it_no_evidence(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "PATIENCE", 1e9)  # however slow this machine is
    much = dataclasses.replace(PROFILE, examples=200, minimum=150, seconds=120.0)
    ended = run_one(tmp_path, "Toy", profile=much, share=1e-6).ended
    assert (ended.verdict, ended.counts.valid) == ("INSUFFICIENT EVIDENCE", LEAST_VALID)
    assert ended.reason.startswith(f"{LEAST_VALID} valid comparisons, 150 needed; the cell's time was over")
    assert run_one(tmp_path / "unbounded", "Toy", profile=much).ended.verdict == "HOLDS"


def test_run_cell_with_a_small_share_of_the_run_still_finds_what_is_broken(tmp_path):
    assert run_one(tmp_path, "Wrong", share=budget.LEAST_SHARE).finding is not None


def test_run_cell_gives_up_comparisons_that_take_too_long_and_says_so(tmp_path):
    ended = run_one(tmp_path, "Toy", profile=dataclasses.replace(PROFILE, hung_after=0.0)).ended
    assert (ended.verdict, ended.counts.valid) == ("INSUFFICIENT EVIDENCE", 0)
    assert ended.counts.inconclusive == ended.counts.attempted > 0
    assert "the comparison took longer than one may take, and was given up" in ended.reason


def test_run_cell_is_insufficient_evidence_below_its_minimum(tmp_path):
    few = Profile("few", 0, 1, 50, 1, 2, ("float64",), 10.0, 1.0, 60.0)
    ended = run_one(tmp_path, "Toy", profile=few).ended
    assert ended.verdict == "INSUFFICIENT EVIDENCE"
    assert "1 valid comparisons, 50 needed" in ended.reason


def test_run_cell_draws_again_until_the_minimum_is_reached(tmp_path):
    patient = Profile("patient", 0, 3, 8, 9, 2, ("float64",), 10.0, 1.0, 60.0)
    ended = run_one(tmp_path, "Toy", profile=patient).ended
    assert ended.verdict == "HOLDS"
    assert ended.counts.valid >= 8


def test_run_cell_lays_a_fault_of_the_harness_at_its_own_door(tmp_path, monkeypatch):
    def fails(case):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("properties.laws.path.direction", fails)
    with pytest.raises(RuntimeError, match="a bug of ours"):
        run_one(tmp_path, "Toy")
    ended = events_in(tmp_path)[-1]
    assert (ended.verdict, ended.reason) == ("ERRORED", "the harness itself failed: RuntimeError: a bug of ours")


def test_the_same_seed_draws_the_same_cases(tmp_path):
    def cases(folder: Path, seed: int) -> list[str]:
        run_one(folder, "Toy", seed=seed)
        return [event.case for event in events_in(folder) if isinstance(event, CaseRun)]

    assert cases(tmp_path / "a", 3) == cases(tmp_path / "b", 3)
    assert cases(tmp_path / "c", 4) != cases(tmp_path / "d", 3)


def test_a_finding_carries_a_test_that_fails_as_long_as_the_law_is_broken(tmp_path):
    finding = run_one(tmp_path, "Wrong").finding
    assert isinstance(finding, Finding)
    (tmp_path / "test_found.py").write_text(finding.pytest)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_found.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "LawBroken: gradient of exp(x0) is wrong" in ran.stdout
