"""What an exception says, for sentences of ours that go on after it."""

from __future__ import annotations


def first_line(error: BaseException, silent: str = "") -> str:
    """The first line of its message; where it has none `silent`, by default the name of its class."""
    return next(iter(str(error).strip().splitlines()), silent or type(error).__name__)
