"""docs/reference/laws.md says which law asks for what; every law and every statement is there, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from properties.laws import laws
from tests.laws.test_controls import DEVIATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "laws.md").read_text(encoding="utf-8")
STATEMENTS, BEYOND = PAGE.split("## Beyond these")
ROWS = re.findall(r"^\| `([\w-]+)`( \*)? \| (.+) \| ([^|]+) \|$", STATEMENTS, re.MULTILINE)
WITHOUT = ("*fact*", "*documents*: ", "not built: ")  # how a statement that no law asks for is explained


def named(cell: str) -> set[str]:
    return set(re.findall(r"`([\w-]+)`", cell))


def test_every_statement_has_one_row() -> None:
    assert len(ROWS) == len({name for name, *_ in ROWS}) == 256
    assert len(ROWS) == len(re.findall(r"^\| `", STATEMENTS, re.MULTILINE))


def test_every_statement_names_laws_that_exist_or_says_why_there_is_none() -> None:
    for name, _, statement, cell in ROWS:
        assert statement
        assert named(cell) <= set(laws()), name
        assert cell.startswith(("`", *WITHOUT)), name


def test_a_statement_that_is_the_name_of_a_law_names_it() -> None:
    assert [name for name, _, _, cell in ROWS if name in laws() and name not in named(cell)] == []


def test_every_law_is_on_the_page() -> None:
    asked = {law for *_, cell in ROWS if cell.startswith("`") for law in named(cell)}
    beyond = named("".join(re.findall(r"^\| (`.+) \| .+ \|$", BEYOND, re.MULTILINE)))
    assert asked | beyond == set(laws())
    assert not asked & beyond


def test_every_law_that_torch_breaks_belongs_to_a_starred_statement_or_to_none() -> None:
    starred = {law for _, star, _, cell in ROWS if star for law in named(cell)}
    plain = {law for _, star, _, cell in ROWS if not star for law in named(cell)}
    unannounced = {
        "compile-keeps-mutations",
        "retained-after-prehooks",
        "hook-cycle-computed",
    }  # found by the laws, after the statements were written
    assert set(DEVIATIONS) & (plain - starred) <= unannounced
