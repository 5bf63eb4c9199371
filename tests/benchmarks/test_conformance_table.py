"""The table of backends is made of records, and says what they say."""

from __future__ import annotations

from pathlib import Path

import conformance
import pytest

from harness.record import CellEnded, Counts, RecordWriter, RunEnded, RunStarted


def cell(backend: str, law: str, op: str, verdict: str, attempted: int) -> CellEnded:
    counts = Counts(attempted=attempted, valid=attempted if verdict == "HOLDS" else 0)
    how = {"family": "gradients", "op_family": "elementwise", "dtype": "float64", "device": "cpu"}
    return CellEnded(cell=f"{law}/{op}/{backend}", law=law, op=op, backend=backend, verdict=verdict, counts=counts, **how)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    backends = [{"name": "right", "version": "1"}, {"name": "wrong", "version": "2"}]
    head = RunStarted(version="0", command="verify", seed=1, profile="quick", started="2026-11-28T01:02:03", backends=backends)
    cells = [cell(name, law, op, "HOLDS", 2) for name in ("right", "wrong") for law in ("vjp-eq-fd", "grad-form") for op in ("sum", "program")]
    cells += [
        cell("right", "vjp-eq-fd", "exp", "HOLDS", 2),
        cell("wrong", "vjp-eq-fd", "exp", "BROKEN", 1),
        cell("wrong", "value", "cos", "CRASHED", 0),
    ]
    with RecordWriter(tmp_path / "record.ndjson") as record:
        for event in (head, *cells, RunEnded(verdict="BROKEN", exit_code=1, seconds=12.4)):
            record.write(event)
    return tmp_path


def test_a_row_counts_ops_with_a_gradient_and_those_that_hold(folder: Path):
    assert conformance.table([str(folder)]).splitlines()[2:] == [
        "| right 1 | 2026-11-28 | float64 | 2 | 2 | 5, 0 | 0 | 0 | 0 | 10 | 12 |",
        "| wrong 2 | 2026-11-28 | float64 | 2 | 1 | 4, 1 | 1 | 0 | 0 | 8 | 12 |",
    ]


def test_the_table_has_as_many_columns_as_its_head(folder: Path):
    assert {line.count("|") for line in conformance.table([str(folder)]).splitlines()} == {12}


def test_the_table_goes_between_the_marks_of_the_page(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{conformance.BEGIN}old\n{conformance.END}after\n", encoding="utf-8")
    monkeypatch.setattr(conformance, "PAGE", page)
    conformance.main([str(folder), "--write"])
    assert page.read_text(encoding="utf-8") == f"before\n{conformance.BEGIN}{conformance.table([str(folder)])}{conformance.END}after\n"


def test_the_page_has_the_marks():
    text = conformance.PAGE.read_text(encoding="utf-8")
    assert text.count(conformance.BEGIN) == text.count(conformance.END) == 1
