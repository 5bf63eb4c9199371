"""A reverse-mode autograd over NumPy arrays, small enough to read at once and complete enough to be verified.

    w_parent <- w_parent + (d child / d parent)^T w_child        from the output back to the leaves

Every operation keeps its parents, each with the function that carries a cotangent back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Adjoint = Callable[[np.ndarray], np.ndarray]


class Tensor:
    """A value and where it came from; a leaf has no parents."""

    def __init__(self, value: np.ndarray, parents: Sequence[tuple[Tensor, Adjoint]] = ()) -> None:
        self.value = value
        self.parents = parents


def gradients(outputs: Sequence[Tensor], cotangents: Sequence[Tensor], leaves: Sequence[Tensor]) -> list[Tensor | None]:
    """The sum over outputs of (d output / d leaf)^T cotangent, per leaf; None where no output depends on it."""
    arrived: dict[int, np.ndarray] = {}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        arrived[id(output)] = arrived.get(id(output), 0) + cotangent.value
    for tensor in reversed(list(_parents_first(outputs))):
        for parent, adjoint in tensor.parents:
            arrived[id(parent)] = arrived.get(id(parent), 0) + adjoint(arrived[id(tensor)])
    return [Tensor(np.array(arrived[id(leaf)])) if id(leaf) in arrived else None for leaf in leaves]


def add(x: Tensor, y: Tensor) -> Tensor:
    return Tensor(x.value + y.value, [(x, _summed_to(x)), (y, _summed_to(y))])


def multiply(x: Tensor, y: Tensor) -> Tensor:
    to_x, to_y = _summed_to(x), _summed_to(y)
    return Tensor(x.value * y.value, [(x, lambda w: to_x(w * y.value)), (y, lambda w: to_y(w * x.value))])


def exp(x: Tensor) -> Tensor:
    value = np.exp(x.value)
    return Tensor(value, [(x, lambda w: w * value)])


def tanh(x: Tensor) -> Tensor:
    value = np.tanh(x.value)
    return Tensor(value, [(x, lambda w: w * (1 - value * value))])


def sum(x: Tensor, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    axes = tuple(range(x.value.ndim)) if axis is None else tuple(np.atleast_1d(axis))
    kept = np.sum(x.value, axis=axes, keepdims=True)
    value = kept if keepdims else np.squeeze(kept, axis=axes)
    return Tensor(value, [(x, lambda w: np.broadcast_to(np.reshape(w, kept.shape), x.value.shape))])


def permute_dims(x: Tensor, *, axes: Sequence[int]) -> Tensor:
    return Tensor(np.transpose(x.value, axes), [(x, lambda w: np.transpose(w, np.argsort(axes)))])


def matmul(x: Tensor, y: Tensor) -> Tensor:
    """The product of vectors, matrices, or stacks of matrices; a vector is a row on the left and a column on the right."""
    left = x.value[None, :] if x.value.ndim == 1 else x.value  # (..., n, k)
    right = y.value[:, None] if y.value.ndim == 1 else y.value  # (..., k, m)
    whole = left @ right  # (..., n, m)
    value = x.value @ y.value
    to_left, to_right = _summed_to(Tensor(left)), _summed_to(Tensor(right))
    return Tensor(
        value,
        [
            (x, lambda w: to_left(w.reshape(whole.shape) @ right.swapaxes(-1, -2)).reshape(x.value.shape)),
            (y, lambda w: to_right(left.swapaxes(-1, -2) @ w.reshape(whole.shape)).reshape(y.value.shape)),
        ],
    )


def _summed_to(x: Tensor) -> Adjoint:
    """The adjoint of broadcasting `x`: sum over the axes that were added or stretched."""
    shape = x.value.shape

    def adjoint(w: np.ndarray) -> np.ndarray:
        added = w.ndim - len(shape)
        stretched = tuple(added + axis for axis, side in enumerate(shape) if side == 1)
        return np.sum(w, axis=(*range(added), *stretched), keepdims=True).reshape(shape)

    return adjoint


def _parents_first(outputs: Sequence[Tensor]) -> Iterator[Tensor]:
    """Every tensor that `outputs` depend on, each once, after all of its parents."""
    seen: set[int] = set()
    waiting = [(output, False) for output in outputs]
    while waiting:
        tensor, ready = waiting.pop()
        if ready:
            yield tensor
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            waiting += [(tensor, True), *((parent, False) for parent, _ in tensor.parents)]
