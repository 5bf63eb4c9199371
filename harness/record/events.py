"""The events of a run, one JSON object per line, in the order they happened.

    run, (start, case*, finding?, notice*, cell)*, fault*, end        per worker; the files of several workers merge

`format` stands in the first line. Readers accept unknown fields, unknown events and a truncated last line. Everything that people see (terminal,
HTML, JUnit, Markdown, exit code) is derived from these. Plain data only: this module imports nothing of ours.
"""

from __future__ import annotations

from typing import Any

import msgspec

RECORD_FORMAT = 1


class Counts(msgspec.Struct, kw_only=True):
    """Comparisons: `attempted` = valid + vacuous + inconclusive + broken; `rejected` cases never reached a comparison."""

    attempted: int = 0
    valid: int = 0
    vacuous: int = 0
    inconclusive: int = 0
    rejected: int = 0
    broken: int = 0


class RunStarted(msgspec.Struct, tag="run", kw_only=True):
    """The first line: what was asked for, of what, where."""

    format: int = RECORD_FORMAT
    version: str
    command: str
    seed: int
    profile: str
    started: str  # ISO 8601, UTC
    backends: list[dict[str, Any]] = []  # {name, version, devices, known}
    environment: dict[str, str] = {}  # python, numpy, platform, processor, cores ...
    cells_planned: int = 0
    worker: str = "main"


class CellStarted(msgspec.Struct, tag="start", kw_only=True):
    """Written before a cell runs, so that a crash can be laid at its door."""

    cell: str
    time: float  # seconds since the run started
    worker: str = ""


class CaseRun(msgspec.Struct, tag="case", kw_only=True):
    """One comparison. `where`, `pattern`, `ladder` and `details` are kept for every case that does not hold."""

    cell: str
    case: str
    verdict: str
    reason: str = ""
    vacuous: bool = False
    comparisons: int = 1
    actual: float | None = None
    expected: float | None = None
    bound: float | None = None
    tolerance: float | None = None
    resolution: float | None = None
    rule: str = ""
    where: str = ""
    pattern: str = ""
    evaluations: int = 0
    seconds: float = 0.0
    phase: str = "search"  # search | shrink | replay
    shapes: list[list[int]] = []
    layouts: list[str] = []
    drawn: dict[str, Any] = {}  # regime, margin, depth ...
    ladder: list[dict[str, Any]] = []  # {step, value, bound, kept, why}
    details: dict[str, Any] = {}
    agreement: dict[str, Any] = {}  # on another device than the CPU: {ulps, repeats}, for some cases that hold


class CellEnded(msgspec.Struct, tag="cell", kw_only=True):
    """A row of the evidence matrix. `verdict` is one of harness.verdict.Verdict's names, or INSUFFICIENT EVIDENCE."""

    cell: str
    law: str
    family: str
    op: str
    op_family: str
    dtype: str
    device: str
    backend: str
    verdict: str
    reason: str = ""
    counts: Counts
    minimum: int = 1  # valid comparisons needed
    seconds: float = 0.0
    shares: dict[str, float] = {}  # seconds in generation, backend, oracle, bookkeeping
    pairs: dict[str, int] = {}  # of deeds on a tape, "backward > apply": how often the second followed the first


class Finding(msgspec.Struct, tag="finding", kw_only=True):
    """A broken law with its smallest counterexample. `signature` groups the cells that one bug breaks; `known` is the baseline's reason."""

    signature: str
    cell: str
    case: str
    law: str
    op: str
    dtype: str
    device: str
    backend: str
    verdict: str = "BROKEN"
    title: str
    text: str  # the whole block that the terminal shows
    program: str = ""  # the subject as Python
    result: dict[str, Any] = {}  # the fields of CaseRun that matter, plus the neighbourhood table
    script: str = ""  # standalone reproduction: needs the library under test and NumPy only
    pytest: str = ""
    case_json: str = ""  # the case file's text; empty where it is too long to repeat here
    defect: str = ""  # wrong, convention, precision or semantics
    known: str | None = None


class Notice(msgspec.Struct, tag="notice", kw_only=True):
    """What an adapter does beside its work: prints, or changes what surrounds it.

    It was undone, unless it `lasts`: results after that may depend on it. Written when a worker first sees it; the workers of a run may each see it.
    """

    backend: str
    subject: str  # what was changed, or printed to: one notice for each, whoever saw it
    cell: str  # in which it was seen
    seen: str
    remedy: str
    lasts: bool = False


class Fault(msgspec.Struct, tag="fault", kw_only=True):
    """A negative control: a fault put into a backend on purpose, and whether its law found it. `found` is yes, MISSED or unsupported."""

    law: str
    fault: str
    found: str
    comparisons: int = 0
    op: str = ""  # that showed it
    reason: str = ""  # why it was not found
    backend: str = ""
    device: str = ""
    dtype: str = ""


class RunEnded(msgspec.Struct, tag="end", kw_only=True):
    """The last line. A record without it was interrupted or killed."""

    verdict: str  # HOLDS, BROKEN, INSUFFICIENT EVIDENCE, ERRORED, INTERRUPTED
    exit_code: int
    seconds: float
    interrupted: bool = False
    peak_memory_bytes: int = 0
    message: str = ""
    fixed: list[str] = []  # signatures of the baseline's entries whose counterexamples were compared again, and hold
    not_met: list[str] = []  # of its entries that nothing matched although their cells hold: that alone does not say that they are fixed


Event = RunStarted | CellStarted | CaseRun | CellEnded | Finding | Notice | Fault | RunEnded
