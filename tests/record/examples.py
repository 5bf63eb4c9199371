"""Records made by hand, that hold every kind of line: all verdicts, findings new and known, NaN and infinities, hostile texts, broken ends."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

from harness.record import CaseRun, CellEnded, CellStarted, Counts, Event, Finding, RecordWriter, RunEnded, RunStarted, signature

HOSTILE = "</script></style></template><img src=x onerror=alert(1)>\x00\x1b[31m\u202e{{7*7}} & \"quoted\" 'single' \ud800"

LAWS = {
    "vjp-agrees": "values",
    "jvp-agrees": "values",
    "jvp-vjp-duality": "linearity",
    "vjp-linear": "linearity",
    "layout-independence": "structure",
    "gradient-shape": "structure",
    "second-order": "higher order",
}
OPS = {
    "add": "elementwise",
    "tanh": "elementwise",
    "maximum": "selecting",
    "sum": "reductions",
    "prod": "reductions",
    "logsumexp": "reductions",
    "cumprod": "cumulative",
    "gather": "indexing",
    "matmul": "linear algebra",
    "svd": "linear algebra",
    "softmax": "neural network",
    "layer_norm": "neural network",
    "random program": "programs",
}


def run_started(**changes: Any) -> RunStarted:
    fields: dict[str, Any] = {
        "version": "0.1.0",
        "command": "autograd-harness verify --profile quick --seed 7",
        "seed": 7,
        "profile": "quick",
        "started": "2025-01-31T12:00:00Z",
        "backends": [{"name": "torch", "version": "2.13.0", "devices": ["cpu"]}],
        "environment": {"python": "3.11.4", "numpy": "2.1.0", "platform": "Linux", "cores": "2"},
        "cells_planned": len(LAWS) * len(OPS) * 2,
    }
    return RunStarted(**(fields | changes))


def cell_ended(law: str = "vjp-agrees", op: str = "add", dtype: str = "float64", verdict: str = "HOLDS", **changes: Any) -> CellEnded:
    """A cell of 40 comparisons that holds, unless told otherwise."""
    valid = 40 if verdict in {"HOLDS", "BROKEN"} else 2
    broken = 3 if verdict == "BROKEN" else 0
    inconclusive = 9 if verdict == "INCONCLUSIVE" else 1
    counts = Counts(attempted=valid + inconclusive + broken + 2, valid=valid, vacuous=2, inconclusive=inconclusive, rejected=3, broken=broken)
    if verdict == "UNSUPPORTED":
        counts = Counts()
    fields: dict[str, Any] = {
        "cell": cell_id(law, op, dtype),
        "family": LAWS.get(law, "values"),
        "op_family": OPS.get(op, "elementwise"),
        "device": "cpu",
        "backend": "torch",
        "counts": counts,
        "minimum": 20,
        "seconds": 0.25,
        "shares": {"generation": 0.05, "backend": 0.05, "oracle": 0.1, "bookkeeping": 0.05},
    }
    return CellEnded(law=law, op=op, dtype=dtype, verdict=verdict, **(fields | changes))


def cell_id(law: str, op: str, dtype: str) -> str:
    return f"{law}[{op}-{dtype}-cpu-torch]"


def finding(
    law: str = "vjp-agrees", op: str = "softmax", dtype: str = "float32", pattern: str = "all 6 entries off by the factor 2.0", **changes: Any
) -> Finding:
    text = (
        f"gradient of {op}(x, axis=0) is wrong in backend torch (cpu, {dtype})\n"
        f"  law           <w, f'(x) v> = <f'(x)^T w, v>\n"
        "  actual        1.25010000          expected  1.25000000 +- 3e-13\n"
        "  discrepancy   1.0e-04, 3e8 times the allowed 3.3e-13 (finite differences, 16 evaluations, resolution 3e-13)\n"
        f"  where         d out[2] / d x[1, 0]: actual 2.000, expected 1.000; {pattern}\n"
        f"  primal x      {dtype}[2, 1] = [[0.], [1.]]\n"
        "  reproduce     autograd-harness replay k3f9q2ab01cd"
    )
    fields: dict[str, Any] = {
        "signature": signature(law, op, pattern),
        "cell": cell_id(law, op, dtype),
        "case": "k3f9q2ab01cd",
        "device": "cpu",
        "backend": "torch",
        "title": f"gradient of {op}(x, axis=0) is wrong",
        "text": text,
        "program": f"def program(x0):\n    v0 = torch.{op}(x0, dim=0)\n    return v0",
        "result": broken_result(),
        "script": f"import numpy as np\nimport torch\n\nx = torch.tensor([[0.0], [1.0]], dtype=torch.{dtype}, requires_grad=True)\n",
        "pytest": f"def test_{op}_gradient():\n    x = torch.tensor([[0.0], [1.0]], dtype=torch.{dtype}, requires_grad=True)\n",
        "case_json": f'{{"law":"{law}","dtype":"{dtype}"}}',
    }
    return Finding(law=law, op=op, dtype=dtype, **(fields | changes))


def broken_result() -> dict[str, Any]:
    return {
        "actual": 1.2501,
        "expected": 1.25,
        "bound": 3e-13,
        "tolerance": 3.3e-13,
        "resolution": 3e-13,
        "rule": "bound of the oracle + rounding of the backend",
        "where": "d out[2] / d x[1, 0]: actual 2.000, expected 1.000",
        "pattern": "all 6 entries off by the factor 2.0",
        "evaluations": 16,
        "ladder": ladder(),
        "neighbourhood": [
            {"change": "float64", "verdict": "HOLDS"},
            {"change": "contiguous", "verdict": "BROKEN"},
            {"change": "one ulp away", "verdict": "BROKEN"},
        ],
    }


def ladder() -> list[dict[str, Any]]:
    """Central differences of a smooth function: truncation falls with h^2, rounding rises with 1/h."""
    rungs = []
    for exponent in range(1, 12):
        step = 10.0 ** (-exponent)
        bound = step**2 + 2e-16 / step
        rungs.append(
            {"step": step, "value": 1.25 + 0.4 * bound, "bound": bound, "kept": 4 <= exponent <= 6, "why": "" if 4 <= exponent <= 6 else "truncation"}
        )
    return rungs


def case_run(cell: CellEnded, number: int, verdict: str = "HOLDS", **changes: Any) -> CaseRun:
    rng = random.Random(number)
    tolerance = 10.0 ** rng.uniform(-13, -9)
    expected = rng.uniform(-2, 2)
    ratio = 10.0 ** rng.uniform(-4, -0.5) if verdict == "HOLDS" else 10.0 ** rng.uniform(2, 8)
    fields: dict[str, Any] = {
        "cell": cell.cell,
        "case": f"{number:012x}",
        "actual": expected + tolerance * ratio,
        "expected": expected,
        "bound": tolerance * 0.8,
        "tolerance": tolerance,
        "resolution": tolerance,
        "rule": "oracle bound + rounding",
        "evaluations": rng.choice([6, 8, 16]),
        "seconds": 0.002,
        "shapes": [[rng.randint(0, 4) for _ in range(rng.randint(0, 3))]],
        "layouts": [rng.choice(["contiguous", "strided", "transposed"])],
        "drawn": {"regime": rng.choice(["ordinary", "large", "tiny", "integers"]), "depth": rng.randint(1, 6)},
    }
    return CaseRun(verdict=verdict, **(fields | changes))


def cell_events(cell: CellEnded, cases: int, first: int, time: float) -> list[Event]:
    """A cell with `cases` cases; its last one shows what the cell's verdict says."""
    runs = [case_run(cell, first + i) for i in range(cases)]
    if runs and cell.verdict == "BROKEN":
        runs[-1] = case_run(cell, first + cases, "BROKEN", where="d out[2] / d x[1, 0]", pattern="factor 2.0", ladder=ladder())
    if runs and cell.verdict == "INCONCLUSIVE":
        nothing: dict[str, Any] = dict.fromkeys(("actual", "expected", "bound", "tolerance", "resolution"), math.nan)
        runs[-1] = case_run(cell, first + cases, "INCONCLUSIVE", reason="kink: the one-sided derivatives differ", **nothing)
    return [CellStarted(cell=cell.cell, time=time), *runs, cell]


