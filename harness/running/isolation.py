"""Crashes and hangs: told apart by what a dead worker left behind.

the stack of a timeout beside its record: HUNG          of a fatal error, or none: CRASHED          the case that it compared lies there too
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from harness.program import Case
from harness.program.case import from_json
from harness.running.journal import CASE, WORKERS, Run
from harness.running.last_words import fatal_error, written_to

RENEWED = 1.0  # seconds after which a sign of life starts the watch anew: each one ends a thread and starts another


class Guard:
    """Ends the process when a cell gives no sign of life for `seconds`; pytest-xdist starts another worker in its place.

    The watch is a thread of the interpreter's, written in C: it works although the backend holds the interpreter's lock.
    """

    def __init__(self, run: Run, worker: str, seconds: float) -> None:
        self._path, self._seconds = run.record_of(worker).with_suffix(".stacks"), seconds
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.with_suffix(".pid").write_text(str(os.getpid()))
        self._stacks: TextIO | None = None
        self._limit, self._armed = seconds, 0.0

    @contextmanager
    def watching(self, cell: str, seconds: float | None = None) -> Iterator[None]:
        """The limit holds within the block; `seconds` where it has another one."""
        self._limit = self._seconds if seconds is None else seconds
        self._path.with_suffix(CASE).unlink(missing_ok=True)
        with self._path.open("w", encoding="utf-8") as self._stacks:
            print(cell, file=self._stacks, flush=True)
            self._arm(self._stacks)
            try:
                with written_to(self._stacks):
                    yield
            finally:
                faulthandler.cancel_dump_traceback_later()
                self._stacks = None

    def sign(self) -> None:
        """The cell lives: it may take as long again, but for a second."""
        if self._stacks is not None and time.monotonic() - self._armed >= RENEWED:
            self._arm(self._stacks)

    def _arm(self, stacks: TextIO) -> None:
        self._armed = time.monotonic()
        faulthandler.dump_traceback_later(self._limit, exit=True, file=stacks)


def interrupt_workers(run: Run) -> None:
    """A terminal interrupts the workers too, `kill -INT` only the main process: pass it on, so that none goes on for long."""
    for path in (Path(run.folder) / WORKERS).glob("*.pid"):
        with suppress(OSError, ValueError):
            os.kill(int(path.read_text()), signal.SIGINT)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """The few seconds in which the record is completed: a second Ctrl-C does not lose what the first one left."""
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def cause_of_death(run: Run, cell: str) -> tuple[str, str]:
    """(HUNG or CRASHED, reason) of a cell that began and never ended."""
    stacks = next((stacks for _, stacks in _left_by(run, cell) if stacks), "")
    fatal = fatal_error(stacks)
    if stacks and not fatal:
        return "HUNG", f"no sign of life; the worker was ended. {stacks.strip()}"
    return "CRASHED", f"the worker process died while this cell ran{': ' if fatal else ''}{fatal}."


def last_case(run: Run, cell: str) -> Case | None:
    """What a cell that began and never ended compared last; None where it had not come so far."""
    left = (path.with_suffix(CASE) for path, _ in _left_by(run, cell))
    return next((from_json(path.read_bytes()) for path in left if path.exists()), None)


def _left_by(run: Run, cell: str) -> Iterator[tuple[Path, str]]:
    """(file, stack dump or "") of the workers whose last cell was `cell`."""
    for path in sorted((Path(run.folder) / WORKERS).glob("*.stacks")):
        at, _, stacks = path.read_text(encoding="utf-8", errors="replace").partition("\n")
        if at == cell:
            yield path, stacks
