"""Known findings, so that a nightly run turns red only for news.

    new     a finding that no entry matches, or whose entry has expired
    known   a finding that an entry matches: by its signature, and by every further field that the entry gives
    not met an entry that matched nothing although the cells that it speaks of ran, and hold: a few random cases need not meet it
    fixed   the same, and a counterexample that it means was compared again, and holds

The file is a JSON list of entries; `*` and `?` are wildcards. An entry must say which signature it means: "all of softmax" would swallow tomorrow's
bug.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from harness.record.errors import RecordError, cause
from harness.record.events import CellEnded, Finding
from harness.record.evidence import cell_verdict
from harness.record.signature import parts_of


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry. `reason` is for the reader, `link` for the ticket, `since` and `expires` are ISO dates; the rest are patterns."""

    signature: str
    reason: str
    link: str = ""
    since: str = ""
    expires: str = ""
    law: str = "*"
    op: str = "*"
    dtype: str = "*"
    device: str = "*"
    backend: str = "*"
    defect: str = "*"


class Baseline(msgspec.Struct, frozen=True):
    """The entries in force on the day `today`."""

    entries: tuple[Known, ...] = ()
    today: date = msgspec.field(default_factory=date.today)

    def match(self, finding: Finding) -> Known | None:
        """The first entry in force that means `finding`; None: it is new."""
        return next((entry for entry in self.entries if _in_force(entry, self.today) and _means(entry, finding)), None)

    def fixed(self, not_met: Sequence[Known], held: Sequence[Finding]) -> list[Known]:
        """Entries not met of whose findings in an earlier run some were compared again; `held`: those whose counterexamples hold now."""
        return [entry for entry in not_met if any(_means(entry, finding) for finding in held)]

    def not_met(self, findings: Sequence[Finding], cells: Iterable[CellEnded]) -> list[Known]:
        """Entries that no finding of this run needs, judged only where the cells that they speak of ran, and hold."""
        unneeded = [entry for entry in self.entries if not any(_means(entry, finding) for finding in findings)]
        of_law: dict[str, list[CellEnded]] = defaultdict(list)  # most entries name one law of hundreds
        for cell in cells:
            of_law[cell.law].append(cell)
        return [
            entry
            for entry in unneeded
            if _all_hold([cell for law in of_law if _speaks_of(entry, law) for cell in of_law[law] if _covers(entry, cell)])
        ]


def read_baseline(path: str | Path, today: date | None = None) -> Baseline:
    """The baseline in the file `path`.

    Raises:
        RecordError: the file cannot be read, or an entry is not valid; the message says which and why.
    """
    try:
        entries = tuple(msgspec.json.decode(Path(path).read_bytes(), type=list[Known]))
    except OSError as error:
        raise RecordError(f"cannot read the baseline {path}: {cause(error)}. Give the path of a JSON file with --baseline.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} is not a baseline: {error}. It must be a JSON list of entries with `signature` and `reason`.") from None
    for number, entry in enumerate(entries, start=1):
        problem = _problem(entry)
        if problem:
            raise RecordError(f"entry {number} of the baseline {path} {problem}")
    return Baseline(entries, today or date.today())


def _problem(entry: Known) -> str:
    if not entry.signature.strip("*?| "):
        return f"has signature {entry.signature!r}, which would hide every new finding. Copy the signature of the finding that is known."
    if not entry.reason.strip():
        return "gives no reason. Say why the finding is accepted."
    for field in ("since", "expires"):
        if getattr(entry, field) and not _is_date(getattr(entry, field)):
            return f"has {field} {getattr(entry, field)!r}, which is not a date. Write it as YYYY-MM-DD."
    return ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _in_force(entry: Known, today: date) -> bool:
    return not entry.expires or today <= date.fromisoformat(entry.expires)


def _means(entry: Known, finding: Finding) -> bool:
    fields = ("signature", "law", "op", "dtype", "device", "backend", "defect")
    return all(_matches(getattr(entry, field), getattr(finding, field)) for field in fields)


def _speaks_of(entry: Known, law: str) -> bool:
    return _matches(parts_of(entry.signature)[0], law) and _matches(entry.law, law)


def _covers(entry: Known, cell: CellEnded) -> bool:
    fields = ("op", "dtype", "device", "backend")
    return _matches(parts_of(entry.signature)[1], cell.op) and all(_matches(getattr(entry, field), getattr(cell, field)) for field in fields)


def _all_hold(cells: Sequence[CellEnded]) -> bool:
    """Unsupported cells say nothing, so at least one must have run."""
    verdicts = {cell_verdict(cell) for cell in cells} - {"UNSUPPORTED"}
    return verdicts == {"HOLDS"}


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache  # a baseline has some hundred patterns, each of which meets thousands of cells
def _compiled(pattern: str) -> re.Pattern[str]:
    """Only `*` and `?` are special: brackets are common in signatures."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)
