"""Choices without a chooser: how an op describes its random shapes and parameters without knowing Hypothesis.

An op's rules are plain functions that take a `Choose`. The generators hand in one that draws (and shrinks) with Hypothesis; a benchmark or
a cluster worker one that draws from a NumPy generator. Every choice shrinks towards its first or smallest value, so list the simplest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
Shape = tuple[int, ...]


class DoesNotFit(Exception):
    """The op cannot be applied to operands of these shapes."""


class Choose(Protocol):
    """A source of choices."""

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], both included; shrinks towards `low`."""
        ...

    def element(self, options: Sequence[T]) -> T:
        """One of `options`; shrinks towards the first."""
        ...

    def boolean(self) -> bool:
        """False or True; shrinks towards False."""
        ...

    def shape(self, min_rank: int = 0, max_rank: int = 3, min_side: int = 0, max_side: int = 4) -> Shape:
        """A shape within these limits; shrinks towards few and short axes."""
        ...
