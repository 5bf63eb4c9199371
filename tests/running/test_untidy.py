"""What an adapter leaves behind in a run: undone, told once per backend with its remedy, and no reason to doubt the results."""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.conformance import Shortfall
from harness.backends.conformance.surroundings import surroundings_kept
from harness.record import Evidence, Notice, read_events
from harness.running.cell import run_cell
from harness.running.cells import Cell
from harness.running.journal import Journal, Run
from harness.running.profiles import PROFILES
from tests.running.outside import TOY, run_harness, run_pytest

SILENCE = ("ignore", None, Warning, None, 0)  # alone: a module that is loaded meanwhile may bring filters of its own
KEEP = "Save and restore it, or use a context or a private generator."
TOLD = {
    "Printing": ("standard output", "It printed 'epoch 1\\n'.", "Drop the print, or write to stderr."),
    "Drawing": ("the state of NumPy's random numbers", "It changed the state of NumPy's random numbers.", KEEP),
    "Seeding": ("the state of Python's random numbers", "It changed the state of Python's random numbers.", KEEP),
    "Silencing": ("the warnings filters", "It changed the warnings filters.", KEEP),
    "Raising": (
        "NumPy's handling of floating-point errors (np.seterr)",
        "It changed NumPy's handling of floating-point errors (np.seterr).",
        KEEP,
    ),
    "Rounding": ("NumPy's print options (np.set_printoptions)", "It changed NumPy's print options (np.set_printoptions).", KEEP),
    "Halving": ("the default dtype of its library", "It changed the default dtype of its library.", KEEP),
}


def run_two_cells(folder: Path, adapter: str) -> list[Notice]:
    """What the record of two cells tells."""
    name = f"tests.running.untidy:{adapter}"
    run = Run(str(folder), 7, "quick", "a test", time.time(), database=str(folder / "examples"))
    journal, backend = Journal(run, "main"), load_backend(name)
    journal.begin({})
    for law in ("vjp-eq-fd", "vjp-linear"):
        assert run_cell(Cell(law, "exp", "float64", "cpu", name), backend, PROFILES["quick"], journal).ended.verdict == "HOLDS"
    journal.close()
    return [event for event in read_events(folder / "workers" / "main.ndjson") if isinstance(event, Notice)]


def surroundings() -> tuple[object, ...]:
    kind, keys, *rest = np.random.get_state()
    return random.getstate(), kind, keys.tobytes(), *rest, np.geterr(), np.get_printoptions(), SILENCE in warnings.filters


@pytest.mark.parametrize("adapter", TOLD)
def test_what_an_adapter_leaves_behind_is_told_once_and_undone(adapter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    before = surroundings()
    (notice,) = run_two_cells(tmp_path, adapter)
    assert (notice.subject, notice.seen, notice.remedy) == TOLD[adapter]
    assert notice.cell == f"vjp-eq-fd/exp/float64/cpu/tests.running.untidy:{adapter}"
    assert surroundings() == before
    assert capsys.readouterr().out == ""


def test_a_tidy_adapter_is_told_nothing(tmp_path: Path):
    assert run_two_cells(tmp_path, "Untidy") == []


def test_filters_that_come_with_a_module_are_the_librarys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "filters_of_its_own.py").write_text("import warnings\nwarnings.filterwarnings('ignore', message='of its own')\n")
    monkeypatch.syspath_prepend(tmp_path)
    left: dict[str, Shortfall] = {}
    with surroundings_kept(left):
        importlib.import_module("filters_of_its_own")
    assert left == {}
    with surroundings_kept(left):
        importlib.reload(sys.modules["filters_of_its_own"])  # as if a call of the library did it
    assert list(left) == ["the warnings filters"]


def test_workers_that_see_the_same_make_one_notice_for_each_backend():
    seen = [Notice(backend=backend, subject="stdout", cell=cell, seen="It printed.", remedy="Do not.") for backend in "ab" for cell in ("1", "2")]
    assert [(notice.backend, notice.cell) for notice in Evidence(seen).notices.values()] == [("a", "1"), ("b", "1")]


@pytest.fixture(scope="module", params=["0", "2"], ids=["in the main process", "in workers"])
def messy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run of an untidy adapter and of a right one: (folder, what it said)."""
    folder = tmp_path_factory.mktemp("messy")
    backends = ("--backend", "tests.running.untidy:Messy", "--backend", TOY)
    ran = run_harness(folder, "verify", *backends, "--op", "exp", "--law", "vjp-eq-fd|vjp-linear", "-n", request.param, "--out", "run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "run", ran.stdout


def sentence() -> str:
    return (
        "The adapter tests.running.untidy:Messy breaks 2 of its promises. It printed 'making an array\\nmaking an array\\nmaking an array\\n"
        "making an ar'. It changed the state of NumPy's random numbers. That was undone each time, so that the results stand. "
        f"Drop the print, or write to stderr. {KEEP} First seen in vjp-"
    )


def test_verify_tells_of_an_untidy_adapter_while_it_runs_and_at_the_end(messy: tuple[Path, str]):
    _, said = messy
    live = [line for line in said.splitlines() if line.startswith("The adapter")]
    assert [line.split("It")[0] for line in live] == [
        "The adapter tests.running.untidy:Messy breaks a promise. ",
        "The adapter tests.running.untidy:Messy breaks 2 of its promises. ",
    ]
    assert live[0].endswith("That was undone; more at the end.")
    assert live[1].startswith(sentence())


def test_verify_keeps_the_prints_of_an_adapter_out_of_what_it_says(messy: tuple[Path, str]):
    _, said = messy
    assert "making an array" not in said.splitlines()


def test_the_other_backend_goes_on_beside_an_untidy_one(messy: tuple[Path, str]):
    folder, _ = messy
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["cells"] == {"HOLDS": 4}
    assert [text.split(" breaks")[0] for text in summary["notices"]] == ["The adapter tests.running.untidy:Messy"]


def test_the_pages_tell_of_an_untidy_adapter(messy: tuple[Path, str]):
    folder, _ = messy
    page = (folder / "report.html").read_text().replace("&#39;", "'")
    assert sentence() in page
    written = run_harness(folder.parent, "report", "run", "--markdown", "run.md")
    assert written.returncode == 0, written.stderr
    assert "It changed the state of NumPy's random numbers." in (folder.parent / "run.md").read_text()


def test_pytest_tells_of_an_untidy_adapter_in_its_summary(tmp_path: Path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ("--autograd-backend", "tests.running.untidy:Drawing", "--autograd-op", "exp", "--autograd-law", "vjp-eq-fd", "--autograd-out", "run")
    ran = run_pytest(tmp_path, "--pyargs", "properties", "-c", "pytest.ini", *options)
    assert "autograd: The adapter tests.running.untidy:Drawing breaks a promise. It changed the state of NumPy's random numbers." in ran.stdout
