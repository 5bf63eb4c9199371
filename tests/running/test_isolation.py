"""A worker that hangs or dies: what it leaves tells which."""

from __future__ import annotations

import faulthandler
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.record import CellStarted
from harness.running import isolation
from harness.running.folder import default_folder, make_folder, point_latest_to, run_folders
from harness.running.isolation import Guard, cause_of_death, uninterrupted
from harness.running.journal import Journal, Run
from harness.running.misuse import Misuse
from harness.running.profiles import PROFILES
from tests.running.outside import environment

HANGS = """
import sys
from harness.running.isolation import Guard
from harness.running.journal import Journal, Run
with Guard(Run(sys.argv[1], 0, "quick", "", 0.0), "gw0", float(sys.argv[2])).watching("a/cell"):
    while sys.argv[3] == "hangs":
        pass
    if sys.argv[3] == "breaks":
        import faulthandler
        faulthandler._sigsegv()
"""


def ended(folder: Path, seconds: str, how: str) -> int:
    return subprocess.run([sys.executable, "-c", HANGS, str(folder), seconds, how], env=environment(), check=False, timeout=60).returncode


def run_in(folder: Path) -> Run:
    return Run(str(folder), 0, "quick", "", 0.0)


def test_a_cell_that_hangs_ends_its_worker_and_shows_where(tmp_path):
    assert ended(tmp_path, "0.2", "hangs") == 1
    verdict, reason = cause_of_death(run_in(tmp_path), "a/cell")
    assert verdict == "HUNG"
    assert "in <module>" in reason


def test_a_cell_that_died_without_a_sign_has_crashed(tmp_path):
    assert ended(tmp_path, "60", "ends") == 0
    assert cause_of_death(run_in(tmp_path), "a/cell") == ("CRASHED", "the worker process died while this cell ran.")
    assert cause_of_death(run_in(tmp_path), "another/cell")[0] == "CRASHED"


def test_a_cell_that_died_of_a_fatal_error_says_of_which_and_where(tmp_path):
    assert ended(tmp_path, "60", "breaks") == -signal.SIGSEGV
    assert cause_of_death(run_in(tmp_path), "a/cell") == (
        "CRASHED",
        "the worker process died while this cell ran: Segmentation fault in <module> (<string>:10).",
    )


def test_what_is_completed_uninterrupted_is_completed():
    done = []
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append("after the interrupt")
    assert done
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_latest_means_the_last_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = default_folder()
    make_folder(first)
    point_latest_to(first)
    second = default_folder()
    make_folder(second)
    point_latest_to(second)
    assert first != second
    assert (Path("reports/out/latest").resolve(), next(path.name for path in run_folders())) == (second.resolve(), "latest")


def test_make_folder_refuses_what_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Misuse, match=r"It is not \(not a directory\); name another with --out\."):
        make_folder(tmp_path / "file" / "run")


def test_a_cell_may_have_a_limit_of_its_own(tmp_path, monkeypatch):
    armed = []
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda seconds, **how: armed.append(seconds))
    guard = Guard(run_in(tmp_path), "gw0", 60.0)
    for seconds in (None, PROFILES["quick"].silence("compiled ops"), None):
        with guard.watching("a/cell", seconds):
            pass
    assert armed == [60.0, 300.0, 60.0]


def test_a_cell_that_gives_signs_of_life_may_take_as_long_again_each_time(tmp_path, monkeypatch):
    armed = []
    monkeypatch.setattr(faulthandler, "dump_traceback_later", lambda seconds, **how: armed.append(seconds))
    guard = Guard(run_in(tmp_path), "gw0", 60.0)
    journal = Journal(run_in(tmp_path), "gw0", sign=guard.sign)
    journal.write(CellStarted(cell="before/any", time=0.0))
    now = 100.0
    monkeypatch.setattr(isolation.time, "monotonic", lambda: now)
    with guard.watching("a/cell"):
        for now in (100.1, 100.9, 101.0, 101.5, 107.0):  # noqa: B007 (the clock reads it)
            journal.write(CellStarted(cell="a/cell", time=0.0))
    journal.write(CellStarted(cell="after/it", time=0.0))
    with guard.watching("another/cell"):
        pass
    journal.close()
    assert armed == [60.0] * 4  # at the start, at 101 and at 107, and at the start of the next cell
