"""A linear scale from data to the picture, with ticks at whole numbers: the axes of our charts are exponents of ten."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] to [start, end]; values outside are held at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        held = min(max(value, self.low), self.high)
        return self.start + (self.end - self.start) * (held - self.low) / (self.high - self.low)

    def ticks(self, most: int = 8) -> list[int]:
        """Whole numbers in the range, evenly spaced, at most `most` + 1 of them."""
        low, high = math.ceil(self.low), math.floor(self.high)
        stride = max(1, math.ceil((high - low) / most))
        return [tick for tick in range(low, high + 1) if tick % stride == 0]


def spanning(values: list[float], start: float, end: float, margin: float = 0.4) -> Scale:
    """The scale that shows all of `values` (finite, at least one)."""
    return Scale(math.floor(min(values) - margin), math.ceil(max(values) + margin), start, end)
