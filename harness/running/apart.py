"""Calls in a process of their own, which may end without taking ours along."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import ParamSpec, TypeVar

from harness.backends.protocol import Died
from harness.running.last_words import fatal_error

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class Apart:
    """One other process for all calls, and another one after a death; use it as a context manager.

    It is spawned, not forked: a copy of a process with threads may wait for ever for one that it has not.
    """

    def __enter__(self) -> Apart:
        self._folder = TemporaryDirectory()
        self._pool = self._new()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def call(self, function: Callable[Arguments, Answer], *arguments: Arguments.args, **options: Arguments.kwargs) -> Answer:
        """What `function` gives there, or raises there.

        Raises:
            Died: the process ended; the message tells of what.
        """
        try:
            return self._pool.submit(function, *arguments, **options).result()
        except BrokenProcessPool:
            told = fatal_error(self._dump.read_text(encoding="utf-8", errors="replace")) if self._dump.exists() else ""
            self._pool = self._new()
            raise Died(f"the process ended{': ' if told else ''}{told}.", hung=False) from None

    @property
    def _dump(self) -> Path:
        return Path(self._folder.name) / "last_words"

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(str(self._dump),))


def _begin(dump: str) -> None:
    """Of the other process: its last words go to `dump`."""
    faulthandler.enable(os.open(dump, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), all_threads=False)