def complete_run(cases: int = 4) -> list[Event]:
    """Every law on every op in two dtypes, with every verdict, a new finding in two dtypes, a known one, values that JSON does not have."""
    events: list[Event] = [run_started()]
    special = {
        ("vjp-agrees", "softmax"): ("BROKEN", ""),
        ("second-order", "prod"): ("BROKEN", ""),
        ("vjp-agrees", "maximum"): ("INCONCLUSIVE", "kink: 31 of 40 primals lie on a tie"),
        ("jvp-agrees", "svd"): ("UNSUPPORTED", "torch has no forward mode for svd with full matrices"),
        ("second-order", "cumprod"): ("CRASHED", "the worker died of signal 11 (SIGSEGV)"),
        ("second-order", "svd"): ("HUNG", "no answer after 60 s"),
        ("jvp-agrees", "gather"): ("ERRORED", "IndexError: index 3 is out of bounds"),
        ("jvp-vjp-duality", "logsumexp"): ("INSUFFICIENT EVIDENCE", "2 of 20 valid comparisons: out of time"),
    }
    number = 0
    for dtype in ("float64", "float32"):
        for law in LAWS:
            for op in OPS:
                verdict, reason = special.get((law, op), ("HOLDS", ""))
                cell = cell_ended(law, op, dtype, verdict, reason=reason)
                events += cell_events(cell, 0 if verdict == "UNSUPPORTED" else cases, number, number * 0.01)
                number += cases + 1
                if verdict == "BROKEN":
                    events.insert(-1, _finding_of(cell))
    return [*events, RunEnded(verdict="BROKEN", exit_code=1, seconds=41.5, peak_memory_bytes=512 * 2**20, fixed=["vjp-agrees | relu | sign"])]


