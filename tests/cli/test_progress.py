"""The bar of a run speaks to the terminal, whatever is done to the standard output while an adapter is called."""

from __future__ import annotations

import math
import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from select import select
from types import SimpleNamespace

import pytest

from harness.cli import progress as progress_module
from harness.cli.progress import Progress

pytestmark = pytest.mark.usefixtures("xterm")


@pytest.fixture
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """The standard output is a terminal; the end that a person looks at, and the other. No fixture, since pytest's capture comes after those."""
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        yield reader, writer
    os.close(reader)


def shows(screen: int, text: str) -> bool:
    """Whether `text` comes out of the terminal: the kernel hands on what was written when it gets to it, at times in parts."""
    seen = ""
    while text not in seen and select([screen], [], [], 30.0)[0]:
        seen += os.read(screen, 100_000).decode(errors="replace")
    return text in seen


def draw(progress: Progress) -> None:
    progress._bar.update(progress._task, visible=True, total=1, description="drawn meanwhile", refresh=True)


def test_the_bar_is_drawn_on_the_terminal_and_not_into_what_an_adapter_prints():
    with terminal() as (screen, _):
        with Progress() as progress, redirect_stdout(StringIO()) as printed:
            draw(progress)
        assert printed.getvalue() == ""
        assert shows(screen, "drawn meanwhile")


def test_the_bar_is_drawn_on_the_terminal_while_pytest_captures_the_file_descriptor():
    with terminal() as (screen, stdout):
        with Progress() as progress, open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), stdout)
            draw(progress)
        assert shows(screen, "drawn meanwhile")


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (math.inf, "about 16m 30s left"),
        (10**4, "about 16m 30s left"),
        (60.0, "1m 00s left of the time given"),
        (0.0, "the time is over: the rest is not compared"),
    ],
)
def test_a_run_is_said_to_last_no_longer_than_its_limit(monkeypatch: pytest.MonkeyPatch, left: float, told: str):
    """A cell of 100 has taken 10 seconds."""
    monkeypatch.setattr(progress_module, "monotonic", lambda: 0.0)
    progress = Progress()
    monkeypatch.setattr(progress_module, "monotonic", lambda: 10.0)
    progress.suite, progress.done = SimpleNamespace(cells=[None] * 100, shared=SimpleNamespace(left=left)), 1  # type: ignore[assignment]
    assert progress.line().endswith(f"   {told}")


def test_the_time_left_is_told_by_the_cells_after_the_first_which_waited_for_its_worker(monkeypatch: pytest.MonkeyPatch):
    clock = 0.0
    monkeypatch.setattr(progress_module, "monotonic", lambda: clock)
    progress = Progress()
    progress.suite = SimpleNamespace(cells=[None] * 101, shared=SimpleNamespace(left=math.inf))  # type: ignore[assignment]
    told = {"counts": {"valid": 1}, "title": "", "known": None, "notices": []}
    clock = 30.0
    progress._count(told)
    assert progress.line() == "1 valid comparisons   0 findings"
    clock = 31.0
    progress._count(told)
    assert progress.line() == "1.0 cells/s   2 valid comparisons   0 findings   about 1m 39s left"
