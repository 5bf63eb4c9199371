"""Every cell of the plan as a test item: `pytest --pyargs properties --autograd-backend torch -n auto`.

The plugin `harness.pytest_plugin` plans the cells, and calls `test_law` with each and with what runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

AUTOGRAD_CELLS = "test_law"  # this function is called once per cell


def test_law(cell: Any, run: Callable[[Any], None]) -> None:
    """The law of the cell holds, with evidence enough."""
    run(cell)
