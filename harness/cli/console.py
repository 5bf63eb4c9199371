"""Where tables are printed: as wide as the terminal, and wide enough for whole names where there is none."""

from __future__ import annotations

from typing import Any

from rich.console import Console

WITHOUT_TERMINAL = 160  # columns, for files and pipes


def console() -> Console:
    """The standard output."""
    found = plain_console()
    return found if found.is_terminal else plain_console(width=max(found.width, WITHOUT_TERMINAL))


def plain_console(**options: Any) -> Console:
    """A console that prints texts as they are: a backend called mine:Two has no emoji in it, and [0, 1] is no markup."""
    return Console(highlight=False, emoji=False, markup=False, **options)
