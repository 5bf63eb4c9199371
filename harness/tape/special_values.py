"""Functions that are no functions, and gaps, as parts of a tape: random numbers, ops without a derivative, and a watch for NaN.

y = dropout(x):  dy/dx is the mask that was drawn for y          y = sample(x): not differentiable, and backward says so

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any


class Drawing(ABC):
    """Random numbers. `samples` are the names of distributions whose parameter can be a value."""

    samples: tuple[str, ...] = ()

    @abstractmethod
    def seed(self, number: int) -> None:
        """From here on the same numbers are drawn as whenever this was the seed."""

    @abstractmethod
    def sample(self, name: str, handle: Any) -> Any:
        """Numbers drawn with the value, entries in (0, 1), as parameter."""

    @abstractmethod
    def dropout(self, handle: Any, probability: float) -> Any:
        """The value with some entries 0, the others divided by 1 - probability."""


class Gaps(ABC):
    """An op that has a value, and no derivative."""

    @abstractmethod
    def underivable(self, handle: Any) -> Any:
        """The value of such an op."""


class Anomalies(ABC):
    """A watch for gradients that are NaN."""

    @abstractmethod
    def watch(self, *, check_nan: bool = True) -> AbstractContextManager[Any]:
        """A context in which a backward that makes a NaN is refused."""
