"""The evidence matrix: op x (law family, configuration); a square adds up the cells of all laws of the family.

    square = (worst verdict, sum of valid comparisons, is any cell under its minimum, is what broke known)

A configuration is a dtype on a device of a backend. What all rows share is left out of its label. The laws of the tape are many families about
one subject, so there each family is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.record import CellEnded, Counts, Evidence, cell_verdict
from harness.record.evidence import INSUFFICIENT, WRONG, add_counts, severity

_NEED_NO_MORE = WRONG | {"UNSUPPORTED"}
TAPE = "tape"
_NUMBER = re.compile(r"\d+")

Configuration = tuple[str, str, str]  # backend, device, dtype


@dataclass
class Square:
    """One square; `reasons` says why, for whatever is not a clear answer. It is unsupported only where nothing ran; `partly` where some did not."""

    verdict: str = "UNSUPPORTED"
    counts: Counts = field(default_factory=Counts)
    cells: int = 0
    known: bool = False
    thin: bool = False
    partly: bool = False
    finding: str = ""
    reasons: dict[str, None] = field(default_factory=dict)


@dataclass
class Matrix:
    """`rows` maps op family -> op -> one square per column, None where nothing was planned or run; a column is (law family, configuration)."""

    families: list[str]
    configurations: list[Configuration]
    rows: dict[str, dict[str, list[Square | None]]]

    @property
    def has_blanks(self) -> bool:
        """Whether a square that could have been planned was not."""
        blanks = ((group, i) for group, ops in self.rows.items() for squares in ops.values() for i, square in enumerate(squares) if square is None)
        return any(not self.apart(group, i) for group, i in blanks)

    def apart(self, group: str, column: int) -> bool:
        """Whether the laws of the column do not speak of the rows of the group."""
        return (group == TAPE) != (self.families[column // len(self.configurations)] == TAPE)

    def parts(self) -> list[tuple[bool, dict[str, dict[str, list[Square | None]]]]]:
        """(is it the tape, its rows): the tape's laws have no column in common with the ops', so the two are drawn one below the other."""
        return [(tape, {group: ops for group, ops in self.rows.items() if (group == TAPE) == tape}) for tape in (False, True)]

    def labels(self) -> list[str]:
        """The configurations' labels, without what they all share."""
        differing = [i for i in (2, 1, 0) if len({each[i] for each in self.configurations}) > 1] or [2]
        named = _names([backend for backend, _, _ in self.configurations])
        return ["\n".join(named[each[0]] if i == 0 else _short(each[i]) for i in differing) for each in self.configurations]


def _names(backends: list[str]) -> dict[str, str]:
    """Each backend as a column is headed: without the Python that it runs in, where no other has its name."""
    heads = {backend: backend.partition("@")[0] for backend in backends}
    return {backend: head if list(heads.values()).count(head) == 1 else backend for backend, head in heads.items()}


def build_matrix(evidence: Evidence, anchors: dict[str, str]) -> Matrix:
    """The matrix of all cells; `anchors` maps a cell to the place on the page where its finding is told."""
    cells = list(evidence.cells.values())
    families = list(dict.fromkeys(place(cell)[2] for cell in cells))
    configurations = sorted({_configuration(cell) for cell in cells}, key=_widest_first)
    columns = {(family, configuration): i for i, (family, configuration) in enumerate((f, c) for f in families for c in configurations)}
    rows: dict[str, dict[str, list[Square | None]]] = {}
    known = evidence.known_cells
    for cell in cells:
        group, op, family = place(cell)
        row = rows.setdefault(group, {}).setdefault(op, [None] * len(columns))
        column = columns[family, _configuration(cell)]
        row[column] = square = row[column] or Square(known=True)
        _add(square, cell, cell.cell in known, anchors)
    return Matrix(families, configurations, {family: dict(sorted(ops.items())) for family, ops in sorted(rows.items())})


def place(cell: CellEnded) -> tuple[str, str, str]:
    """(group of rows, row, family of columns) of a cell."""
    return (TAPE, cell.family, TAPE) if cell.op == TAPE else (cell.op_family, cell.op, cell.family)


def _add(square: Square, cell: CellEnded, known: bool, anchors: dict[str, str]) -> None:
    verdict = cell_verdict(cell)
    square.partly = square.cells > 0 and (square.partly or (verdict == "UNSUPPORTED") != (square.verdict == "UNSUPPORTED"))
    if square.verdict == "UNSUPPORTED" or (verdict != "UNSUPPORTED" and severity(verdict) < severity(square.verdict)):
        square.verdict = verdict
    if verdict == square.verdict:
        square.finding = anchors.get(cell.cell, square.finding)
    square.cells += 1
    square.counts = add_counts(square.counts, cell.counts)
    square.thin = square.thin or (verdict not in _NEED_NO_MORE and cell.counts.valid < cell.minimum) or verdict == INSUFFICIENT
    square.known = square.known and (known or verdict not in WRONG)
    if verdict != "HOLDS":
        square.reasons[f"{cell.law}: {verdict.lower()}" + (f", {cell.reason}" if cell.reason else "")] = None


def gaps(cells: Iterable[CellEnded]) -> list[tuple[str, str, list[CellEnded]]]:
    """(verdict, reason of the first, cells) of all that is no answer: why the matrix is not full. Reasons that differ only in numbers are one."""
    grouped: dict[tuple[str, str], list[CellEnded]] = {}
    for cell in cells:
        verdict = cell_verdict(cell)
        if verdict not in {"HOLDS", "BROKEN"}:
            grouped.setdefault((verdict, _NUMBER.sub("#", cell.reason)), []).append(cell)
    ordered = sorted(grouped.items(), key=lambda item: (severity(item[0][0]), -len(item[1]), item[0][1]))
    return [(verdict, members[0].reason or _shortfall(members[0]), members) for (verdict, _), members in ordered]


def _shortfall(cell: CellEnded) -> str:
    return f"{cell.counts.valid} valid comparisons, {cell.minimum} are needed" if cell.counts.valid < cell.minimum else "no reason recorded"


def _configuration(cell: CellEnded) -> Configuration:
    return cell.backend, cell.device, cell.dtype


def _widest_first(configuration: Configuration) -> tuple[str, str, int, str]:
    backend, device, dtype = configuration
    digits = "".join(letter for letter in dtype if letter.isdecimal())[:4]
    return backend, device, -int(digits or 0), dtype


def _short(text: str) -> str:
    return text.replace("bfloat", "bf").replace("float", "f").replace("complex", "c")
