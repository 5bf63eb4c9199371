"""Choices for a walk from one seed: the same seed, the same walk, whatever draws the cases around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from harness.ops.choose import Shape

T = TypeVar("T")


class Chance:
    """harness.ops.choose.Choose over a NumPy generator."""

    def __init__(self, *seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high]."""
        return int(self._generator.integers(low, high + 1))

    def element(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.integer(0, len(options) - 1)]

    def boolean(self) -> bool:
        """Heads or tails."""
        return self.integer(0, 1) == 1

    def shape(self, min_rank: int = 0, max_rank: int = 3, min_side: int = 0, max_side: int = 4) -> Shape:
        """A shape within these limits."""
        return tuple(self.integer(min_side, max_side) for _ in range(self.integer(min_rank, max_rank)))
