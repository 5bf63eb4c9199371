"""All cells as columns for the page's drill-down: what lies behind each square of the matrix."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from harness.record import Evidence, cell_verdict
from reports.columns import pack
from reports.matrix import Matrix, place
from reports.wording import visible

_NAMES = ("cell", "law", "family", "op", "dtype", "device", "backend", "reason")
_COUNTS = ("valid", "attempted", "vacuous", "inconclusive", "rejected", "broken")
_REASON_LENGTH = 400


def pack_cells(evidence: Evidence, matrix: Matrix, anchors: dict[str, str]) -> Markup:
    """The cells as packed columns; `row` and `column` are their square's place in the matrix."""
    rows = {op: i for i, op in enumerate((family, op) for family, ops in matrix.rows.items() for op in ops)}
    columns = {place: i for i, place in enumerate((f, c) for f in matrix.families for c in matrix.configurations)}
    cells = list(evidence.cells.values())
    table: dict[str, list[Any]] = {name: [visible(getattr(cell, name))[:_REASON_LENGTH] for cell in cells] for name in _NAMES}
    table |= {name: [getattr(cell.counts, name) for cell in cells] for name in _COUNTS}
    table["verdict"] = [visible(cell_verdict(cell)) for cell in cells]
    table["finding"] = [anchors.get(cell.cell, "") for cell in cells]
    places = [place(cell) for cell in cells]
    defects = {finding.cell: finding.defect for finding in evidence.findings}
    table["defect"] = [visible(defects.get(cell.cell, "")) for cell in cells]
    table["row"] = [rows[group, op] for group, op, _ in places]
    table["column"] = [columns[family, (cell.backend, cell.device, cell.dtype)] for (_, _, family), cell in zip(places, cells, strict=True)]
    return pack(table)
