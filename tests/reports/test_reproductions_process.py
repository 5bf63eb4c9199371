"""Reproductions of a finding on an adapter in another process: there is no script, and every other way starts the process again."""

from __future__ import annotations

import sys
import time
from contextlib import closing

import pytest

from harness.backends import load_backend
from harness.record import Finding
from harness.running.cell import run_cell
from harness.running.cells import Cell
from harness.running.journal import Journal, Run
from harness.running.profiles import PROFILES
from tests.reports.test_reproductions import RUN, tabs_of

ADAPTER = 'exec {python} -m harness.backends.process.serve "${{SUBJECT:-reference}}"\n'


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> tuple[Finding, object]:
    """A finding on an adapter whose process is wrong as long as SUBJECT says so, and the folder of the run."""
    folder = tmp_path_factory.mktemp("process")
    (folder / "adapter.sh").write_text(ADAPTER.format(python=sys.executable))
    backend = f"process:sh {folder / 'adapter.sh'}"
    journal = Journal(Run(str(folder), 7, "quick", "a test", time.time(), database=str(folder / "examples")), "main")
    journal.begin({})
    with pytest.MonkeyPatch.context() as wrong, closing(journal):
        wrong.setenv("SUBJECT", "faulty:scaled-gradient:reference")
        outcome = run_cell(Cell("vjp-eq-fd", "exp", "float64", "cpu", backend), load_backend(backend), PROFILES["quick"], journal)
    assert outcome.finding is not None, outcome.ended
    return outcome.finding, folder


def ways(found: Finding):
    """Each of its tabs, with a process that starts anew."""
    for tab in tabs_of(found):
        load_backend.cache_clear()
        yield tab


def test_every_way_fails_while_the_process_is_wrong(found, monkeypatch):
    monkeypatch.setenv("SUBJECT", "faulty:scaled-gradient:reference")
    seen = []
    for tab in ways(found[0]):
        with pytest.raises(AssertionError):
            RUN[tab.label](tab.text, found[1])
        seen.append(tab.label)
    assert seen == ["Replay", "pytest", "JSON", "Issue"]


def test_every_way_passes_once_the_process_is_right(found):
    for tab in ways(found[0]):
        RUN[tab.label](tab.text, found[1])
