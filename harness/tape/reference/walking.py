"""The reference tape's parts around walks: several outputs, hooks, saved values, the graph. Thin, since the engine does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.tape.errors import Refused
from harness.tape.features import Handles
from harness.tape.hooking import Hooking, Remove, Saving
from harness.tape.reference.graph import Node, Storage, Tensor
from harness.tape.tracing import Tracing
from harness.tape.walking import Walking

if TYPE_CHECKING:
    from harness.tape.reference.tape import ReferenceTape

_KEYS = count()


def registered(hooks: dict[int, Any], function: Any) -> Remove:
    """Put `function` among the hooks; what comes back takes it out again."""
    key = next(_KEYS)
    hooks[key] = function

    def remove() -> None:
        hooks.pop(key, None)

    return remove


def seed(tape: ReferenceTape, cotangent: Any) -> Tensor | None:
    """A cotangent as a handle."""
    return cotangent if cotangent is None or isinstance(cotangent, Tensor) else tape.leaf(cotangent, requires_grad=False)


class ReferencePart:
    """A part of one tape."""

    def __init__(self, tape: ReferenceTape) -> None:
        self.tape, self.engine = tape, tape.engine


class ReferenceWalking(ReferencePart, Walking):
    """Batched: row by row, over a graph that is retained until the last."""

    def backward(
        self,
        outputs: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        inputs: Handles | None = None,
    ) -> None:
        self.engine.backward(outputs, self._seeds(cotangents), keep=retain_graph or create_graph, create=create_graph, inputs=inputs)

    def gradient(
        self,
        outputs: Handles,
        wrt: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        allow_unused: bool | None = None,
        materialize: bool = False,
        batched: bool = False,
    ) -> tuple[Any, ...]:
        if materialize and allow_unused is False:
            raise Refused("materialize")
        seeds, keep, lax = self._seeds(cotangents), retain_graph or create_graph, bool(allow_unused or materialize)
        rows = _rows(seeds) if batched and seeds else [seeds]
        results = [self.engine.gradient(outputs, wrt, row, keep=keep or row is not rows[-1], create=create_graph, allow_unused=lax) for row in rows]
        found = [_stacked(columns) for columns in zip(*results, strict=True)] if batched else results[0]
        lead = (len(rows),) if batched else ()
        return tuple(_zeros(lead, t) if g is None and materialize else g for t, g in zip(wrt, found, strict=True))

    def _seeds(self, cotangents: Sequence[Any] | None) -> list[Tensor | None] | None:
        return None if cotangents is None else [seed(self.tape, w) for w in cotangents]


def _rows(seeds: Sequence[Tensor | None]) -> list[list[Tensor | None]]:
    """One list of cotangents per entry of their first axis."""
    length = min(len(w.array) for w in seeds if w is not None)
    return [[None if w is None else Tensor(w.array[i].copy(), Storage(w.storage.device)) for w in seeds] for i in range(length)]


def _stacked(rows: Iterable[Tensor | None]) -> Tensor | None:
    there = [row for row in rows if row is not None]
    return Tensor(np.stack([row.array for row in there]), Storage(there[0].storage.device)) if there else None


def _zeros(lead: tuple[int, ...], like: Tensor) -> Tensor:
    return Tensor(np.zeros((*lead, *like.array.shape), like.array.dtype), Storage(like.storage.device))


class ReferenceHooking(ReferencePart, Hooking):
    def after_slot(self, leaf: Any, function: Callable[[Any], Any]) -> Remove:
        if not self.tape.is_leaf(leaf):
            raise Refused("slot hook place")
        if not leaf.flag:
            raise Refused("hook")
        return registered(leaf.after_slot, function)

    def before_node(self, handle: Any, function: Any) -> Remove:
        return registered(self.engine.target(handle).before, function)

    def after_node(self, handle: Any, function: Any) -> Remove:
        return registered(self.engine.target(handle).after, function)


class ReferenceSaving(ReferencePart, Saving):
    def hooks(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> AbstractContextManager[Any]:
        return self.engine.packing.hooks(pack, unpack)


class ReferenceTracing(ReferencePart, Tracing):
    def node(self, handle: Any) -> Node | None:
        return self.engine.history(handle)

    def edges(self, node: Any) -> tuple[Node | None, ...]:
        edges: tuple[Node | None, ...] = node.edges
        return edges

    def leaf(self, node: Any) -> Tensor | None:
        leaf: Tensor | None = node.leaf
        return leaf

    def saved(self, node: Any) -> tuple[Tensor, ...]:
        return tuple(self.engine.unpack(node).values())

    def edge(self, handle: Any) -> Node:
        return self.engine.target(handle)
