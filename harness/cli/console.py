"""Where tables are printed: as wide as the terminal, and wide enough for whole names where there is none."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from rich.console import Console

WITHOUT_TERMINAL = 160  # columns, for files and pipes


class _Leavable(Console):
    """Its reader may leave (`| head`): what is said after that goes nowhere, and the command goes on, since its record is for others."""

    def on_broken_pipe(self) -> None:
        with suppress(SystemExit):
            super().on_broken_pipe()


def console() -> Console:
    """The standard output."""
    found = plain_console()
    return found if found.is_terminal else plain_console(width=max(found.width, WITHOUT_TERMINAL))


def steady_console() -> Console:
    """The standard output of now: on a terminal also where prints and its file descriptor are redirected meanwhile, as around an adapter's calls."""
    return plain_console(file=_duplicate(sys.stdout) if sys.stdout.isatty() else None)


def _duplicate(stream: TextIO) -> TextIO:
    """Open as long as the process is, like the standard output itself."""
    return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors=stream.errors, closefd=False)


def counted(number: int, noun: str) -> str:
    """1 cell; 1,240 cells."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain_console(**options: Any) -> Console:
    """A console that prints texts as they are: a backend called mine:Two has no emoji in it, and [0, 1] is no markup."""
    return _Leavable(highlight=False, emoji=False, markup=False, **options)
