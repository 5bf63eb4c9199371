"""Nested tuples, lists and dicts as a flat sequence of leaves and plain data that says how they nest.

    nest.fill(leaves) == tree          for nest, leaves, names = flatten(tree, is_leaf)

The plain data goes into a case file, so that a call can be rebuilt in another process; what plain data cannot hold (a callable, a generator) is held
beside it and makes the nest one of this process only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

IsLeaf = Callable[[Any], bool]


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
        return _fill(self.shape, leaves, self.held)


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


def _fill(shape: Any, leaves: Sequence[Any], held: Sequence[Any]) -> Any:
    kind, content = next(iter(shape.items()))
    if kind in ("list", "tuple"):
        items = [_fill(item, leaves, held) for item in content]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {key: _fill(item, leaves, held) for key, item in content}
    if kind == "named":
        return held[content](*(_fill(item, leaves, held) for item in shape["items"]))
    return {"leaf": leaves, "held": held}[kind][content] if kind != "value" else content


def _is_plain(node: Any) -> bool:
    """JSON holds it exactly: no subclass of a number (an enum), no NaN."""
    return node is None or type(node) in (bool, int, str) or (type(node) is float and math.isfinite(node))


def _keep(held: list[Any], item: Any) -> int:
    held.append(item)
    return len(held) - 1
