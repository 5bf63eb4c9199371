"""Products of matrices on the reference tape, and their adjoints, which are products again.

    Z = X Y        dX = G Y^T,   dY = X^T G        a vector is a row on the left, a column on the right; leading axes broadcast

Source: https://numpy.org/doc/stable/reference/generated/numpy.matmul.html
"""

from __future__ import annotations

import numpy as np

from harness.tape.reference.graph import Tensor
from harness.tape.reference.rule import Context, Ops, Pull, Rule


def _left(k: Ops, g: Tensor, at: Context, y: Tensor) -> Tensor:
    column = k("reshape", y, shape=(*y.array.shape, 1)) if y.array.ndim == 1 else y
    part = k("matmul", _whole(k, g, at), _turned(k, column))
    return part if len(at.shapes[0]) > 1 else _without(k, part, -2)


def _right(k: Ops, g: Tensor, at: Context, x: Tensor) -> Tensor:
    row = k("reshape", x, shape=(1, *x.array.shape)) if x.array.ndim == 1 else x
    part = k("matmul", _turned(k, row), _whole(k, g, at))
    return part if len(at.shapes[1]) > 1 else _without(k, part, -1)


def _whole(k: Ops, g: Tensor, at: Context) -> Tensor:
    """The cotangent with the axes that a vector among the operands has lost."""
    left, right = at.shapes
    shape = list(g.array.shape)
    if len(left) == 1:
        shape.insert(len(shape) - (len(right) > 1), 1)
    return k("reshape", g, shape=(*shape, *([1] if len(right) == 1 else [])))


def _turned(k: Ops, x: Tensor) -> Tensor:
    axes = list(range(x.array.ndim))
    return k("permute_dims", x, axes=(*axes[:-2], axes[-1], axes[-2]))


def _without(k: Ops, x: Tensor, axis: int) -> Tensor:
    shape = list(x.array.shape)
    del shape[axis]
    return k("reshape", x, shape=tuple(shape))


PRODUCTS: dict[str, Rule] = {"matmul": Rule(np.matmul, (Pull(_left, (1,)), Pull(_right, (0,))))}
