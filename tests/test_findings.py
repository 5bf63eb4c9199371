"""The page of findings: a table that names every section, laws that exist, and scripts that assert what they claim (test_readme runs them)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from properties.laws import laws

PAGES = Path(__file__).parents[1] / "docs"
PAGE = (PAGES / "findings.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
PROMISES = SECTIONS.pop("What the documentation promises")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| [")]
ANCHOR = re.compile(r"\]\(#([^)]+)\)")


def anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


def scripts(section: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def asserts(script: str) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(script)))


def test_every_section_has_one_row_and_every_row_a_section() -> None:
    named = [found[1] for row in ROWS if (found := ANCHOR.search(row[0]))]
    assert sorted(named) == sorted(map(anchor, SECTIONS))


def test_every_row_fills_every_column() -> None:
    assert {len(row) for row in ROWS} == {6}
    assert all(cell.strip() for row in ROWS for cell in row)


def test_every_law_of_the_table_exists() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([a-z-]+)`", row[4]) if "-" in name}
    assert named <= set(laws())
    assert len(named) > 20


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_finding_has_scripts_that_assert(heading: str) -> None:
    assert scripts(SECTIONS[heading])
    assert all(map(asserts, scripts(SECTIONS[heading])))


def test_every_statement_that_torch_does_not_keep_has_its_law_and_its_finding() -> None:
    kept_not = re.findall(r"^\| `([a-z-]+)` \* \|", (PAGES / "reference" / "laws.md").read_text(encoding="utf-8"), re.MULTILINE)
    rows = re.findall(r"^\| `([a-z-]+)` \| `([a-z-]+)` \| \[.+\]\(#(.+)\) \|$", PROMISES, re.MULTILINE)
    assert sorted(statement for statement, _, _ in rows) == sorted(kept_not)
    assert {law for _, law, _ in rows} <= set(laws())
    assert {finding for _, _, finding in rows} <= set(map(anchor, SECTIONS))


def test_a_script_that_only_prints_is_seen() -> None:
    assert not asserts("import torch\nprint(torch.ones(1))  # assert nothing")
