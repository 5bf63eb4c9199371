"""Memory beyond views and arithmetic in place, as parts of a tape: parts written, histories dropped, dtypes, and ways out of the tape.

    x[a:b] = y:    dx = 0 inside, g outside;   dy = g inside

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np


class Writing(ABC):
    """Parts of a memory written, and history dropped in place."""

    @abstractmethod
    def write(self, handle: Any, start: int, stop: int, other: Any) -> None:
        """handle[start:stop] = other."""

    @abstractmethod
    def detach_in_place(self, handle: Any) -> None:
        """The handle itself becomes a leaf without history; refused for a view."""


class Aliasing(ABC):
    """Unusual looks at a memory, most of which must not be written through."""

    @abstractmethod
    def split(self, handle: Any) -> Sequence[Any]:
        """All rows, as views that one call made."""

    @abstractmethod
    def stretch(self, handle: Any, shape: tuple[int, ...]) -> Any:
        """A view in which several entries are one place in memory."""

    @abstractmethod
    def bypass(self, handle: Any) -> Any:
        """The same memory without history, and with a count of changes of its own."""

    @abstractmethod
    def resize(self, handle: Any, shape: tuple[int, ...]) -> None:
        """Another size in place; refused where the handle requires grad."""

    @abstractmethod
    def into(self, op: str, out: Any, *operands: Any) -> Any:
        """The op, written into `out`; refused where an operand requires grad."""

    @abstractmethod
    def mutation_allowed(self) -> AbstractContextManager[Any]:
        """A context in which saved values may be changed in place: backward uses them as they were."""


class Dtypes(ABC):
    """Numbers of several kinds."""

    @abstractmethod
    def cast(self, handle: Any, dtype: str) -> Any:
        """The value in another dtype, by NumPy's name; the handle itself where it has it already. Differentiable between floating dtypes."""

    @abstractmethod
    def dtype(self, handle: Any) -> str:
        """The dtype by NumPy's name."""


class Layouts(ABC):
    """Strides."""

    @abstractmethod
    def transposed(self, values: np.ndarray) -> Any:
        """A leaf that holds `values` (two axes) in column order and requires grad."""

    @abstractmethod
    def strides(self, handle: Any) -> tuple[int, ...]:
        """Distances in memory along each axis, in elements."""


class Sparseness(ABC):
    """Gradients of which only some rows are stored."""

    @abstractmethod
    def rows(self, matrix: Any, places: Sequence[int]) -> Any:
        """The rows in these places; the gradient of the matrix stores no others."""

    @abstractmethod
    def dense(self, gradient: Any) -> np.ndarray:
        """A copy of a gradient, all rows of it."""


class Leaving(ABC):
    """Values that leave the tape."""

    @abstractmethod
    def array(self, handle: Any) -> np.ndarray:
        """The value as an array on the same memory; refused where the handle requires grad."""

    @abstractmethod
    def number(self, handle: Any) -> float:
        """The only element, without history."""

    @abstractmethod
    def copy(self, handle: Any) -> Any:
        """A deep copy of a leaf, flag and gradient included; refused for a computed value."""
