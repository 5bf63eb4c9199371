"""One pass over the events, keeping what the report shows and no more: memory grows with cells and findings, not with cases."""

from __future__ import annotations

from collections.abc import Iterable

from harness.record import CaseRun, Event, Evidence
from reports.casedetails import CaseDetails
from reports.columns import Columns
from reports.devices import Devices
from reports.health import Health
from reports.inputs import Inputs
from reports.landscape import Landscape, positions, ratio_of
from reports.power import Controls
from reports.resolutions import Resolutions
from reports.shrinking import Shrinking
from reports.workers import Workers


class Digest:
    """A record, read once."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.evidence = Evidence()
        self.health = Health()
        self.inputs = Inputs()
        self.landscape = Landscape()
        self.columns, self.details = Columns(), CaseDetails()
        self.shrinking = Shrinking()
        self.resolutions, self.controls, self.workers, self.devices = Resolutions(), Controls(), Workers(), Devices()
        listening = (self.evidence, self.resolutions, self.controls, self.workers, self.devices)
        for event in events:
            for each in listening:
                each.see(event)
            if isinstance(event, CaseRun):
                self._see_case(event)

    def _see_case(self, case: CaseRun) -> None:
        """Shrinking and replaying repeat one case many times over, so only the search counts as evidence."""
        ratio, places = ratio_of(case), positions(case)
        if self.columns.see(case, ratio, places):
            self.details.see(len(self.columns) - 1, case)
        self.shrinking.see(case)
        if case.phase == "search":
            self.health.see(case)
            self.inputs.see(case)
            self.landscape.see(case, ratio, places)
