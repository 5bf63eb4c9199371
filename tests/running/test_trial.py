"""An adapter that ends its process, or never comes back, is told in a sentence, and the command and the other backends go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.running import trial
from harness.running.trial import LOADING, USING, ended, is_own
from tests.running.outside import TOY, run_harness

LEAVES = "import os\nos._exit(5)\n"
DIES = """
import os, signal
from tests.running.toy import Toy

class Dies(Toy):
    def vjp(self, function, primals, cotangents):
        os.kill(os.getpid(), signal.SIGSEGV)
"""
MUTE = """
import threading
from tests.running.toy import Toy

class Mute(Toy):
    def vjp(self, function, primals, cotangents):
        threading.Event().wait()
"""
SULKS = "raise SystemExit('not today')\n"


@pytest.fixture(autouse=True)
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("leaves", LEAVES), ("dies", DIES), ("mute", MUTE), ("sulks", SULKS)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv(trial._TRIED, raising=False)


@pytest.mark.parametrize(
    ("name", "deed", "how"),
    [
        ("leaves:Adapter", LOADING, "exited with code 5 when it was loaded"),
        ("dies:Dies", LOADING, ""),
        ("dies:Dies", USING, "was killed by SIGSEGV while its promises were checked, at dies.py, line 7"),
        ("sulks:Adapter", LOADING, ""),
        ("no.such:Adapter", USING, ""),
        (TOY, USING, ""),
    ],
)
def test_a_trial_tells_how_a_process_ended_and_nothing_else(name: str, deed: str, how: str):
    assert ended(name, deed) == how


def test_a_trial_ends_a_process_that_gives_no_answer():
    assert ended("mute:Mute", USING, seconds=5.0).startswith("gave no answer in 5 s while its promises were checked")


def test_a_trial_is_made_once_for_a_run_and_its_workers(monkeypatch: pytest.MonkeyPatch):
    first = ended("leaves:Adapter", LOADING)
    monkeypatch.setattr(trial.subprocess, "run", lambda *args, **options: pytest.fail("it was tried again"))
    assert ended("leaves:Adapter", LOADING) == first


@pytest.mark.parametrize(("name", "own"), [(TOY, True), ("torch", False), ("faulty:wrong-hvp:torch", False), ("process:node x.js", False)])
def test_only_an_adapter_of_somebodys_in_this_environment_is_tried(name: str, own: bool):
    assert is_own(name) is own
    assert not is_own(f"{name}@/venvs/x/bin/python")


def test_verify_goes_on_with_the_other_backends(tmp_path: Path):
    ran = run_harness(tmp_path, "verify", "--backend", "leaves:Adapter", "--backend", TOY, "--op", "exp", "--law", "vjp-zero", "-n", "0")
    told = "the adapter leaves:Adapter ends its process: it exited with code 5 when it was loaded. Mend that, or name it as leaves:Adapter@PYTHON"
    assert ran.returncode == 7, ran.stdout + ran.stderr
    assert f"{told}, which is started again. The other backends go on." in ran.stdout
    assert "HOLDS" in ran.stdout


def test_doctor_says_what_ends_the_process(tmp_path: Path):
    ran = run_harness(tmp_path, "doctor", "--backend", "dies:Dies", "--backend", TOY)
    told = (
        "An adapter must outlive each call. Its process was killed by SIGSEGV while its promises were checked, at dies.py, line 7. Raise an exception"
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert told in ran.stdout
    assert f"the adapter of {TOY} keeps every promise" in ran.stdout
