"""One comparison as the record keeps it, and how near it came to breaking its law."""

from __future__ import annotations

import math

import msgspec

from harness.program import Case
from harness.record import CaseRun
from harness.running.cells import Cell
from harness.verdict import Result, Verdict

_ALWAYS = ("reason", "vacuous", "comparisons", "actual", "expected", "bound", "tolerance", "resolution", "rule", "evaluations")


def nearness(result: Result) -> float | None:
    """log10(discrepancy / allowed): 0 where a comparison just holds; None where nothing was measured, or both sides are equal."""
    ratio = result.ratio
    return math.log10(ratio) if ratio and math.isfinite(ratio) else None


def case_run(cell: Cell, case: Case, result: Result, seconds: float, phase: str) -> CaseRun:
    """The event for one comparison; what explains it is kept where it does not simply hold."""
    told = {name: getattr(result, name) for name in _ALWAYS}
    if result.verdict is not Verdict.HOLDS:
        told |= {name: getattr(result, name) for name in ("where", "pattern", "details")} | {"ladder": msgspec.to_builtins(result.ladder)}
    return CaseRun(
        cell=cell.id,
        case=case.id,
        verdict=result.verdict.value,
        seconds=seconds,
        phase=phase,
        shapes=[list(x.shape) for x in case.primals],
        layouts=list(case.layouts),
        drawn=case.drawn,
        **told,
    )
