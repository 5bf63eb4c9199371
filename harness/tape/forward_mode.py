"""Forward mode with dual numbers, as a part of a tape: a value and its tangent go through the ops together.

    f(x + e v) = f(x) + e f'(x) v

Source: https://docs.pytorch.org/docs/stable/autograd.html#forward-mode-automatic-differentiation
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any


class ForwardMode(ABC):
    """Dual numbers."""

    @abstractmethod
    def level(self) -> AbstractContextManager[Any]:
        """A context in which duals live."""

    @abstractmethod
    def dual(self, primal: Any, tangent: Any) -> Any:
        """The handle of primal + e tangent."""

    @abstractmethod
    def parts(self, handle: Any) -> tuple[Any, Any]:
        """Primal and tangent; the tangent of what is no dual is None."""
