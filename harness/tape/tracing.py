"""The recorded graph as something to look at, as a part of a tape.

    y = f(a, b):   edges(node(y)) = (node(a), node(b))         a leaf is reached through a node of its own, a constant through None

Source: https://docs.pytorch.org/docs/stable/autograd.html#autograd-graph
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Tracing(ABC):
    """Nodes, edges and saved values."""

    @abstractmethod
    def node(self, handle: Any) -> Any:
        """The node that computed the value; None for a leaf."""

    @abstractmethod
    def edges(self, node: Any) -> tuple[Any, ...]:
        """One node per operand, None for a constant."""

    @abstractmethod
    def leaf(self, node: Any) -> Any:
        """The leaf at which the graph ends in this node; None for any other node."""

    @abstractmethod
    def saved(self, node: Any) -> tuple[Any, ...]:
        """The saved values as handles. Raises once they are freed."""

    @abstractmethod
    def edge(self, handle: Any) -> Any:
        """What stands for the value as it is now among the inputs of `gradient`, whatever becomes of the handle."""
