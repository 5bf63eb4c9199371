"""The reference tape's hooks on saved values: what is saved is given away, and comes back when it is needed.

    saved = pack(value);      value' = unpack(saved), with the history of value

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#hooks-for-saved-tensors
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.tape.errors import Refused
from harness.tape.reference.graph import Node, Saved, Tensor

Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]


class Packing(threading.local):
    """The pairs of hooks that are on in this thread; the innermost counts."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []

    @contextmanager
    def hooks(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> Iterator[None]:
        """A context in which this pair is the innermost."""
        self.pairs.append((pack, unpack))
        try:
            yield
        finally:
            self.pairs.pop()

    def pack(self, saved: Saved, edge: Node | None) -> Saved:
        """What is left of `saved`: neither it nor its version is kept, only what the hook made of it, and its history `edge`."""
        pack, unpack = self.pairs[-1]
        given = Tensor(saved.tensor.array, saved.tensor.storage)
        packed = pack(given)
        if given.storage.version != saved.version:
            raise Refused("pack")
        bare = Tensor(given.array[:0] if given.array.ndim else given.array, node=edge)

        def unpacked() -> Tensor:
            made = unpack(packed)
            return Tensor(made.array, made.storage, node=edge)

        return Saved(bare, saved.version, unpacked)
