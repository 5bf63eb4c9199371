"""One device beside another: evidence, findings, and how far its gradients are from the CPU's.

ulps = max |g - g_cpu| / (eps max |g_cpu|)        repeats: the same call twice, bit by bit
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from harness.record import CaseRun, CellEnded, Event, cell_verdict
from harness.record.evidence import WRONG
from reports.wording import as_number

_MOST = 1e6  # ulps that are told apart


@dataclass
class Agreement:
    """A device's cases that were computed on the CPU too; `ulps` is a tally of whole ulps, the last for all that are more."""

    cases: int = 0
    repeating: int = 0
    bitwise: int = 0
    ulps: Counter[int] = field(default_factory=Counter)
    worst: tuple[float, str] = (0.0, "")

    def spread(self) -> list[tuple[str, int]]:
        """(how far, cases) in classes that double; none where all are the CPU's, bit by bit."""
        if self.bitwise == self.cases:
            return []
        edges = [2**k for k in range(0, 12, 2)]
        classes = [("0", self.bitwise), ("≤1", self.within(1) - self.bitwise)]
        classes += [(f"≤{high}", self.within(high) - self.within(low)) for low, high in pairwise(edges)]
        return [*classes, (f">{edges[-1]}", self.cases - self.within(edges[-1]))]

    def within(self, ulps: int) -> int:
        """Cases that are no further from the CPU than this."""
        return sum(count for far, count in self.ulps.items() if far <= ulps)


@dataclass(frozen=True)
class Device:
    """A row of the section; `alone` names ops that are broken here and hold, under the same laws and dtypes, on another device."""

    name: str
    cells: int
    holding: int
    valid: int
    broken: int
    alone: list[str]
    agreement: Agreement | None


class Devices:
    """Agreement by device, gathered case by case; a cell's device is known when its row is read."""

    def __init__(self) -> None:
        self._agreements: dict[str, Agreement] = {}
        self._pending: dict[str, list[tuple[float, bool]]] = {}

    def see(self, event: Event) -> None:
        if isinstance(event, CaseRun) and event.agreement:
            ulps = as_number(event.agreement.get("ulps"))
            self._pending.setdefault(event.cell, []).append(
                (math.inf if ulps is None or math.isnan(ulps) else ulps, event.agreement.get("repeats") is True)
            )
        elif isinstance(event, CellEnded):
            for ulps, repeats in self._pending.pop(event.cell, ()):
                self._add(self._agreements.setdefault(event.device, Agreement()), event, ulps, repeats)

    def _add(self, agreement: Agreement, cell: CellEnded, ulps: float, repeats: bool) -> None:
        agreement.cases += 1
        agreement.repeating += repeats
        agreement.bitwise += ulps == 0
        agreement.ulps[math.ceil(min(max(ulps, 0.0), _MOST))] += 1
        if ulps > agreement.worst[0]:
            agreement.worst = (ulps, f"{cell.op} {cell.dtype}")

    def rows(self, cells: Iterable[CellEnded]) -> list[Device]:
        """A row per device; nothing where there is only the CPU."""
        by_device: dict[str, list[CellEnded]] = {}
        for cell in cells:
            by_device.setdefault(cell.device, []).append(cell)
        if set(by_device) <= {"cpu"}:
            return []
        holding = {_key(cell): cell.device for several in by_device.values() for cell in several if cell_verdict(cell) == "HOLDS"}
        return [self._row(name, several, holding) for name, several in sorted(by_device.items())]

    def _row(self, name: str, cells: list[CellEnded], holding: dict[tuple[str, ...], str]) -> Device:
        broken = [cell for cell in cells if cell.verdict in WRONG]
        return Device(
            name,
            len(cells),
            sum(cell_verdict(cell) == "HOLDS" for cell in cells),
            sum(cell.counts.valid for cell in cells),
            len(broken),
            sorted({cell.op for cell in broken if holding.get(_key(cell), name) != name}),
            self._agreements.get(name),
        )


def _key(cell: CellEnded) -> tuple[str, ...]:
    return cell.law, cell.op, cell.dtype, cell.backend
