"""A cell as a test item of pytest's own kind, without the fixtures and signatures that a test function costs: a run has thousands.

test_law[CELL]: test_law(cell, run)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.plugin.gaps import Gaps
from harness.plugin.suite import Suite
from harness.running.cells import Cell


class CellItem(pytest.Item):
    """`law(cell, run)` under pytest's eyes."""

    def __init__(self, *, law: Callable[..., None], cell: Cell | Gaps, suite: Suite, **node: Any) -> None:
        super().__init__(**node)
        self._law, self._cell, self._suite = law, cell, suite

    def runtest(self) -> None:
        """Run the cell; what it came to is told by harness.plugin.outcomes."""
        self._law(self._cell, lambda cell: self._suite.run(cell, self))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A known finding is told in a sentence; the traceback of its way through the harness would take longer than the cell."""
        return str(excinfo.value) if isinstance(excinfo.value, pytest.xfail.Exception) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the item is and what it is called; pytest would look the line up in the source, for each."""
        return self.path, None, self.name


def cell_items(collector: pytest.Collector, name: str, law: Callable[..., None], suite: Suite) -> list[CellItem]:
    """One item per cell that can run, and one per backend for all others."""
    return [CellItem.from_parent(collector, name=f"{name}[{cell.id}]", law=law, cell=cell, suite=suite) for cell in suite.items]