def _finding_of(cell: CellEnded) -> Finding:
    if cell.op == "softmax":
        return finding(cell.law, cell.op, cell.dtype)
    result = broken_result() | {"actual": math.nan, "expected": math.inf, "pattern": "NaN where the function is finite"}
    known = "double backward of prod at a zero; https://example.org/issues/1"
    return finding(cell.law, cell.op, cell.dtype, "NaN at an exact zero", result=result, known=known, case="9e107d9d372b")


def quiet_run() -> list[Event]:
    """Everything holds."""
    cells = [cell_ended(law, op) for law in LAWS for op in OPS]
    events: list[Event] = [run_started(cells_planned=len(cells))]
    for number, cell in enumerate(cells):
        events += cell_events(cell, 2, 10 * number, float(number))
    return [*events, RunEnded(verdict="HOLDS", exit_code=0, seconds=9.0)]


def interrupted_run() -> list[Event]:
    """Ctrl-C in the middle of a cell: the last cell started and did not end."""
    events = complete_run()
    return [
        *events[: len(events) // 2],
        RunEnded(verdict="INTERRUPTED", exit_code=2, seconds=12.0, interrupted=True, message="interrupted by Ctrl-C"),
    ]


def hostile_run() -> list[Event]:
    """A hostile text in every field that a backend or a user controls."""
    cell = cell_ended(
        HOSTILE, HOSTILE, HOSTILE, "BROKEN", cell=HOSTILE, reason=HOSTILE, backend=HOSTILE, device=HOSTILE, family=HOSTILE, op_family=HOSTILE
    )
    texts: dict[str, Any] = dict.fromkeys(
        ("title", "text", "program", "script", "pytest", "case_json", "case", "signature", "cell", "backend", "device", "defect"), HOSTILE
    )
    result = {
        HOSTILE: HOSTILE,
        "where": HOSTILE,
        "pattern": HOSTILE,
        "rule": HOSTILE,
        "actual": HOSTILE,
        "ladder": [{HOSTILE: HOSTILE}],
        "neighbourhood": HOSTILE,
    }
    fields: dict[str, Any] = {"reason": HOSTILE, "where": HOSTILE, "pattern": HOSTILE, "rule": HOSTILE, "layouts": [HOSTILE], "phase": HOSTILE}
    case = case_run(cell, 1, "BROKEN", drawn={"regime": HOSTILE, HOSTILE: [HOSTILE]}, details={HOSTILE: HOSTILE}, **fields)
    run = run_started(
        command=HOSTILE, version=HOSTILE, profile=HOSTILE, backends=[{"name": HOSTILE, "version": HOSTILE}], environment={HOSTILE: HOSTILE}
    )
    end = RunEnded(verdict="BROKEN", exit_code=1, seconds=math.nan, message=HOSTILE, fixed=[HOSTILE])
    return [run, CellStarted(cell=HOSTILE, time=0.0), case, finding(HOSTILE, HOSTILE, HOSTILE, HOSTILE, result=result, **texts), cell, end]


def write(path: Path, events: list[Event]) -> Path:
    with RecordWriter(path) as writer:
        for event in events:
            writer.write(event)
    return path
