"""One thing that an adapter gets wrong, and exact comparison, which finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

import numpy as np

from harness.backends.protocol import Backend
from harness.program.error_words import first_line


@dataclass(frozen=True)
class Shortfall:
    """`what` must hold, `why` says what was seen instead, `remedy` what to change; full sentences. `lasts`: the harness could not undo it."""

    what: str
    why: str
    remedy: str
    lasts: bool = False

    def __str__(self) -> str:
        """The three sentences."""
        return f"{self.what} {self.why} {self.remedy}"


def raised(error: BaseException) -> Shortfall:
    """An exception where none was due, with the line of the adapter that it left."""
    here = Path(__file__).parent
    outside = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).parent != here]
    where = f" at {Path(outside[0].filename).name}, line {outside[0].lineno}" if outside else ""
    text = first_line(error, "no message")
    return Shortfall(
        "The methods of an adapter must take what the protocol promises them.",
        f"{type(error).__name__} was raised{where}: {text.rstrip('.')}.",
        "Handle this call as the docstring of harness.backends.Backend says.",
    )


def changed(what: str, lasts: bool = False) -> Shortfall:
    """Something of the process's that the adapter left as it should not be."""
    remedy = "Save and restore it, or use a context or a private generator."
    remedy += " Let `restore` or `reset` bring back all that `settings` tells." if lasts else ""
    return Shortfall("An adapter must leave the process as it was.", f"It changed {what}.", remedy, lasts)


def differs(backend: Backend, arrays: Sequence[Any], due: Sequence[np.ndarray | None]) -> str:
    """How `arrays` differ from `due`, in words; empty where they agree. None stands for "no derivative", which zeros say too."""
    if not isinstance(arrays, tuple | list) or len(arrays) != len(due):
        return f"{type(arrays).__name__} of {len(arrays) if hasattr(arrays, '__len__') else '?'} came back, not a tuple of {len(due)}"
    for i, (array, values) in enumerate(zip(arrays, due, strict=True)):
        if why := _entry_differs(backend, array, values):
            return f"entry {i} {why}"
    return ""


def _entry_differs(backend: Backend, array: Any, due: np.ndarray | None) -> str:
    if array is None:
        return "" if due is None else f"is None, not {due.tolist()}"
    seen = backend.numpy(array)
    if not isinstance(seen, np.ndarray):
        return f"becomes {type(seen).__name__} in numpy(), not numpy.ndarray"
    if due is None:
        return f"is {seen.tolist()}, not zero" if np.any(seen) else ""
    if seen.shape != due.shape:
        return f"has shape {seen.shape}, not {due.shape}"
    return "" if np.array_equal(seen, due) else f"is {seen.tolist()}, not {due.tolist()}"


def exception_of(call: Callable[[], Any]) -> BaseException | None:
    """What `call` raises."""
    try:
        call()
    except (Exception, SystemExit) as error:  # any kind: the caller looks at it
        return error
    return None
