"""What an adapter costs and covers: ops offered, and those with a gradient; its lines; its conformance check; cells and valid comparisons per second.

    python benchmarks/adapters.py torch autograd=/venvs/autograd/bin/python jax=/venvs/jax/bin/python

Each backend runs in the interpreter named behind it (this one where none is), one worker, the same ops and laws for all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from adapter_lines import adapter_lines

from harness.record import CellEnded, read_events

ROOT = Path(__file__).parents[1]
OPS = "exp|tanh|multiply|divide|sum|mean|max|matmul|reshape|permute_dims|concat|softmax|logsumexp|take|where|mse_loss"
LAWS = "vjp-eq-fd|vjp-linear|vjp-zero|grad-form|value-unchanged|repeatable"
TITLES = ("ops", "gradient", "code", "of tape", "all lines", "load, s", "check, s", "cells/s", "valid/s", "library")
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
    """One row; `graded` are the ops of which a gradient was compared that does not vanish."""
    told = json.loads(subprocess.run([python, "-c", ASK, name], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    rows = verified(name, python, told["dtype"], "--op", OPS, "--law", LAWS)
    seconds = sum(row.seconds for row in rows)
    valid, inside = sum(row.counts.valid for row in rows), sum(row.shares.get("backend", 0.0) for row in rows)
    speed = {"cells_per_s": len(rows) / seconds, "valid_per_s": valid / seconds, "share": inside / seconds}
    return told | adapter_lines(name)._asdict() | {"graded": graded(verified(name, python, told["dtype"], "--law", "vjp-eq-fd"))} | speed


def verified(name: str, python: str, dtype: str, *chosen: str) -> list[CellEnded]:
    """The cells of a run that the backend offers."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["verify", "--backend", name, *chosen, "--dtype", dtype, "--seed", "1", "-n", "1", "--out", folder]
        subprocess.run([python, "-m", "harness.cli", *command], cwd=ROOT, capture_output=True, check=False)
        events = list(read_events(Path(folder) / "record.ndjson"))
    return [event for event in events if isinstance(event, CellEnded) and event.verdict != "UNSUPPORTED"]


def graded(rows: list[CellEnded]) -> int:
    """Ops of the catalogue with at least one comparison that says something."""
    return len({row.op for row in rows if row.op != "program" and row.counts.valid + row.counts.broken})


def main(asked: list[str]) -> None:
    """Print a row per backend, and the headline last."""
    print("".join(f"{title:>{width}}" for title, width in (("backend", 12), ("version", 13), *((title, 10) for title in TITLES))))
    rows = []
    for each in asked:
        name, _, python = each.partition("=")
        row = measure(name, python or sys.executable)
        rows.append(row)
        counts = "".join(f"{row[key]:10}" for key in ("ops", "graded", "adapter", "tape", "whole"))
        speed = "".join(f"{row[key]:10.1f}" for key in ("load_s", "conformance_s", "cells_per_s", "valid_per_s"))
        print(f"{name:>12}{row['version']:>13}{counts}{speed}{row['share']:10.0%}", flush=True)
    slowest = max(float(row["conformance_s"]) for row in rows)
    print(f"{len(rows)} adapters: {min(int(row['graded']) for row in rows)} ops or more with a gradient, conformance check {slowest:.1f} s at most")


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch"])
