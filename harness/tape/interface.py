"""What an imperative backend offers: leaves, recorded ops, `backward` and gradients that accumulate.

    backward(y, w):   leaf.grad <- leaf.grad + (dy/dleaf)^T w        for every leaf that y depends on

The abstract methods are the minimum. Everything else is a feature: a tape that has it overrides the methods and names the feature in `features`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from harness.tape.features import Features, Handles


class Tape(Features, ABC):
    """One tape on one device. Values go in and come out as NumPy arrays (copies); handles are the backend's own."""

    @abstractmethod
    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """A new leaf holding `values`."""

    @abstractmethod
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """A catalogue op on handles and Python numbers, recorded under the current mode; "clone" too, where there are slots, views or in-place ops.

        Raises:
            Unsupported: there is no such op; as of every deed that is not offered, it is said before anything is done.
        """

    @abstractmethod
    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """Add (d output / d leaf)^T cotangent to the gradient of each leaf; free the graph unless `retain_graph`.

        `cotangent` is a NumPy array or a handle, of the output's shape; None stands for 1 where the output has one element. A graph that is created
        is also retained. Only a tape with the feature "inputs" is given `inputs`.
        """

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
