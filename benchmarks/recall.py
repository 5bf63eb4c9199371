"""Would the profile `ci` have found what others reported of torch? The honest test of a finder: defects that it was not told of.

A report (benchmarks/recall_reports.py) that this torch still deserves counts as found where a law breaks in one of the cases that the profile draws
for the op, in their order, and the case is one of those of which the report speaks.
Prints a row per report and one headline line last; writes benchmarks/out/recall.json.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import torch
from recall_reports import REPORTS, Report

from harness.backends import load_backend
from harness.running.cells import Cell
from harness.running.judge import run_case
from harness.running.pool import pool_of
from harness.running.profiles import PROFILES
from harness.verdict import Verdict

OUT = Path(__file__).parent / "out" / "recall.json"
PROFILE = PROFILES["ci"]


def main() -> None:
    """Ask whether each reproduces, hunt those that do, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed: under two minutes")
    parser.add_argument("--seeds", type=int, default=3, help="runs of the profile, each from another seed")
    args = parser.parse_args()
    torch.set_num_threads(1)
    start, seeds = time.perf_counter(), range(1 if args.quick else args.seeds)
    rows = [row(report, seeds) for report in REPORTS]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"torch": torch.__version__, "seeds": len(seeds), "reports": rows}, indent=1) + "\n")
    print(headline(rows, len(seeds), time.perf_counter() - start))


def row(report: Report, seeds: Sequence[int]) -> dict[str, Any]:
    """What becomes of one report."""
    reproduces = report.reproduces()
    cases = [hunt(report, seed) for seed in seeds] if reproduces else []
    words = f"cases {cases}" if reproduces else "does not reproduce"
    missed = f"   missed: {report.missed}" if reproduces and set(cases) == {None} else ""
    print(f"{', '.join(f'#{issue}' for issue in report.issues):26} {report.op:34} {words}{missed}", flush=True)
    return {"issues": report.issues, "op": report.op, "reproduces": reproduces, "cases": cases, "missed": report.missed}


def hunt(report: Report, seed: int) -> int | None:
    """How many cases of the profile it takes until one of the laws breaks where the report says so; None where none does."""
    backend = load_backend("torch")
    if not report.laws:
        return None
    for count, case in enumerate(pool_of(Cell("", report.op, "float64", "cpu", "torch"), backend, PROFILE, seed, 0).cases, start=1):
        asked = [msgspec.structs.replace(case, law=law) for law in report.laws] if report.where(case) else []
        if any(result.verdict is Verdict.BROKEN and report.shows(result) for result in (run_case(backend, each) for each in asked)):
            return count
    return None


def headline(rows: list[dict[str, Any]], seeds: int, seconds: float) -> str:
    there = [each for each in rows if each["reproduces"]]
    always = [each for each in there if None not in each["cases"]]
    counts = [cases for each in there for cases in each["cases"] if cases is not None]
    issues = {issue for each in there for issue in each["issues"]}
    return (
        f"recall: {len(always)} of {len(there)} defects of {len(issues)} upstream issues that reproduce on torch {torch.__version__} are found "
        f"within the ci profile with each of {seeds} seeds, median {median(counts):.0f} cases; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
