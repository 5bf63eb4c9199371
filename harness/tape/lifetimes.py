"""Who is still alive, as a part of a tape: memory watched without being held.

    watch(x)() is True as long as anything, the graph included, holds the memory of x

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#saved-tensors
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any


class Lifetimes(ABC):
    """Memories watched without being held."""

    @abstractmethod
    def watch(self, handle: Any) -> Callable[[], bool]:
        """A call that says whether the memory of the handle is still held by anything."""
