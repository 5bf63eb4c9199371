"""Would it have been found? Faults put into a backend on purpose, and which law found which.

A law that misses its fault proves nothing where it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.record import Event, Fault

FOUND, MISSED = "yes", "MISSED"


@dataclass(frozen=True)
class Power:
    """One law's negative controls."""

    law: str
    faults: tuple[Fault, ...]

    @property
    def found(self) -> int:
        return sum(fault.found == FOUND for fault in self.faults)

    @property
    def tried(self) -> int:
        return sum(fault.found in {FOUND, MISSED} for fault in self.faults)

    @property
    def most(self) -> int:
        """Comparisons that the hardest of its faults took."""
        return max((fault.comparisons for fault in self.faults if fault.found == FOUND), default=0)


class Controls:
    """All negative controls of a record."""

    def __init__(self) -> None:
        self._laws: dict[str, list[Fault]] = {}

    def see(self, event: Event) -> None:
        if isinstance(event, Fault):
            self._laws.setdefault(event.law, []).append(event)

    @property
    def laws(self) -> list[Power]:
        """Laws that missed a fault first."""
        powers = [Power(law, tuple(faults)) for law, faults in self._laws.items()]
        return sorted(powers, key=lambda power: power.found == power.tried)

    @property
    def missed(self) -> list[Fault]:
        return [fault for power in self.laws for fault in power.faults if fault.found == MISSED]
