"""Cells that cannot run are one test item, and a row each in the record."""

from __future__ import annotations

from pathlib import Path

from harness.plugin.gaps import Gaps, items
from harness.record import CellEnded, read_events
from harness.running.cells import Cell
from tests.plugin.test_plugin import PROPERTIES, TOY, run_pytest

RUNS = Cell("vjp-eq-fd", "exp", "float64", "cpu", "toy")
GAPS = tuple(Cell("vjp-eq-fd", op, "float64", "cpu", "toy", f"backend toy has no op {op!r}.") for op in ("log", "log", "sin"))


def test_items_are_the_cells_that_run_and_one_for_all_others_of_a_backend():
    assert items((GAPS[0], RUNS, *GAPS[1:])) == [RUNS, Gaps("toy", GAPS)]
    assert items((RUNS,)) == [RUNS]


def test_gaps_count_their_reasons():
    assert Gaps("toy", GAPS).reason == "backend toy has no op 'log'. (2 cells) backend toy has no op 'sin'. (1 cell)"


def test_every_cell_that_cannot_run_has_its_row_in_the_record(tmp_path: Path):
    ran = run_pytest(
        tmp_path,
        *PROPERTIES,
        "--autograd-backend",
        TOY,
        "--autograd-op",
        "exp|log|tan",
        "--autograd-law",
        "vjp-.*",
        "--autograd-seed",
        "1",
        "--autograd-out",
        "run",
    )
    rows = {event.cell: event for event in read_events(tmp_path / "run" / "record.ndjson") if isinstance(event, CellEnded)}
    gaps = [row for row in rows.values() if row.verdict == "UNSUPPORTED"]
    assert {row.op for row in gaps} == {"log", "tan"}
    assert "1 skipped" in ran.stdout
    assert all(row.reason == f"backend toy has no op {row.op!r}." for row in gaps)
