"""A forward and a backward that somebody wrote by hand, as a backend: `torch.autograd.Function`, a kernel and its adjoint, thinc's callbacks.

    forward(*x, **params) -> y, context            backward(context, w) -> (gradient per x)            f'(x)^T w

    backend = PairBackend({"gelu": (gelu, gelu_backward)})        each pair under the name of the op of the catalogue that it computes

Programs of such pairs are differentiated by the chain rule here, so that random programs test how the pairs work together, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.backends.protocol import Arrays, Backend, Description, Function

Forward = Callable[..., tuple[Any, Any]]
Backward = Callable[[Any, np.ndarray], Any]
Pair = tuple[Forward, Backward]


@dataclass(eq=False)
class Node:
    """A value, and how to go back from it."""

    value: np.ndarray
    parents: tuple[Node, ...] = ()
    pull: Callable[[np.ndarray], Any] = lambda w: ()
    gradient: np.ndarray | None = field(default=None, repr=False)


class PairBackend(Backend):
    """Pairs on NumPy arrays; `multiply` is there without being written."""

    name = "pairs"
    version = "0"

    def __init__(self, pairs: Mapping[str, Pair], *, name: str = "pairs", version: str = "0") -> None:
        self.name, self.version = name, version
        self._pairs = {"multiply": (_multiply, _multiply_backward), **pairs}

    def devices(self) -> tuple[str, ...]:
        """The host."""
        return ("cpu",)

    def dtypes(self, device: str) -> tuple[str, ...]:
        """NumPy's two real ones."""
        return ("float64", "float32")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Node:
        """A leaf."""
        return Node(np.array(values, dtype=dtype if values.dtype.kind == "f" else values.dtype, order="C"))

    def numpy(self, array: Node) -> np.ndarray:
        """A copy."""
        return np.array(array.value)

    def describe(self, array: Any) -> Description:
        """Shape and dtype."""
        if not isinstance(array, Node):
            raise TypeError(f"expected an array of PairBackend; got {type(array).__name__}")
        return Description(np.shape(array.value), str(array.value.dtype), "cpu")

    def op(self, name: str) -> Callable[..., Any] | None:
        """The pair's forward, which remembers its backward."""
        if name not in self._pairs:
            return None
        forward, backward = self._pairs[name]

        def call(*parents: Node, **params: Any) -> Node:
            made = forward(*(parent.value for parent in parents), **params)
            if not isinstance(made, tuple) or len(made) != 2:
                raise TypeError(
                    f"the forward of {name} must return (output, context); got {type(made).__name__}. Return None as the context if it has none."
                )
            value, context = made
            return Node(np.asarray(value), parents, lambda w: _checked(name, parents, backward(context, w)))

        return call

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By the chain rule over the backwards."""
        leaves = tuple(Node(primal.value) for primal in primals)
        outputs = tuple(function(*leaves))
        for output, cotangent in zip(outputs, cotangents, strict=True):
            _add(output, cotangent.value)
        for node in reversed(_parents_first(outputs)):
            if node.gradient is not None and node.parents:
                for parent, gradient in zip(node.parents, node.pull(node.gradient), strict=True):
                    if gradient is not None:
                        _add(parent, np.asarray(gradient))
        return tuple(Node(output.value) for output in outputs), tuple(None if leaf.gradient is None else Node(leaf.gradient) for leaf in leaves)


def _checked(name: str, parents: tuple[Node, ...], gradients: Any) -> tuple[Any, ...]:
    """One gradient per operand, or None where that is no number to differentiate by.

    Raises:
        TypeError: as many as there are operands did not come back.
    """
    found = gradients if isinstance(gradients, tuple | list) else (gradients,)
    if len(found) != len(parents):
        raise TypeError(f"the backward of {name} must return one gradient per operand ({len(parents)}); got {len(found)}. Return None for an index.")
    return tuple(found)


def _add(node: Node, gradient: np.ndarray) -> None:
    node.gradient = np.array(gradient) if node.gradient is None else node.gradient + gradient


def _parents_first(outputs: Arrays) -> list[Node]:
    order: list[Node] = []
    seen: set[int] = set()
    waiting = [(output, False) for output in outputs]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += [(node, True), *((parent, False) for parent in node.parents)]
    return order


def _multiply(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, Any]:
    return np.multiply(x, y), (x, y)


def _multiply_backward(context: Any, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = context
    return _folded(w * y, x.shape), _folded(w * x, y.shape)


def _folded(w: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The adjoint of broadcasting from `shape`."""
    added = w.ndim - len(shape)
    stretched = tuple(added + axis for axis, side in enumerate(shape) if side == 1)
    return np.asarray(np.sum(w, axis=(*range(added), *stretched), keepdims=True).reshape(shape))
