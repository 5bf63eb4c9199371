"""The counterexamples of an earlier run, compared first: only what was looked at again can be called fixed.

held = findings of the earlier run whose very case holds now
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from harness.program import Case
from harness.program.case import from_json
from harness.record import CaseRun, Event, Finding, RecordError, read_case, read_events
from harness.running.misuse import refuse
from harness.running.pool import Draw


def earlier_run(text: str) -> str:
    """The folder or record `text`, if it can be read.

    Raises:
        Misuse: it cannot.
    """
    try:
        next(iter(read_events(text)))
    except RecordError as error:
        refuse("again", "the record of an earlier run, or its folder", text, str(error))
    return str(Path(text).resolve())


def counterexamples(again: str, cell: str) -> list[Draw]:
    """The cases that broke `cell` in the run `again`; none where that is empty."""
    return [Draw(_case(again, each)) for each in _findings(again).get(cell, ())]


def held_again(again: str, events: Iterable[Event]) -> list[Finding]:
    """The findings of the run `again` whose cases were compared in this one, and hold."""
    sought = {finding.case: finding for found in _findings(again).values() for finding in found}
    if not sought:
        return []
    held = {event.case for event in events if isinstance(event, CaseRun) and event.verdict == "HOLDS" and event.comparisons and not event.vacuous}
    return [finding for case, finding in sought.items() if case in held]


@lru_cache(maxsize=1)
def _findings(again: str) -> dict[str, list[Finding]]:
    """The findings of the earlier run by cell, each case once."""
    found: dict[str, dict[str, Finding]] = {}
    for event in read_events(again) if again else ():
        if isinstance(event, Finding):
            found.setdefault(event.cell, {})[event.case] = event
    return {cell: list(cases.values()) for cell, cases in found.items()}


def _case(again: str, finding: Finding) -> Case:
    """From the record itself, or from the case file beside it where it was too long for that."""
    folder = Path(again) if Path(again).is_dir() else Path(again).parent
    return from_json(finding.case_json or read_case(finding.case, [folder]))
