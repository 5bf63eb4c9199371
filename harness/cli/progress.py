"""Live progress of a run: a bar on a terminal, a plain line every few seconds elsewhere.

137/1,240 cells   11.2 cells/s   2 findings   about 1m 38s left
"""

from __future__ import annotations

import math
from time import monotonic
from types import TracebackType
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from harness.cli.console import counted, steady_console
from harness.plugin.outcomes import PROPERTY
from harness.plugin.suite import Suite

EVERY = 5.0  # seconds between plain lines


class Progress:
    """A plugin of pytest's that listens; use it as a context manager around the run."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or steady_console()
        self.suite: Suite | None = None
        self._noticed: set[str] = set()
        self.done = self.findings = self.valid = 0
        self._before = 0  # the cells whose time does not tell how long others take: the first waited for its worker to start
        self._began = self._told = monotonic()
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} cells"),
            console=self.console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None, visible=False)

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """The plan is known by now."""
        self.suite = config.pluginmanager.get_plugin("autograd-suite")
        if self.suite:
            self._began = self._told = monotonic()
            self._bar.update(self._task, total=len(self.suite.cells), visible=True)
            run = self.suite.shared
            for told in self.suite.absent.values():
                self._say(f"{told} The other backends go on.")
            self._say(f"{counted(len(self.suite.cells), 'cell')}, profile {run.profile}, seed {run.seed}, into {run.folder}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A cell has ended, or a worker died on one."""
        for name, told in report.user_properties:
            if name == PROPERTY and report.when == "call" and isinstance(told, dict):
                self._count(told)
        if report.when not in ("setup", "call", "teardown"):
            self._say(f"a worker died: {report.longreprtext.strip()}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Without a terminal reporter nobody else would say so."""
        if report.failed:
            self._say(report.longreprtext)

    def _count(self, told: dict[str, Any]) -> None:
        cells = told.get("cells", 1)
        if not self.done:
            self._began, self._before = monotonic(), cells
        self.done += cells
        self.valid += told["counts"]["valid"]
        if told["title"] and told["known"] is None:
            self.findings += 1
            self._say(told["title"])
        for backend, seen, lasts in told["notices"]:
            if backend not in self._noticed:
                self._noticed.add(backend)
                self._say(f"The adapter {backend} breaks a promise. {seen} That {'could not be' if lasts else 'was'} undone; more at the end.")
        self._bar.update(self._task, completed=self.done, description=self.line())
        if not self.console.is_terminal and monotonic() - self._told > EVERY:
            self._told = monotonic()
            self._say(f"{self.done:,}/{self._total:,} cells   {self.line()}")

    def line(self) -> str:
        """Rate, findings, time left."""
        rate = (self.done - self._before) / max(monotonic() - self._began, 1e-9)
        speed = f"{rate:.1f} cells/s   " if rate else ""
        return f"{speed}{self.valid:,} valid comparisons   {self.findings} findings   {self._rest(rate)}".rstrip()

    def _rest(self, rate: float) -> str:
        """How long it goes on: as long as the cells take, or until the run's limit."""
        left = (self._total - self.done) / rate if rate else math.inf
        until = self.suite.shared.left if self.suite else math.inf
        if not until:
            return "the time is over: the rest is not compared"
        if left <= until:
            return f"about {duration(left)} left" if rate else ""
        return f"{duration(until)} left of the time given"

    @property
    def _total(self) -> int:
        return len(self.suite.cells) if self.suite else 0

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Seconds as a person says them: 42s, 3m 07s, 1h 05m."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    return f"{whole // 60}m {whole % 60:02}s" if whole < 3600 else f"{whole // 3600}h {whole % 3600 // 60:02}m"
