"""The examples of docs/explanation/oracle.md are true."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "oracle.md"


def test_examples_of_the_explanation_run() -> None:
    failed, attempted = doctest.testfile(str(PAGE), module_relative=False)
    assert (failed, attempted > 3) == (0, True)
