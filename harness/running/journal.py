"""What one worker writes down: its events in the record, its counterexamples in `cases/`, and what it must be told to do so.

RUN_FOLDER/record.ndjson  summary.json  report.html  junit.xml  cases/ID.json  cases/ID.py          workers/NAME.ndjson, .case, TIME.begun meanwhile
"""

from __future__ import annotations

import math
import os
import platform
import resource
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from time import time

import msgspec
import numpy as np

import harness
from harness.backends import Backend
from harness.backends.conformance.surroundings import Left
from harness.program import Case
from harness.program.case import to_json
from harness.record import Baseline, Event, Evidence, Finding, Notice, RecordWriter, RunEnded, RunStarted, write_case

WORKERS, CASE = "workers", ".case"
INTERRUPTED = 2  # pytest's exit code


@dataclass(frozen=True)
class Run:
    """What all workers of one run share; plain data, so that it can be sent to them."""

    folder: str
    seed: int
    profile: str
    command: str
    started: float  # seconds since the epoch
    max_time: float | None = None
    planned: int = 0
    database: str = ".hypothesis/autograd-harness"
    again: str = ""  # the record of an earlier run whose counterexamples are compared first

    @property
    def elapsed(self) -> float:
        return max(time() - self.started, 0.0)

    @property
    def left(self) -> float:
        """Seconds until no cell is started any more."""
        return math.inf if self.max_time is None else max(self.max_time - self.elapsed, 0.0)

    @property
    def out_of_time(self) -> bool:
        return self.left == 0.0

    def record_of(self, worker: str) -> Path:
        return Path(self.folder) / WORKERS / f"{worker}.ndjson"

    @property
    def begun(self) -> Path:
        """As many bytes as cells have begun; its own for each run, as a run that was killed leaves it behind."""
        return Path(self.folder) / WORKERS / f"{self.started}.begun"


@dataclass
class Journal:
    """The record of one worker, open. `sign` is called with every event: whoever writes lives."""

    run: Run
    worker: str
    baseline: Baseline = field(default_factory=Baseline)
    sign: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.evidence = Evidence()
        self._writer = RecordWriter(self.run.record_of(self.worker))

    def begin(self, backends: Mapping[str, Backend], absent: Iterable[str] = ()) -> None:
        """The first line; `absent` are backends that were asked for and cannot be used."""
        described = [{"name": name, "version": backend.version, "devices": list(backend.devices())} for name, backend in backends.items()]
        described += [{"name": name, "version": "cannot be used", "devices": []} for name in absent]
        started = datetime.fromtimestamp(self.run.started, timezone.utc).isoformat(timespec="seconds")
        self.write(
            RunStarted(
                version=harness.__version__,
                command=self.run.command,
                seed=self.run.seed,
                profile=self.run.profile,
                started=started,
                backends=described,
                environment=environment(),
                cells_planned=self.run.planned,
                worker=self.worker,
            )
        )

    def write(self, event: Event) -> None:
        """Append one event."""
        self.evidence.see(event)
        self._writer.write(event)
        if self.sign:
            self.sign()

    def compares(self, case: Case) -> None:
        """`case` comes next: should it end the process, it is what shows that again. Only where another process will be left to tell."""
        if self.sign:
            self.run.record_of(self.worker).with_suffix(CASE).write_bytes(to_json(case))

    def keep(self, finding: Finding, case: Case | None) -> Finding:
        """Write the finding, its case file and its script, if a case is left; returns it with the baseline's reason where it is known."""
        entry = self.baseline.match(finding)
        judged = msgspec.structs.replace(finding, known=entry.reason) if entry else finding
        if case:
            write_case(self.run.folder, case.id, to_json(case), finding.script)
        self.write(judged)
        return judged

    def tell(self, cell: str, backend: str, left: Left) -> list[Notice]:
        """Write down what the adapter left behind in `cell`, where this worker has not done so before; returns that."""
        new = [
            Notice(backend=backend, subject=subject, cell=cell, seen=shortfall.why, remedy=shortfall.remedy, lasts=shortfall.lasts)
            for subject, shortfall in left.items()
            if (backend, subject) not in self.evidence.notices
        ]
        for notice in new:
            self.write(notice)
        return new

    def end(self, status: int, evidence: Evidence | None = None, *, fixed: Sequence[str] = (), not_met: Sequence[str] = ()) -> None:
        """The last line, after `evidence` (by default what this worker saw); `status` is pytest's exit code so far. The journal is closed."""
        seen = evidence or self.evidence
        last = RunEnded(
            verdict="",
            exit_code=status,
            seconds=self.run.elapsed,
            interrupted=status == INTERRUPTED,
            peak_memory_bytes=peak_memory(),
            fixed=list(fixed),
            not_met=list(not_met),
        )
        seen.see(last)
        self._writer.write(msgspec.structs.replace(last, verdict=seen.verdict(), exit_code=seen.exit_code()))
        self.close()

    def close(self) -> None:
        """Without a last line: as if interrupted."""
        self._writer.close()


def environment() -> dict[str, str]:
    """What a reader needs to know of the machine to believe or repeat the run."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
    }


def peak_memory() -> int:
    """The largest resident size of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
