"""summary.json: the whole run in a page, for machines. The schema is stable; fields are only ever added.

{format, verdict, exit_code, command, seed, duration_s, backends, devices, cells, comparisons, findings, peak_memory_bytes, notices}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from pathlib import Path

import msgspec

from harness.record.errors import RecordError, cause
from harness.record.events import Counts, Event
from harness.record.evidence import Evidence, add_counts, cell_verdict
from harness.record.notices import sentences

SUMMARY_FORMAT = 1


class FindingCounts(msgspec.Struct, kw_only=True):
    """Distinct signatures, not cells: one bug counts once. `fixed` and `not_met` are entries of the baseline: see `RunEnded`."""

    new: int = 0
    known: int = 0
    fixed: int = 0
    not_met: int = 0


class Summary(msgspec.Struct, kw_only=True):
    """What `summary.json` holds.

    `verdict` is HOLDS, BROKEN, INSUFFICIENT EVIDENCE, ERRORED or INTERRUPTED. `exit_code` is 0 (holds, or only known findings), 1 (broken or
    errored), 2 (interrupted), 3 to 5 (pytest's own troubles) or 7 (insufficient evidence). `backends` maps names to versions, `cells` verdicts to
    numbers of cells. `notices` are what adapters do that they must not, a text per backend; they decide nothing.
    """

    format: int = SUMMARY_FORMAT
    verdict: str
    exit_code: int
    command: str
    seed: int
    duration_s: float
    backends: dict[str, str]
    devices: list[str]
    cells: dict[str, int]
    comparisons: Counts
    findings: FindingCounts
    peak_memory_bytes: int
    notices: list[str] = []


def summarize(events: Iterable[Event]) -> Summary:
    """The summary of a record, complete or not."""
    return summary_of(Evidence(events))


def summary_of(evidence: Evidence) -> Summary:
    """The same from evidence that was already added up."""
    run = evidence.runs[0] if evidence.runs else None
    verdicts = Counter(cell_verdict(cell) for cell in evidence.cells.values())
    return Summary(
        verdict=evidence.verdict(),
        exit_code=evidence.exit_code(),
        command=run.command if run else "",
        seed=run.seed if run else 0,
        duration_s=max((end.seconds for end in evidence.ends), default=evidence.last_time),
        backends={str(each.get("name", "")): str(each.get("version", "")) for started in evidence.runs for each in started.backends},
        devices=sorted({cell.device for cell in evidence.cells.values()}),
        cells=dict(sorted(verdicts.items())),
        comparisons=reduce(add_counts, (cell.counts for cell in evidence.cells.values()), Counts()),
        findings=_finding_counts(evidence),
        peak_memory_bytes=max((end.peak_memory_bytes for end in evidence.ends), default=0),
        notices=sentences(evidence.notices.values()),
    )


def _finding_counts(evidence: Evidence) -> FindingCounts:
    new = {finding.signature for finding in evidence.findings if finding.known is None}
    known = {finding.signature for finding in evidence.findings} - new
    fixed, not_met = ({signature for end in evidence.ends for signature in getattr(end, name)} for name in ("fixed", "not_met"))
    return FindingCounts(new=len(new), known=len(known), fixed=len(fixed), not_met=len(not_met - fixed))


def summary_text(events: Iterable[Event]) -> str:
    """`summary.json` of a record, indented, with a newline at its end."""
    return _text(summarize(events)).decode()


def _text(summary: Summary) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"


def write_summary(path: str | Path, summary: Summary) -> None:
    """Write `summary.json`, indented, with a newline at its end.

    Raises:
        RecordError: the file cannot be written.
    """
    try:
        Path(path).write_bytes(_text(summary))
    except OSError as error:
        raise RecordError(f"cannot write the summary {path}: {cause(error)}. Choose a folder that can be written with --out.") from None
