"""The table of docs/reference/backends.md: what each backend came to in a real run, with versions and dates.

    make verify-backends && python benchmarks/conformance.py reports/out/autograd reports/out/mygrad ...       --write puts it into the page

ops: of the catalogue, with at least one gradient compared        hold: those of them of which no comparison with finite differences broke
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from harness.record import CellEnded, Event, RunEnded, RunStarted, read_events

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "backends.md"
BEGIN, END = "<!-- conformance: begin -->\n", "<!-- conformance: end -->\n"
COLUMNS = (
    "library",
    "date",
    "dtype",
    "ops",
    "hold",
    "cells: hold, broken",
    "crashed, hung",
    "too little evidence",
    "unsupported",
    "valid",
    "seconds",
)
LAW = "vjp-eq-fd"


def row(folder: str) -> str:
    """One run as a line of the table; several where it had several backends."""
    events = list(read_events(Path(folder) / "record.ndjson"))
    started = next(event for event in events if isinstance(event, RunStarted))
    seconds = next((event.seconds for event in events if isinstance(event, RunEnded)), 0.0)
    return "".join(line(each, started.started[:10], seconds, events) for each in started.backends)


def line(backend: dict[str, str], date: str, seconds: float, events: list[Event]) -> str:
    """The cells of one backend."""
    cells = [event for event in events if isinstance(event, CellEnded) and event.backend == backend["name"]]
    counted = Counter(cell.verdict for cell in cells)
    compared = {cell.op for cell in cells if cell.law == LAW and cell.op != "program" and cell.counts.attempted}
    wrong = {cell.op for cell in cells if cell.law == LAW and cell.verdict in ("BROKEN", "CRASHED", "HUNG")}
    dtypes = ", ".join(sorted({cell.dtype for cell in cells}))
    valid = sum(cell.counts.valid for cell in cells)
    shown = [
        f"{backend['name']} {backend['version']}",
        date,
        dtypes,
        len(compared),
        len(compared - wrong),
        f"{counted['HOLDS']:,}, {counted['BROKEN']:,}",
        counted["CRASHED"] + counted["HUNG"],
        counted["INSUFFICIENT EVIDENCE"],
        f"{counted['UNSUPPORTED']:,}",
        f"{valid:,}",
        round(seconds),
    ]
    return f"| {' | '.join(map(str, shown))} |\n"


def table(folders: list[str]) -> str:
    """The whole table."""
    return f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|\n" + "".join(map(row, folders))


def main(asked: list[str]) -> None:
    """Print the table, or write it into the page."""
    folders = [each for each in asked if each != "--write"]
    made = table(folders)
    if "--write" in asked:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        PAGE.write_text(before + BEGIN + made + END + rest.split(END)[1], encoding="utf-8")
    print(made, end="")


if __name__ == "__main__":
    main(sys.argv[1:])
