"""How fast is `verify`, and what does it spend its time on?

cases per second, share of time in generation | backend | oracle | bookkeeping (from the record), speed-up with two workers over one

python benchmarks/throughput.py [--quick] [--backend NAME]        the headline is the last line; JSON in benchmarks/out/throughput.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.record import CaseRun, CellEnded, CellStarted, RunEnded, read_events
from harness.running.watch import PARTS

OUT = Path(__file__).parent / "out" / "throughput.json"
QUICK = [
    *("--op", "a.*|cos.*|exp.*|log.*|matmul|max.*|s.*|program"),
    *("--law", "vjp-.*|jvp-eq-fd|jvp-vjp-duality|layout-independent", "--dtype", "float64"),
]
SEED = "1"


@dataclass(frozen=True)
class Measured:
    """One run: seconds of the whole command (`wall`), after the first cell began (`running`), and inside cells, all workers together (`working`)."""

    workers: int
    cells: int
    comparisons: int
    valid: int
    wall: float
    running: float
    working: float
    peak_mib: float
    shares: dict[str, float]

    @property
    def rate(self) -> float:
        """Comparisons per second, start-up aside."""
        return self.comparisons / self.running


def measure(workers: int, selection: list[str]) -> Measured:
    """Run `verify` and read its record."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness.cli", "verify", *selection, "-n", str(workers), "--seed", SEED, "--out", f"{folder}/run"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)  # the exit code says what was found, which is not the question
        events = list(read_events(f"{folder}/run"))
    rows = [event for event in events if isinstance(event, CellEnded)]
    end = next(event for event in events if isinstance(event, RunEnded))
    seconds = {part: sum(row.shares.get(part, 0.0) for row in rows) for part in PARTS}
    working = sum(seconds.values())
    return Measured(
        workers=workers,
        cells=len(rows),
        comparisons=sum(isinstance(event, CaseRun) for event in events),
        valid=sum(row.counts.valid for row in rows),
        wall=end.seconds,
        running=end.seconds - min(event.time for event in events if isinstance(event, CellStarted)),
        working=working,
        peak_mib=end.peak_memory_bytes / 2**20,
        shares={part: each / working for part, each in seconds.items()},
    )


def told(run: Measured) -> str:
    """One run in a line."""
    shares = ", ".join(f"{part} {share:.0%}" for part, share in run.shares.items())
    done = f"{run.cells:,} cells, {run.comparisons:,} comparisons, {run.valid:,} of them valid, in {run.wall:.0f} s"
    return f"{run.workers} workers: {done} ({run.running:.0f} s after start-up); {shares}; {run.peak_mib:,.0f} MiB"


def main() -> None:
    """Measure with one worker and with two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="some ops, random programs and laws of first order in float64: under 50 s")
    parser.add_argument("--backend", default="torch")
    options = parser.parse_args()
    selection = ["--backend", options.backend, *(QUICK if options.quick else [])]
    one, two = measure(1, selection), measure(2, selection)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"selection": selection, "runs": [asdict(one), asdict(two)]}, indent=2) + "\n")
    print(told(one), told(two), sep="\n")
    overhead = two.shares["generation"] + two.shares["bookkeeping"]
    speedup = one.running / two.running
    print(
        f"throughput: {two.rate:.0f} comparisons/s on two workers, {speedup:.2f} x one; generation + bookkeeping {overhead:.0%} of the time in cells"
    )


if __name__ == "__main__":
    main()
