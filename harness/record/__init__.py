"""The event log of a run (NDJSON), case files and the baseline of known findings."""

from harness.record.baseline import Baseline, Known, read_baseline
from harness.record.casefile import find_case, read_case, write_case
from harness.record.errors import RecordError
from harness.record.events import CaseRun, CellEnded, CellStarted, Counts, Event, Fault, Finding, Notice, RunEnded, RunStarted
from harness.record.evidence import Evidence, cell_verdict
from harness.record.merge import Records, merge_records, write_merged
from harness.record.reader import read_events
from harness.record.signature import signature
from harness.record.summary import Summary, summarize, write_summary
from harness.record.writer import RecordWriter

__all__ = [
    "Baseline",
    "CaseRun",
    "CellEnded",
    "CellStarted",
    "Counts",
    "Event",
    "Evidence",
    "Fault",
    "Finding",
    "Known",
    "Notice",
    "RecordError",
    "RecordWriter",
    "Records",
    "RunEnded",
    "RunStarted",
    "Summary",
    "cell_verdict",
    "find_case",
    "merge_records",
    "read_baseline",
    "read_case",
    "read_events",
    "signature",
    "summarize",
    "write_case",
    "write_merged",
    "write_summary",
]
