"""A cell that took its worker with it, as a finding: `law | op | hangs`, or `law | ops of the case | crashes`, with the case that did it."""

from __future__ import annotations

import msgspec

from harness.program import Case
from harness.program.case import to_json
from harness.record import CellEnded, Finding, signature
from harness.running.called import ops_of
from harness.running.finding import MAX_JSON, block, pytest_text, reproductions
from harness.verdict import Result, Verdict
from properties.laws import lookup_law

DIED = {"CRASHED": "crashes", "HUNG": "hangs"}  # what such a cell does


def finding_of(cell: CellEnded, case: Case | None, folder: str) -> Finding:
    """What is known of the death of `cell`; `case` is what it compared last, if it came so far, and `folder` the run's."""
    kind = DIED[cell.verdict]
    title = f"{cell.op} {kind} in backend {cell.backend} ({cell.device}, {cell.dtype})"
    found = Finding(
        signature=signature(cell.law, cell.op, kind),
        cell=cell.cell,
        case="",
        law=cell.law,
        op=cell.op,
        dtype=cell.dtype,
        device=cell.device,
        backend=cell.backend,
        verdict=cell.verdict,
        title=title,
        text=f"{title}\n  reason        {cell.reason}",
    )
    return _with(found, case, folder, cell.reason) if case else found


def _with(found: Finding, case: Case, folder: str, reason: str) -> Finding:
    result, written = Result(law=case.law, verdict=Verdict(found.verdict), reason=reason), to_json(case).decode()
    text = block(lookup_law(case.law), case, result, found.title, reproduce=reproductions(case, folder, ""))
    shown = written if len(written) <= MAX_JSON else ""
    named = signature(found.law, ops_of(case), DIED[found.verdict]) if found.verdict == "CRASHED" else found.signature  # a cell may hang anywhere
    return msgspec.structs.replace(found, signature=named, case=case.id, text=text, pytest=pytest_text(case, written), case_json=shown)
