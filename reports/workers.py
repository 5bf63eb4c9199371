"""What each worker did over time: how much of every stretch of the run it was busy with cells.

busy[worker][k] = seconds of cells within stretch k / its length
"""

from __future__ import annotations

from array import array

from harness.record import CellEnded, CellStarted, Event

STRETCHES = 120


class Workers:
    """Begin and length of every cell, by worker: about ten bytes a cell."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, float]] = {}
        self._spans: dict[str, tuple[array[float], array[float]]] = {}

    def see(self, event: Event) -> None:
        if isinstance(event, CellStarted) and event.worker:
            self._open[event.cell] = event.worker, event.time
        elif isinstance(event, CellEnded) and event.cell in self._open:
            worker, begun = self._open.pop(event.cell)
            begins, lengths = self._spans.setdefault(worker, (array("f"), array("f")))
            begins.append(begun)
            lengths.append(event.seconds)

    @property
    def seconds(self) -> float:
        """Until the last cell ended."""
        return max((begun + length for spans in self._spans.values() for begun, length in zip(*spans, strict=True)), default=0.0)

    def busy(self) -> list[tuple[str, int, list[float]]]:
        """(worker, cells, shares of the stretches), by name."""
        stretch = self.seconds / STRETCHES
        if not 0 < stretch < float("inf"):
            return []
        return [(worker, len(spans[0]), _shares(*spans, stretch)) for worker, spans in sorted(self._spans.items())]


def _shares(begins: array[float], lengths: array[float], stretch: float) -> list[float]:
    busy = [0.0] * STRETCHES
    for begun, length in zip(begins, lengths, strict=True):
        first, last = (min(STRETCHES - 1, max(0, int(at / stretch))) for at in (begun, begun + length))
        for k in range(first, last + 1):
            busy[k] += max(0.0, min(begun + length, (k + 1) * stretch) - max(begun, k * stretch))
    return [min(1.0, seconds / stretch) for seconds in busy]
