"""A complete backend in sixty lines: reverse mode over multiplication and addition, with a tape. The conformance tests break it in one place each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from harness.backends import Backend, Description
from harness.tape import Tape

Arrays = tuple[Any, ...]


class Node:
    """A value, and how its cotangent flows back: (parent, function of the cotangent) pairs."""

    def __init__(self, value: np.ndarray, parents: tuple[tuple[Node, Callable[[np.ndarray], np.ndarray]], ...] = (), tracked: bool = False) -> None:
        self.value, self.parents, self.tracked = value, parents, tracked or any(parent.tracked for parent, _ in parents)


def multiply(x: Node, y: Node) -> Node:
    return Node(x.value * y.value, ((x, lambda w: _summed(w * y.value, x)), (y, lambda w: _summed(w * x.value, y))))


def _summed(w: np.ndarray, like: Node) -> np.ndarray:
    extra = w.ndim - like.value.ndim
    w = w.sum(tuple(range(extra)))
    return w.sum(tuple(i for i, side in enumerate(like.value.shape) if side == 1 and w.shape[i] != 1), keepdims=True).astype(like.value.dtype)


def gradients(outputs: Arrays, cotangents: Arrays, leaves: Arrays) -> list[Node | None]:
    total: dict[int, np.ndarray] = {}

    def send(node: Node, w: np.ndarray) -> None:
        total[id(node)] = total.get(id(node), 0) + w
        for parent, back in node.parents:
            send(parent, back(w))

    for output, cotangent in zip(outputs, cotangents, strict=True):
        send(output, cotangent.value)
    return [Node(total[id(leaf)]) if id(leaf) in total else None for leaf in leaves]


class ToyBackend(Backend):
    """Right in everything."""

    name = "toy"
    version = "1"
    capabilities = frozenset({"tape"})

    def devices(self) -> tuple[str, ...]:
        return ("cpu",)

    def dtypes(self, device: str) -> tuple[str, ...]:
        return ("float64", "float32")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        return Node(np.array(values, dtype=dtype if values.dtype.kind == "f" else values.dtype))

    def numpy(self, array: Any) -> np.ndarray:
        return np.array(array.value)

    def describe(self, array: Any) -> Description:
        if not isinstance(array, Node):
            raise TypeError(f"{type(array).__name__} is no Node")
        return Description(array.value.shape, array.value.dtype.name, "cpu")

    def op(self, name: str) -> Callable[..., Any] | None:
        return {"multiply": multiply}.get(name)

    def vjp(self, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        leaves = tuple(Node(primal.value) for primal in primals)
        outputs = function(*leaves)
        return outputs, tuple(gradients(outputs, cotangents, leaves))

    def tape(self, device: str) -> Tape:
        return ToyTape()


class ToyTape(Tape):
    """Leaves with a gradient slot each."""

    def __init__(self) -> None:
        self.slots: dict[Node, np.ndarray] = {}
        self.recording = True

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        return Node(np.array(values), tracked=requires_grad)

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = multiply(*args)
        return made if self.recording else Node(made.value)

    def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Any = None) -> None:
        leaves = tuple(leaf for leaf in _ancestors(output) if leaf.tracked and not leaf.parents)
        for leaf, gradient in zip(leaves, gradients((output,), (Node(cotangent),), leaves), strict=True):
            self.slots[leaf] = self.slots.get(leaf, 0) + gradient.value  # type: ignore[union-attr]

    def grad(self, leaf: Any) -> np.ndarray | None:
        return None if leaf not in self.slots else np.array(self.slots[leaf])

    def clear_grad(self, leaf: Any) -> None:
        self.slots.pop(leaf, None)

    @contextmanager
    def no_grad(self) -> Iterator[None]:
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def requires_grad(self, handle: Any) -> bool:
        return bool(handle.tracked)

    def is_recording(self) -> bool:
        return self.recording

    def value(self, handle: Any) -> np.ndarray:
        return np.array(handle.value)


def _ancestors(node: Node) -> list[Node]:
    found: dict[int, Node] = {id(node): node}
    for parent, _ in node.parents:
        found |= {id(each): each for each in _ancestors(parent)}
    return list(found.values())
