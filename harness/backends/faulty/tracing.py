"""Faults of the graph as something to look at."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.tracing import Tracing


@part_fault("edges-reversed", Tracing, "edges are listed from the last operand to the first")
class EdgesReversed(Spoiled):
    def edges(self, node: Any) -> tuple[Any, ...]:
        return tuple(reversed(self.inner.edges(node)))


@part_fault("leaf-nodes-fresh", Tracing, "every edge to a leaf is shown as another node")
class LeafNodesFresh(Spoiled):
    def edges(self, node: Any) -> tuple[Any, ...]:
        return tuple(edge if edge is None or self.inner.leaf(edge) is None else _Alike(edge) for edge in self.inner.edges(node))

    def leaf(self, node: Any) -> Any:
        return self.inner.leaf(node.node if isinstance(node, _Alike) else node)


class _Alike:
    def __init__(self, node: Any) -> None:
        self.node = node


@part_fault("saved-for-ever", Tracing, "saved values that were freed are shown as none")
class SavedForEver(Spoiled):
    def saved(self, node: Any) -> tuple[Any, ...]:
        try:
            found: tuple[Any, ...] = self.inner.saved(node)
        except RuntimeError:
            return ()
        return found
