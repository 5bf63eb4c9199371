"""What an imperative backend offers: leaves, recorded ops, `backward` and gradients that accumulate.

    backward(y, w):   leaf.grad <- leaf.grad + (dy/dleaf)^T w        for every leaf that y depends on
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

import numpy as np


class Tape(ABC):
    """One tape on one device. Values go in and come out as NumPy arrays (copies); handles are the backend's own."""

    @abstractmethod
    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """A new leaf holding `values`."""

    @abstractmethod
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """A catalogue op, recorded under the current grad mode."""

    @abstractmethod
    def backward(self, output: Any, cotangent: np.ndarray, *, retain_graph: bool = False, create_graph: bool = False) -> None:
        """Add (d output / d leaf)^T cotangent to the gradient of each leaf; free the graph unless `retain_graph`."""

    @abstractmethod
    def grad(self, leaf: Any) -> np.ndarray | None:
        """A copy of the accumulated gradient; None before the first."""

    @abstractmethod
    def clear_grad(self, leaf: Any) -> None:
        """Forget the accumulated gradient."""

    @abstractmethod
    def no_grad(self) -> AbstractContextManager[Any]:
        """A context in which nothing is recorded."""

    @abstractmethod
    def requires_grad(self, handle: Any) -> bool:
        """Whether a backward from `handle` would reach a leaf."""

    @abstractmethod
    def is_recording(self) -> bool:
        """Whether ops are recorded now."""

    @abstractmethod
    def value(self, handle: Any) -> np.ndarray:
        """A copy of the value."""
