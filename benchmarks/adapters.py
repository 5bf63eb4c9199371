"""What an adapter costs and covers: ops offered, its lines, its conformance check, and cells and valid comparisons per second of a small run.

    python benchmarks/adapters.py torch autograd=/venvs/autograd/bin/python jax=/venvs/jax/bin/python

Each backend runs in the interpreter named behind it (this one where none is), one worker, the same ops and laws for all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.record import CellEnded, read_events

ROOT = Path(__file__).parents[1]
OPS = "exp|tanh|multiply|divide|sum|mean|max|matmul|reshape|permute_dims|concat|softmax|logsumexp|take|where|mse_loss"
LAWS = "vjp-eq-fd|vjp-linear|vjp-zero|grad-form|value-unchanged|repeatable"
ASK = """
import sys, json, time
from harness.backends import load_backend
from harness.backends.conformance import conformance
from harness.ops.catalogue import catalogue
began = time.perf_counter()
backend = load_backend(sys.argv[1])
loaded = time.perf_counter()
shortfalls = len(conformance(backend))
checked = time.perf_counter()
ops = sum(backend.op(op) is not None for op in catalogue())
print(json.dumps({"version": backend.version, "ops": ops, "load_s": loaded - began, "conformance_s": checked - loaded, "shortfalls": shortfalls,
                  "dtype": backend.dtypes("cpu")[0]}))
"""


def measure(name: str, python: str) -> dict[str, float | str]:
    """One row."""
    told = json.loads(subprocess.run([python, "-c", ASK, name], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    with tempfile.TemporaryDirectory() as folder:
        command = ["verify", "--backend", name, "--op", OPS, "--law", LAWS, "--dtype", told["dtype"], "--seed", "1", "-n", "1", "--out", folder]
        subprocess.run([python, "-m", "harness.cli", *command], cwd=ROOT, capture_output=True, check=False)
        rows = [event for event in read_events(Path(folder) / "record.ndjson") if isinstance(event, CellEnded) and event.verdict != "UNSUPPORTED"]
    seconds = sum(row.seconds for row in rows)
    valid, inside = sum(row.counts.valid for row in rows), sum(row.shares.get("backend", 0.0) for row in rows)
    return told | {"lines": lines(name), "cells_per_s": len(rows) / seconds, "valid_per_s": valid / seconds, "share": inside / seconds}


def lines(name: str) -> int:
    """Of the adapter itself, without its tables of spellings and its script."""
    files = sorted((ROOT / "harness" / "backends" / name).rglob("*.py"))
    assert files, f"no adapter of {name} lies in harness/backends"
    return sum(len(path.read_text().splitlines()) for path in files if not path.stem.endswith(("templates", "script", "spelling", "native")))


def main(asked: list[str]) -> None:
    """Print a row per backend, and the headline last."""
    print(f"{'backend':12} {'version':12} {'ops':>4} {'lines':>6} {'load s':>7} {'check s':>8} {'cells/s':>8} {'valid/s':>8} {'in the library':>15}")
    rows = []
    for each in asked:
        name, _, python = each.partition("=")
        row = measure(name, python or sys.executable)
        rows.append(row)
        head = f"{name:12} {row['version']:12} {row['ops']:4} {row['lines']:6} {row['load_s']:7.1f} {row['conformance_s']:8.1f}"
        print(f"{head} {row['cells_per_s']:8.1f} {row['valid_per_s']:8.1f} {row['share']:15.0%}", flush=True)
    slowest = max(float(row["conformance_s"]) for row in rows)
    print(f"{len(rows)} adapters: {min(int(row['ops']) for row in rows)} ops or more each, conformance check {slowest:.1f} s at most")


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch"])
