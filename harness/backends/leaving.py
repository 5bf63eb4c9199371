"""Code of others that wants out: what it raises to end the process, told apart from a user's Ctrl-C, and where it leaves the working directory.

a KeyboardInterrupt that no signal came with, a SystemExit: an exception like others          with a signal: it ends the run
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

LEAVING = (KeyboardInterrupt, SystemExit)


class Interrupts:
    """Sees the signal of a Ctrl-C while it is entered, and passes it on."""

    def __init__(self) -> None:
        self._arrived = False
        self._before: Any = None
        self._ignored = False  # as in a job that a shell runs in the background

    def __enter__(self) -> Interrupts:
        """Handlers belong to the main thread, and one that Python did not set cannot be put back."""
        before = signal.getsignal(signal.SIGINT)
        self._ignored = before == signal.SIG_IGN
        if callable(before) and threading.current_thread() is threading.main_thread():
            self._before = before
            signal.signal(signal.SIGINT, self._noted)
        return self

    def __exit__(self, *error: object) -> None:
        """The handler of before."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def users(self, error: BaseException) -> bool:
        """Whether `error` is a Ctrl-C of the user's; where nobody could look, a KeyboardInterrupt is, and no signal comes where all are ignored."""
        return isinstance(error, KeyboardInterrupt) and not self._ignored and (self._arrived or self._before is None)

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self._arrived = True
        self._before(number, frame)


@contextmanager
def directory_kept() -> Iterator[list[str]]:
    """The working directory is the same afterwards; the list then has the one in which the block left the process, if it was another."""
    before, left = _directory(), list[str]()
    try:
        yield left
    finally:
        after = _directory()
        if after != before:
            left.append(after)
            with suppress(OSError):  # it was removed meanwhile
                os.chdir(before)


def _directory() -> str:
    """The working directory; empty where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
