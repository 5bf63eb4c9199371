"""How long does a large record take to become its page, how much memory, how large is the page, and when can a reader use it?

record of N cases -> `autograd-harness report` in a process of its own -> page -> headless Chromium: until the page answers, until all cases are shown

python benchmarks/report_scale.py [--quick]        the headline is the last line; JSON in benchmarks/out/report_scale.json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import msgspec

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness.record import CaseRun, CellEnded, CellStarted, Counts, Event, RunEnded, RunStarted  # noqa: E402 (the script runs from anywhere)
from tests.reports.browser import EXECUTABLE, Tab, chromium  # noqa: E402

OUT = Path(__file__).parent / "out" / "report_scale.json"
SIZES, QUICK = (1_000, 100_000, 500_000), (1_000, 100_000)
LAWS, OPS, DTYPES, FAMILIES = 20, 180, ("float64", "float32"), 8
LOOKS = 3  # times that the page is opened; the median counts


@dataclass(frozen=True)
class Measured:
    """One size. `interactive`: until filter, keyboard and drill-down answer; `shown`: until all cases are decoded, sorted and listed. Seconds."""

    cases: int
    record_mib: float
    seconds: float
    cpu_seconds: float  # what the machine's other work does not change
    peak_mib: float
    page_mib: float
    interactive: float | None
    shown: float | None


def record(cases: int) -> Iterator[Event]:
    """A run of `cases` cases over as many cells as have about fifty each, with the spread of values that real ones have."""
    rng = random.Random(1)
    cells = max(1, min(LAWS * OPS * len(DTYPES), cases // 50))
    yield RunStarted(version="0", command="autograd-harness verify", seed=1, profile="ci", started="2025-01-01T00:00:00Z", cells_planned=cells)
    for i in range(cells):
        law, op, dtype = i % LAWS, (i // LAWS) % OPS, DTYPES[i // (LAWS * OPS)]
        name, share = f"law-{law}/op-{op}/{dtype}/cpu/torch", cases // cells + (i < cases % cells)
        yield CellStarted(cell=name, time=i * 0.01, worker=f"gw{i % 2}")
        for _ in range(share):
            yield case(rng, name)
        yield CellEnded(
            cell=name,
            law=f"law-{law}",
            family=f"family {law % FAMILIES}",
            op=f"op-{op}",
            op_family=f"ops {op % 9}",
            dtype=dtype,
            device="cpu",
            backend="torch",
            verdict="HOLDS",
            counts=Counts(attempted=share, valid=share),
            seconds=0.01,
        )
    yield RunEnded(verdict="HOLDS", exit_code=0, seconds=cells * 0.01)


def case(rng: random.Random, cell: str) -> CaseRun:
    """One comparison that holds."""
    tolerance, expected = 10.0 ** rng.uniform(-14, -9), rng.gauss(0, 1)
    return CaseRun(
        cell=cell,
        case=f"{rng.getrandbits(48):012x}",
        verdict="HOLDS",
        actual=expected + tolerance * 10.0 ** rng.uniform(-5, -0.3),
        expected=expected,
        bound=tolerance * 0.7,
        tolerance=tolerance,
        resolution=tolerance,
        rule="finite differences: the oracle's bound plus rounding of the analytic value",
        evaluations=rng.choice((6, 8, 12, 16, 109)),
        seconds=0.002,
        shapes=[[rng.randint(0, 9) for _ in range(rng.randint(0, 3))]],
        layouts=["contiguous"],
        drawn={"regime": rng.choice(("normal", "integers", "tiny", "ties")), "depth": rng.randint(1, 6), "margin": 10.0 ** rng.uniform(-9, 1)},
    )


def measure(cases: int, folder: Path) -> Measured:
    """Write the record, make the page in a process of its own, open it."""
    source, page = folder / "record.ndjson", folder / "report.html"
    encoder = msgspec.json.Encoder()
    with source.open("wb") as lines:
        for event in record(cases):
            lines.write(encoder.encode(event) + b"\n")
    begun = perf_counter()
    child = os.spawnve(
        os.P_NOWAIT,
        sys.executable,
        [sys.executable, "-m", "harness.cli", "report", str(source), "--html", str(page)],
        {**os.environ, "PYTHONPATH": str(ROOT)},
    )
    _, status, usage = os.wait4(child, 0)
    seconds = perf_counter() - begun
    if status:
        raise SystemExit(f"report of {cases:,} cases ended with {os.waitstatus_to_exitcode(status)}")
    interactive, shown = looked_at(page) if EXECUTABLE else (None, None)
    return Measured(
        cases,
        source.stat().st_size / 2**20,
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 2**10,
        page.stat().st_size / 2**20,
        interactive,
        shown,
    )


def looked_at(page: Path) -> tuple[float, float]:
    """Median seconds after navigation until the page answers, and from then until all its cases are listed and drawn."""
    looks = []
    with chromium() as browser:
        for _ in range(LOOKS):
            tab = Tab(browser)
            tab.open(page)
            ready = float(tab.page.evaluate("Number(document.body.dataset.ready)"))
            begun = perf_counter()
            tab.page.locator("#cases").scroll_into_view_if_needed()
            tab.page.wait_for_selector("#cases-table tbody tr")
            looks.append((ready / 1000, perf_counter() - begun))
            tab.close()
    return statistics.median(ready for ready, _ in looks), statistics.median(shown for _, shown in looks)


def told(row: Measured) -> str:
    """One size in a line."""
    made = f"{row.cases:>9,} cases: {row.record_mib:.0f} MiB of record -> {page_of(row)}"
    return made if row.interactive is None else f"{made}; in Chromium it answers after {row.interactive:.2f} s, all cases {row.shown:.2f} s later"


def page_of(row: Measured) -> str:
    """What was made, and what it cost."""
    return f"page of {row.page_mib:.2f} MiB in {row.seconds:.1f} s ({row.cpu_seconds:.1f} s of CPU), {row.peak_mib:,.0f} MiB of memory"


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="up to 100,000 cases: under 50 s")
    rows = []
    for cases in QUICK if parser.parse_args().quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(cases, Path(folder)))
        print(told(rows[-1]), flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"sizes": [asdict(row) for row in rows]}, indent=2) + "\n", encoding="utf-8")
    last = rows[-1]
    answers = "no Chromium here" if last.interactive is None else f"answers after {last.interactive:.2f} s"
    print(f"report_scale: {last.cases:,} cases -> {page_of(last)}; {answers}")


if __name__ == "__main__":
    main()
