"""Several workers or shards, one record: the run's line first, then each worker's events in its own order, then one end.

cells planned = sum over commands of the largest plan of that command     (workers share a plan, shards divide it)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.record.events import Event, RunEnded, RunStarted
from harness.record.evidence import Evidence
from harness.record.reader import read_events
from harness.record.writer import RecordWriter


class Records:
    """The events of one record or several, read anew each time that they are iterated over: half a million cases need not be in memory."""

    def __init__(self, *paths: str | Path) -> None:
        self.paths = paths

    def __iter__(self) -> Iterator[Event]:
        return merge_records(self.paths) if len(self.paths) > 1 else read_events(self.paths[0])


def merge_records(paths: Sequence[str | Path]) -> Iterator[Event]:
    """The events of several records as one run. Where none of them came to its end, the merged run has no end either.

    Raises:
        RecordError: one of them is not a readable record.
        ValueError: no path was given.
    """
    if not paths:
        raise ValueError("merge_records(paths=...) must name at least one record; got none. Give the paths of the workers' files.")
    streams = [read_events(path) for path in paths]
    runs = [event for event in (next(stream) for stream in streams) if isinstance(event, RunStarted)]
    evidence = Evidence([_one_run(runs)])
    yield evidence.runs[0]
    ends: list[RunEnded] = []
    for stream in streams:
        for event in stream:
            if isinstance(event, RunEnded):
                ends.append(event)
            elif not isinstance(event, RunStarted):
                evidence.see(event)
                yield event
    if ends:
        yield _one_end(ends, evidence, lost=len(paths) - len(ends))


def write_merged(paths: Sequence[str | Path], out: str | Path) -> None:
    """Write `merge_records(paths)` to `out`."""
    with RecordWriter(out) as writer:
        for event in merge_records(paths):
            writer.write(event)


def _one_run(runs: Sequence[RunStarted]) -> RunStarted:
    plans: dict[str, int] = {}
    for run in runs:
        plans[run.command] = max(plans.get(run.command, 0), run.cells_planned)
    backends = {str(backend): backend for run in runs for backend in run.backends}
    return msgspec.structs.replace(runs[0], cells_planned=sum(plans.values()), backends=list(backends.values()), worker="main")


def _one_end(ends: Sequence[RunEnded], evidence: Evidence, lost: int) -> RunEnded:
    """The verdict is taken anew from all the evidence: one worker alone cannot know it."""
    messages = [end.message for end in ends if end.message]
    if lost:
        messages.append(f"{lost} of {lost + len(ends)} records stop before their end: a worker was killed.")
    for end in ends:
        evidence.see(end)
    return RunEnded(
        verdict=evidence.verdict(),
        exit_code=evidence.exit_code(),
        seconds=max(end.seconds for end in ends),
        interrupted=any(end.interrupted for end in ends),
        peak_memory_bytes=sum(end.peak_memory_bytes for end in ends),
        message=" ".join(dict.fromkeys(messages)),
        fixed=sorted({signature for end in ends for signature in end.fixed}),
        not_met=sorted({signature for end in ends for signature in end.not_met}),
    )
