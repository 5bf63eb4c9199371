"""Two sources of choices for the rules of ops and for the generators: Hypothesis, and a NumPy generator.

Everything that is generated is a function of a `Source`, so that the pytest suite (which shrinks), a benchmark and a cluster worker
(which do not) draw the very same cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

from harness.ops.choose import Choose, Shape

T = TypeVar("T")
Choices = tuple[int, ...]

# Weights are repetitions: one choice draws from the whole tuple, shrinks towards its first element, and climbs to longer axes.
RANKS = (*(0,) * 2, *(1,) * 6, *(2,) * 8, *(3,) * 4, 4, 5)
SIDES = (*(1,) * 5, *(2,) * 9, *(3,) * 8, *(4,) * 4, *range(5, 9), 0)
SEEDS = 2**16 - 1


class NotDrawn(Exception):
    """These choices lead to no case; the message says why."""


class Source(Choose, Protocol):
    """A `Choose` that can also group choices, so that what belongs together is dropped together when a case shrinks."""

    def grouped(self, build: Callable[[Source], T]) -> T:
        """`build(self)`, as one unit."""
        ...


class _Choices:
    """All choices from one: an integer in [low, high]."""

    def integer(self, low: int, high: int) -> int:
        raise NotImplementedError

    def element(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)] if len(options) > 1 else options[0]

    def boolean(self) -> bool:
        return self.integer(0, 1) == 1

    def shape(self, min_rank: int = 0, max_rank: int = 3, min_side: int = 0, max_side: int = 4) -> Shape:
        ranks = _within(RANKS, min_rank, max_rank)
        sides = _within(SIDES, min_side, max_side)
        return tuple(self.element(sides) for _ in range(self.element(ranks)))


class HypothesisChoose(_Choices):
    """Choices drawn by Hypothesis: `draw` is what `@st.composite` hands in, or the `draw` of `st.data()`."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw
        self._groups: dict[Callable[[Source], Any], st.SearchStrategy[Any]] = {}  # making a strategy costs more than drawing from it

    def integer(self, low: int, high: int) -> int:
        return int(self._draw(_integers(low, high)))

    def grouped(self, build: Callable[[Source], T]) -> T:
        if build not in self._groups:
            self._groups[build] = _group(build)
        result: T = self._draw(self._groups[build])
        return result


class RandomChoose(_Choices):
    """Choices drawn from a NumPy generator; nothing shrinks."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def integer(self, low: int, high: int) -> int:
        return int(self._generator.integers(low, high + 1))

    def grouped(self, build: Callable[[Source], T]) -> T:
        return build(self)


class RecordedChoose(RandomChoose):
    """As RandomChoose, and every choice is kept: from these Hypothesis comes to the same case, and on to smaller ones."""

    def __init__(self, generator: np.random.Generator) -> None:
        super().__init__(generator)
        self.choices: list[int] = []

    def integer(self, low: int, high: int) -> int:
        self.choices.append(super().integer(low, high))
        return self.choices[-1]


@st.composite
def _group(draw: st.DrawFn, build: Callable[[Source], T]) -> T:
    return build(HypothesisChoose(draw))


@cache
def _integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _within(weighted: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    """The part of `weighted` in [low, high]; every integer there when the weights say nothing about it."""
    return tuple(value for value in weighted if low <= value <= high) or tuple(range(low, high + 1))
