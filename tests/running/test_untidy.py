"""What an adapter leaves behind in a run: undone where that can be, told once per backend with its remedy."""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from harness.backends import Backend, load_backend
from harness.backends.conformance import Shortfall, conformance
from harness.backends.conformance.surroundings import Left, settings_kept, surroundings_kept
from harness.record import Evidence, Notice, read_events
from harness.record.notices import sentences
from harness.running.cell import run_cell
from harness.running.cells import Cell
from harness.running.journal import Journal, Run
from harness.running.profiles import PROFILES
from tests.running.outside import TOY, run_harness, run_pytest
from tests.running.untidy import Halving, Untold, UntoldLater

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


def test_a_setting_that_the_adapter_does_not_bring_back_is_told_as_one_that_results_may_depend_on(tmp_path: Path):
    (notice,) = run_two_cells(tmp_path, "Lasting")
    assert (notice.seen, notice.lasts) == ("It changed the default dtype of its library.", True)
    assert notice.remedy.endswith("Let `restore` or `reset` bring back all that `settings` tells.")
    (told,) = sentences([notice])
    assert "It changed the default dtype of its library. That could not be undone: results after it may depend on it." in told
    assert "That was undone" not in told


def test_what_was_undone_and_what_was_not_are_told_apart():
    seen = [Notice(backend="mine", subject=what, cell="1", seen=f"It changed {what}.", remedy="Do not.", lasts=what == "b") for what in "ab"]
    assert sentences(seen) == [
        "The adapter mine breaks 2 of its promises. It changed a. That was undone when the comparison or cell ended: no other depends on it. "
        "It changed b. That could not be undone: results after it may depend on it. Do not. First seen in 1."
    ]


def test_a_change_of_settings_is_undone_when_the_cell_ends_with_an_exception():
    adapter, left = Halving(), Left()
    with suppress(ZeroDivisionError), settings_kept(adapter, left):
        adapter.habit()
        raise ZeroDivisionError
    assert (adapter.bits, list(left)) == (64, ["the default dtype of its library"])


def test_torch_brings_back_all_settings_that_it_tells():
    torch, backend = pytest.importorskip("torch"), load_backend("torch")
    before, left = backend.settings(), Left()
    with settings_kept(backend, left):
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.manual_seed(5)
        torch.rand(3)
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert all(backend.settings()[name] != value for name, value in before.items())
    assert backend.settings() == before
    assert list(left) == [f"{name} of its library" for name in before]
    assert not any(shortfall.lasts for shortfall in left.values())


def run_one_cell(folder: Path, adapter: Backend) -> tuple[str, str, list[str]]:
    run = Run(str(folder), 7, "quick", "a test", time.time(), database=str(folder / "examples"))
    journal = Journal(run, "main")
    journal.begin({})
    outcome = run_cell(Cell("vjp-eq-fd", "exp", "float64", "cpu", "mine"), adapter, PROFILES["quick"], journal)
    journal.close()
    return outcome.ended.verdict, outcome.ended.reason, [notice.seen for notice in outcome.notices]


def test_settings_that_raise_are_a_broken_promise_of_the_adapter_in_verify_and_doctor(tmp_path: Path):
    verdict, reason, notices = run_one_cell(tmp_path, Untold())
    assert (verdict, notices) == ("UNSUPPORTED", [])
    assert reason.startswith("the adapter breaks a promise: The methods of an adapter must take what the protocol promises them.")
    assert " RuntimeError was raised at untidy.py, line " in reason
    assert reason.endswith(": no settings today. Handle this call as the docstring of harness.backends.Backend says.")
    assert [f"the adapter breaks a promise: {shortfall}" for shortfall in conformance(Untold())] == [reason]


def test_settings_that_raise_after_the_first_derivative_are_told_beside_the_verdict(tmp_path: Path):
    verdict, _, (seen,) = run_one_cell(tmp_path, UntoldLater())
    assert verdict == "HOLDS"
    assert seen.endswith(": no settings today.")


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
        "making an ar'. It changed the state of NumPy's random numbers. That was undone when the comparison or cell ended: no other depends on it. "
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
