"""What happens when pytest ends: what died is named, the workers' files become one record, and the pages are written.

workers/*.ndjson  ->  record.ndjson  ->  summary.json, report.html, junit.xml
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from harness.plugin.pages import write_pages
from harness.record import Baseline, CellEnded, Counts, Evidence, Finding, Records, Summary, read_events, write_merged
from harness.record.evidence import INSUFFICIENT
from harness.running.again import held_again
from harness.running.cell import row
from harness.running.death import DIED, finding_of
from harness.running.folder import point_latest_to
from harness.running.isolation import cause_of_death, last_case
from harness.running.journal import INTERRUPTED, WORKERS, Journal, Run
from harness.running.selection import Resolved


@dataclass(frozen=True)
class Ending:
    """The run, added up. `findings` are what the record holds, `folder` is where everything lies."""

    summary: Summary
    findings: tuple[Finding, ...]
    cells: tuple[CellEnded, ...]
    folder: Path


def finish(run: Run, journal: Journal, resolved: Resolved, baseline: Baseline, status: int) -> Ending:
    """Close `journal` (the main process's) and make the run's folder complete. `status` is pytest's exit code so far."""
    evidence = Evidence(event for path in _files(run) for event in read_events(path))
    for row_of_lost in _lost(run, resolved, evidence, interrupted=status == INTERRUPTED):
        journal.write(row_of_lost)
        evidence.see(row_of_lost)
        if row_of_lost.verdict in DIED:
            case = last_case(run, row_of_lost.cell)
            evidence.see(journal.keep(finding_of(row_of_lost, case, run.folder), case))
    held = held_again(run.again, (event for path in _files(run) for event in read_events(path)))
    not_met = baseline.not_met(evidence.findings, evidence.cells.values())
    fixed = baseline.fixed(not_met, held)
    journal.end(status, evidence, fixed=[entry.signature for entry in fixed], not_met=[entry.signature for entry in not_met if entry not in fixed])
    record = Path(run.folder) / "record.ndjson"
    write_merged(_files(run), record)
    rmtree(Path(run.folder) / WORKERS)
    events = Records(record)
    summary = write_pages(events, Path(run.folder))
    point_latest_to(Path(run.folder))
    everything = Evidence(events)
    return Ending(summary, tuple(everything.findings), tuple(everything.cells.values()), Path(run.folder))


def _files(run: Run) -> list[Path]:
    """The workers' records, the main process's first."""
    return sorted((Path(run.folder) / WORKERS).glob("*.ndjson"), key=lambda path: (path.stem != "main", path))


def _lost(run: Run, resolved: Resolved, evidence: Evidence, *, interrupted: bool) -> Iterator[CellEnded]:
    """A row for every planned cell that has none: died with its worker, never begun, or of a backend that cannot be used."""
    died = {} if interrupted else {cell: cause_of_death(run, cell) for cell in evidence.unfinished}
    why = "interrupted before this cell ended." if interrupted else "never begun: too many workers had died."
    for cell in resolved.cells:
        if cell.id not in evidence.cells:
            verdict, reason = died.get(cell.id, (INSUFFICIENT, resolved.absent.get(cell.backend, why)))
            yield row(cell, verdict, reason, counts=Counts(), minimum=resolved.profile.minimum, shares={})
