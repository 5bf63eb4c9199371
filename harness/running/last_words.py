"""What a dying process wrote down, read as one sentence.

faulthandler's dump -> "Segmentation fault in numpy (backend.py:76), called by timed (watch.py:98)"
"""

from __future__ import annotations

import faulthandler
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TextIO

_FATAL = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in (?P<name>.+)$', re.MULTILINE)
SHOWN = 3  # frames


@contextmanager
def written_to(file: TextIO) -> Iterator[None]:
    """Within the block a fatal error of this process leaves its stack in `file`, not on the terminal."""
    before = faulthandler.is_enabled()
    faulthandler.enable(file=file, all_threads=False)
    try:
        yield
    finally:
        faulthandler.disable()
        if before and sys.__stderr__ is not None:
            faulthandler.enable(file=sys.__stderr__)


def fatal_error(dump: str) -> str:
    """What ended the process and where, innermost call first; "" if the dump tells of no fatal error."""
    if not (fatal := _FATAL.search(dump)):
        return ""
    calls = [f"{name} ({PurePath(file).name}:{line})" for file, line, name in frames(dump)[:SHOWN]]
    return fatal[1] + (f" in {', called by '.join(calls)}" if calls else "")


def frames(dump: str) -> list[tuple[str, str, str]]:
    """(file, line, function) of the last stack in `dump`, innermost call first."""
    return [(found["file"], found["line"], found["name"]) for found in _FRAME.finditer(dump.rpartition("most recent call first")[2])]
