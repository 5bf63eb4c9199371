"""The properties suite as one run: which cells, what each came to, and what is left behind when pytest ends.

controller: plans, merges, writes the pages          worker: runs cells, one record file each          without xdist: both
"""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest

from harness.plugin.ending import Ending, finish
from harness.plugin.gaps import Gaps, items
from harness.plugin.options import given
from harness.plugin.outcomes import PROPERTY, report, told
from harness.plugin.prepare import Prepared, baseline_of, prepare, resolved, selection_of
from harness.record import Baseline, RecordError
from harness.running.budget import Shares
from harness.running.cell import run_cell
from harness.running.cells import Cell, spread
from harness.running.death import DIED
from harness.running.folder import default_folder, make_folder
from harness.running.isolation import Guard, interrupt_workers, uninterrupted
from harness.running.journal import Journal, Run
from harness.running.misuse import Misuse, NothingSelected
from harness.running.selection import Resolved
from properties.laws import lookup_law

COMMAND = "AUTOGRAD_HARNESS_COMMAND"  # what `autograd-harness verify` was called with, for the record
SENT = "autograd_run"  # under this key the controller tells its workers what run they are part of


class Suite:
    """One process's share of a run; a plugin of pytest's."""

    def __init__(self, resolved: Resolved, run: Run, baseline: Baseline, worker: str | None, workers: int = 1) -> None:
        self.cells = resolved.cells
        asked = [cell for cell in resolved.cells if cell.backend not in resolved.absent]
        self.items = items(asked if run.max_time is None else spread(asked, run.seed))
        self.absent = resolved.absent
        self.shared = run
        self.ending: Ending | None = None
        self._resolved, self._baseline, self._worker = resolved, baseline, worker
        self._shares = Shares(sum(isinstance(item, Cell) for item in self.items), workers, run.begun)
        self._journal: Journal | None = None
        self._guard = Guard(run, worker, resolved.profile.hung_after) if worker else None

    def run(self, cell: Cell | Gaps, item: pytest.Item) -> None:
        """Run `cell` and report it in pytest's terms (harness.plugin.outcomes)."""
        journal = self._opened()
        if isinstance(cell, Gaps):
            for gap in cell.cells:
                run_cell(gap, self._resolved.backends[gap.backend], self._resolved.profile, journal)
            item.user_properties.append((PROPERTY, cell.told()))
            pytest.skip(f"UNSUPPORTED: {cell.reason}")
        share = self._shares.next(self.shared.left)
        silence = self._resolved.profile.silence(lookup_law(cell.law).family)
        with self._guard.watching(cell.id, silence) if self._guard else nullcontext():
            outcome = run_cell(cell, self._resolved.backends[cell.backend], self._resolved.profile, journal, share)
        item.user_properties.append((PROPERTY, told(outcome)))
        report(outcome)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """See that the folder can be written before any time is spent."""
        if self._worker is None and not session.config.option.collectonly:
            try:
                make_folder(Path(self.shared.folder))
            except Misuse as error:
                raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist which run it is part of."""
        node.workerinput[SENT] = msgspec.to_builtins(self.shared)

    def pytest_keyboard_interrupt(self) -> None:
        """Nobody goes on."""
        if self._worker is None:
            interrupt_workers(self.shared)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close this process's record; the main process makes the run's folder complete, and says so when the evidence does not suffice."""
        if self._worker is not None and self._journal is not None:
            self._journal.end(int(exitstatus))
        elif self._worker is None and Path(self.shared.folder).exists() and not session.config.option.collectonly:
            with uninterrupted():
                self.ending = finish(self.shared, self._opened(), self._resolved, self._baseline, int(exitstatus))
            known_deaths = sum(finding.verdict in DIED and finding.known is not None for finding in self.ending.findings)
            if exitstatus == pytest.ExitCode.OK or (exitstatus == pytest.ExitCode.TESTS_FAILED and session.testsfailed == known_deaths):
                session.exitstatus = self.ending.summary.exit_code

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line on the evidence, and where the rest lies."""
        if self.ending:
            for notice in self.ending.summary.notices:
                terminalreporter.write_line(f"autograd: {notice}")
            counts, where = self.ending.summary.comparisons, self.ending.folder
            terminalreporter.write_line(
                f"autograd: {self.ending.summary.verdict}; {counts.valid:,} valid comparisons in {len(self.cells):,} cells; {where}/report.html"
            )

    def _opened(self) -> Journal:
        if self._journal is None:
            self._journal = Journal(self.shared, self._worker or "main", self._baseline, self._guard.sign if self._guard else None)
            self._journal.begin(self._resolved.backends, self._resolved.absent)
        return self._journal


def make_suite(config: pytest.Config) -> Suite:
    """The suite that the options ask for.

    Raises:
        pytest.UsageError: one of them is wrong; one sentence with a remedy.
        pytest.exit.Exception: together they leave no cell; exit code 5.
    """
    asked, sent = given(config), getattr(config, "workerinput", None)
    try:
        if sent is None:
            prepared = prepare(asked)
            return Suite(prepared.resolved, new_run(asked, prepared, config), prepared.baseline, None)
        if SENT not in sent:
            raise Misuse("the properties suite must be named when it runs on several workers. Name it: pytest --pyargs properties -n 2.")
        return Suite(resolved(selection_of(asked)), msgspec.convert(sent[SENT], Run), baseline_of(asked), sent["workerid"], sent["workercount"])
    except NothingSelected as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.NO_TESTS_COLLECTED)
    except (Misuse, RecordError) as error:
        raise pytest.UsageError(str(error)) from None


def new_run(asked: Mapping[str, Any], prepared: Prepared, config: pytest.Config) -> Run:
    """A run that begins now."""
    return Run(
        folder=asked["out"] or str(default_folder()),
        seed=secrets.randbits(32) if prepared.seed is None else prepared.seed,
        profile=prepared.resolved.profile.name,
        command=command_of(config),
        started=time(),
        max_time=prepared.max_time,
        planned=len(prepared.resolved.cells),
        again=prepared.again,
    )


def command_of(config: pytest.Config) -> str:
    """What repeats the run in a shell, for the record."""
    return os.environ.get(COMMAND) or shlex.join(["pytest", *map(str, config.invocation_params.args)])
