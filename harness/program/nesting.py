"""Nested tuples, lists and dicts as a flat sequence of leaves and plain data that says how they nest.

    nest.fill(leaves) == tree          for nest, leaves, names = flatten(tree, is_leaf)

The plain data goes into a case file, so that a call can be rebuilt in another process; what plain data cannot hold (a callable, a generator) is held
beside it and makes the nest one of this process only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

IsLeaf = Callable[[Any], bool]
Fill = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Nest:
    """`shape` is plain data: {leaf: i}, {value: v}, {list | tuple: [...]}, {dict: [[key, ...], ...]}, {held: k}, {named: k, items: [...]}."""

    shape: Any
    held: tuple[Any, ...] = ()

    @property
    def is_portable(self) -> bool:
        """Whether the plain data alone rebuilds the tree."""
        return not self.held

    def fill(self, leaves: Sequence[Any]) -> Any:
        """The tree with `leaves` in their places."""
        return self._filled(leaves)

    @cached_property
    def _filled(self) -> Fill:
        return _filling(self.shape, self.held)


def flatten(tree: Any, is_leaf: IsLeaf) -> tuple[Nest, list[Any], list[str]]:
    """(nest, leaves, names) of `tree`; a leaf's name is its path, "[0]['weight']"."""
    leaves: list[Any] = []
    names: list[str] = []
    held: list[Any] = []

    def walk(node: Any, path: str) -> Any:
        if is_leaf(node):
            leaves.append(node)
            names.append(path)
            return {"leaf": len(leaves) - 1}
        if isinstance(node, tuple) and hasattr(node, "_fields"):
            return {
                "named": _keep(held, type(node)),
                "items": [walk(item, f"{path}.{field}") for field, item in zip(node._fields, node, strict=True)],
            }
        if type(node) in (list, tuple):
            return {type(node).__name__: [walk(item, f"{path}[{i}]") for i, item in enumerate(node)]}
        if isinstance(node, dict) and all(isinstance(key, str | int) for key in node):
            return {"dict": [[key, walk(item, f"{path}[{key!r}]")] for key, item in node.items()]}
        return {"value": node} if _is_plain(node) else {"held": _keep(held, node)}

    shape = walk(tree, "")
    return Nest(shape, tuple(held)), leaves, names


def _filling(shape: Any, held: Sequence[Any]) -> Fill:
    """The tree as a function of its leaves: the shape is read once here, and not at every call."""
    kind, content = next(iter(shape.items()))
    if kind == "leaf":
        return itemgetter(content)
    if kind in ("value", "held"):
        constant = held[content] if kind == "held" else content
        return lambda leaves: constant
    if kind == "tuple" and content and all("leaf" in item for item in content):  # nearly always the arguments of a call
        return _tuple_of([item["leaf"] for item in content])
    if kind == "dict":
        entries = [(key, _filling(item, held)) for key, item in content]
        return lambda leaves: {key: fill(leaves) for key, fill in entries}
    items = [_filling(item, held) for item in (shape["items"] if kind == "named" else content)]
    if kind == "named":
        return lambda leaves: held[content](*(fill(leaves) for fill in items))
    return (lambda leaves: [fill(leaves) for fill in items]) if kind == "list" else (lambda leaves: tuple([fill(leaves) for fill in items]))


def _tuple_of(places: list[int]) -> Fill:
    """The leaves at `places`, as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    only = places[0]
    return lambda leaves: (leaves[only],)


def _is_plain(node: Any) -> bool:
    """JSON holds it exactly: no subclass of a number (an enum), no NaN."""
    return node is None or type(node) in (bool, int, str) or (type(node) is float and math.isfinite(node))


def _keep(held: list[Any], item: Any) -> int:
    held.append(item)
    return len(held) - 1
