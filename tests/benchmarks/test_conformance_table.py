"""The table of backends is made of records, and says what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from tests.running.outside import TOY, WRONG, run_harness


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run")
    asked = ("--op", "exp|sum|tanh", "--law", "vjp-eq-fd|grad-form", "--seed", "1", "-n", "0", "--out", "run")
    run_harness(made, "verify", "--backend", TOY, "--backend", WRONG, *asked)
    return made / "run"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_a_row_counts_ops_with_a_gradient_and_those_that_hold(folder: Path):
    head, _, right, wrong = conformance.table([str(folder)]).splitlines()
    assert len(cells(head)) == len(cells(right)) == len(cells(wrong))
    assert cells(right)[:6] == [f"{TOY} 1", cells(right)[1], "float64", "2", "2", "4, 0"]
    assert int(cells(wrong)[4]) < int(cells(wrong)[3])


def test_the_table_goes_between_the_marks_of_the_page(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{conformance.BEGIN}old\n{conformance.END}after\n", encoding="utf-8")
    monkeypatch.setattr(conformance, "PAGE", page)
    conformance.main([str(folder), "--write"])
    assert page.read_text(encoding="utf-8") == f"before\n{conformance.BEGIN}{conformance.table([str(folder)])}{conformance.END}after\n"


def test_the_page_has_the_marks():
    text = conformance.PAGE.read_text(encoding="utf-8")
    assert text.count(conformance.BEGIN) == text.count(conformance.END) == 1
