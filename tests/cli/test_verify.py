"""`autograd-harness verify` from outside: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from harness.record import CaseRun, CellEnded, Finding, read_events
from tests.running.outside import TOY, WRONG, environment, harness_command, run_harness

FILES = {"record.ndjson", "summary.json", "report.html", "junit.xml"}
BOTH = ("--dtype", "float64", "--dtype", "float32")
EXP = ("--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64")
UNHURRIED = ("--profile", "ci")  # fifteen seconds to shrink what takes a tenth of one: the machine shall not decide which case is left
DYING = "tests.running.toy:Dying"


def summary_of(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


def rows(folder: Path) -> list[CellEnded]:
    return [event for event in read_events(folder) if isinstance(event, CellEnded)]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("right")
    return folder, run_harness(
        folder, "verify", "--backend", TOY, "--op", "exp|sum|multiply", "--law", "vjp-eq-fd|vjp-zero", "-n", "2", *BOTH, "--seed", "5"
    )


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("wrong")
    return (
        folder,
        run_harness(folder, "verify", "--backend", WRONG, *EXP, "-n", "0", *UNHURRIED, "--out", "run"),
    )


def test_verify_of_a_right_backend_holds_and_exits_0(right):
    _, ran = right
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "HOLDS: Everything holds." in ran.stdout


def test_verify_leaves_record_summary_pages_and_latest(right):
    folder, _ = right
    latest = folder / "reports" / "out" / "latest"
    assert {path.name for path in latest.iterdir()} == FILES
    assert summary_of(latest)["seed"] == 5
    assert summary_of(latest)["command"].startswith("autograd-harness verify --backend tests.running.toy:Toy")


def test_verify_merges_its_workers_and_counts_what_they_did(right):
    folder, _ = right
    latest = folder / "reports" / "out" / "latest"
    assert len(rows(latest)) == 12
    assert summary_of(latest)["comparisons"]["valid"] == sum(row.counts.valid for row in rows(latest)) > 12


def test_verify_tells_the_plan_first(right):
    _, ran = right
    assert ran.stdout.splitlines()[0].startswith("12 cells, profile quick, seed 5, into reports/out/")


def test_verify_of_a_wrong_backend_prints_the_finding_and_exits_1(wrong):
    folder, ran = wrong
    assert ran.returncode == 1
    assert "gradient of exp(x0) is wrong in backend tests.running.toy:Wrong (cpu, float64)\n  law           <f'(x)^T w, v> = " in ran.stdout
    assert summary_of(folder / "run")["findings"] == {"new": 1, "known": 0, "fixed": 0, "not_met": 0}


def test_verify_again_compares_the_counterexamples_of_an_earlier_run_first(wrong):
    folder, _ = wrong
    chosen = (*EXP, "-n", "0", *UNHURRIED)
    still = run_harness(folder, "verify", "--backend", WRONG, *chosen, "--again", "run", "--out", "still")
    [old], [case] = ([event.case for event in read_events(folder / name) if isinstance(event, Finding)] for name in ("run", "still"))
    assert (still.returncode, case) == (1, old)
    first = next(event for event in read_events(folder / "still") if isinstance(event, CaseRun))
    assert (first.case, first.verdict) == (old, "BROKEN")


def test_verify_says_not_met_where_nothing_known_was_compared_again(right):
    folder, _ = right
    (folder / "known.json").write_text('[{"signature": "vjp-eq-fd | exp*", "reason": "was there"}]')
    chosen = ("--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0", "--baseline", "known.json")
    ran = run_harness(folder, "verify", "--backend", TOY, *chosen, "--out", "baselined")
    assert "0 new, 0 known; 1 of the baseline not met this time, which does not say that they are fixed" in ran.stdout
    assert summary_of(folder / "baselined")["findings"] == {"new": 0, "known": 0, "fixed": 0, "not_met": 1}


def test_replay_of_a_written_case_prints_the_block_and_exits_1(wrong):
    folder, _ = wrong
    [case] = (folder / "run" / "cases").glob("*.json")
    by_id = run_harness(folder, "replay", case.stem[:6], "--out", "run")
    assert by_id.returncode == 1
    assert "gradient of exp(x0) is wrong in backend tests.running.toy:Wrong" in by_id.stdout
    on_right = run_harness(folder, "replay", str(case), "--backend", TOY)
    assert (on_right.returncode, on_right.stderr) == (0, "")
    assert f"case {case.stem} holds now" in on_right.stdout


def test_verify_tells_a_command_that_replays_from_a_folder_of_ones_own(wrong):
    folder, ran = wrong
    told = next(line for line in ran.stdout.splitlines() if line.startswith("  reproduce"))
    command = told.split("  reproduce     autograd-harness ")[1].split("        ")[0]
    assert run_harness(folder, *shlex.split(command)).returncode == 1


def test_verify_records_a_command_that_a_shell_takes_as_it_was_typed(tmp_path):
    chosen = ("--op", "exp|sum", "--law", "(vjp|grad)-zero", "--dtype", "float64")
    run_harness(tmp_path, "verify", "--backend", TOY, *chosen, "-n", "0", "--out", "my run")
    words = shlex.split(summary_of(tmp_path / "my run")["command"])
    assert words[:2] == ["autograd-harness", "verify"]
    assert {"exp|sum", "(vjp|grad)-zero", "my run", "-n"} <= set(words)


def test_verify_says_that_only_what_the_baseline_knows_is_broken(wrong):
    folder, _ = wrong
    (folder / "wrong.json").write_text('[{"signature": "vjp-eq-fd | exp*", "reason": "reported"}]')
    chosen = ("--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0", "--baseline", "wrong.json", "--out", "accepted")
    ran = run_harness(folder, "verify", "--backend", WRONG, *chosen)
    assert ran.returncode == 0
    assert "HOLDS: Nothing is broken but what the baseline knows." in ran.stdout


def test_report_makes_the_same_page_again_from_the_record(wrong):
    folder, _ = wrong
    made = run_harness(folder, "report", "run", "--html", "again.html", "--junit", "again.xml", "--markdown", "again.md")
    assert made.returncode == 0
    assert made.stdout.splitlines() == ["wrote again.html", "wrote again.md", "wrote again.xml"]
    assert (folder / "again.html").read_bytes() == (folder / "run" / "report.html").read_bytes()
    assert (folder / "again.xml").read_bytes() == (folder / "run" / "junit.xml").read_bytes()


def test_verify_goes_on_when_a_worker_dies_and_names_the_cell(tmp_path):
    ran = run_harness(
        tmp_path, "verify", "--backend", DYING, "--op", "exp|sum", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "2", "--out", "run"
    )
    assert ran.returncode == 1
    verdicts = {row.op: row.verdict for row in rows(tmp_path / "run")}
    assert verdicts == {"exp": "CRASHED", "sum": "HOLDS"}
    assert ran.stdout.count("the worker process died while this cell ran.") == 1  # in its finding


def test_the_case_that_a_worker_died_of_is_a_finding_that_can_be_replayed(tmp_path):
    laws = ("--law", "vjp-eq-fd|vjp-zero|vjp-linear|grad-form|inputs-not-mutated|repeatable|value-unchanged")
    ran = run_harness(tmp_path, "verify", "--backend", DYING, "--op", "exp|sum", *laws, "--dtype", "float64", "-n", "1", "--out", "run")
    assert ran.returncode == 1
    died = [row for row in rows(tmp_path / "run") if row.verdict == "CRASHED"]
    assert {row.verdict for row in rows(tmp_path / "run")} == {"CRASHED", "HOLDS"}  # more than the four deaths after which xdist gives up
    assert len(died) > 4
    cases = sorted((tmp_path / "run" / "cases").glob("*.json"))
    assert len(cases) == len(died)
    assert f"{len(died)} new, 0 known" in ran.stdout
    again = run_harness(tmp_path, "replay", *map(str, cases[:2]))
    assert again.returncode == 1
    assert again.stdout.count(" is CRASHED: the process ended.") == 2


def test_verify_goes_on_when_an_adapter_exits_and_names_the_finding(tmp_path):
    quitting = "tests.running.toy:Quitting"
    ran = run_harness(
        tmp_path, "verify", "--backend", quitting, "--op", "exp|multiply", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0", "--out", "run"
    )
    assert ran.returncode == 1
    assert {row.op: row.verdict for row in rows(tmp_path / "run")} == {"exp": "BROKEN", "multiply": "HOLDS"}
    assert "raises SystemExit: the licence has expired; the plain forward works" in ran.stdout


def test_verify_that_is_interrupted_leaves_a_valid_record_and_exits_2(tmp_path):
    arguments = harness_command("verify", "--backend", "tests.running.toy:Slow", "--dtype", "float64", "-n", "2", "--out", "run")
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            if "is wrong in backend" in line:
                process.send_signal(signal.SIGINT)
                break
        seen += process.stdout.readlines()
    assert process.returncode == 2, "".join(seen)
    assert summary_of(tmp_path / "run")["verdict"] == "INTERRUPTED"
    assert "interrupted before this cell ended." in {row.reason for row in rows(tmp_path / "run")}
    assert "INTERRUPTED" in (tmp_path / "run" / "report.html").read_text()


def test_verify_without_evidence_exits_7(tmp_path):
    ran = run_harness(tmp_path, "verify", "--backend", TOY, "--op", "log", "--law", "vjp-eq-fd", "-n", "0", "--out", "run")
    assert ran.returncode == 7
    assert "INSUFFICIENT EVIDENCE: Nothing is broken, but the evidence does not suffice." in ran.stdout
    assert {row.reason for row in rows(tmp_path / "run")} == {"backend toy has no op 'log'."}


def test_verify_out_of_time_says_so_and_exits_7(tmp_path):
    ran = run_harness(
        tmp_path, "verify", "--backend", TOY, "--op", "exp", "--law", "vjp-zero", "-n", "0", *BOTH, "--max-time", "0.001s", "--out", "run"
    )
    assert ran.returncode == 7
    assert "insufficient evidence in 2 cells: out of time" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--op", "sofmax"), "op must be an expression that matches an op of the catalogue; got 'sofmax'. Did you mean softmax"),
        (("--out", "file/run"), "out must be a folder that can be written; got 'file/run'. It is not (not a directory); name another with --out."),
        (("--again", "nowhere"), "again must be the record of an earlier run, or its folder; got 'nowhere'. cannot read the record nowhere"),
        (("--baseline", "nowhere.json"), "cannot read the baseline nowhere.json: no such file or directory."),
    ],
)
def test_verify_refuses_in_one_sentence_and_exits_4(tmp_path, arguments: tuple[str, ...], sentence: str):
    (tmp_path / "file").write_text("in the way")
    ran = run_harness(tmp_path, "verify", "--backend", TOY, *arguments)
    assert ran.returncode == 4
    assert ran.stderr.startswith(f"Error: {sentence}")
    assert "Traceback" not in ran.stderr + ran.stdout


def test_verify_exits_5_where_known_names_leave_no_cell(tmp_path):
    ran = run_harness(tmp_path, "verify", "--backend", TOY, "--op", "exp", "--law", "tape")
    assert ran.returncode == 5
    assert ran.stderr == "Error: no cell is left: no law that 'tape' matches speaks of an op that 'exp' matches. Widen one of the two.\n"
