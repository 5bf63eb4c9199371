"""Where tables are printed: as wide as the terminal, and wide enough for whole names where there is none."""

from __future__ import annotations

from rich.console import Console

WITHOUT_TERMINAL = 160  # columns, for files and pipes


def console() -> Console:
    """The standard output."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=max(found.width, WITHOUT_TERMINAL))
