"""Every cell of the plan as a test item: `pytest --pyargs properties --autograd-backend torch -n auto`.

The plugin `harness.pytest_plugin` plans the cells (`autograd_cell`) and runs one (`autograd_suite`).
"""

from __future__ import annotations

from typing import Any

import pytest


def test_law(autograd_cell: Any, autograd_suite: Any, request: pytest.FixtureRequest) -> None:
    """The law of the cell holds, with evidence enough."""
    autograd_suite(autograd_cell, request.node)
