"""Products of vectors and matrices.

matmul: z_ij = sum_k x_ik y_kj, batched over leading axes;   einsum: any such sum
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, shape_like
from harness.ops.broadcasting import partner
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api, torch_docs

F = "products"
X, Y = Operand("x"), Operand("y")
XY = (X, Y)


def _matmul_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """All combinations of ranks 1, 2 and 3, batch axes broadcast."""
    x = shape_like(choose, first, min_rank=1)
    inner = x[-1]
    match choose.element(("vector", "matrix", "batch")):
        case "vector":
            return (x, (inner,))
        case "matrix":
            return (x, (inner, choose.integer(1, 4)))
    batch = partner(choose, x[:-2]) if len(x) > 2 else (choose.integer(1, 3),)
    return (x, (*batch, inner, choose.integer(0, 4)))


def _matmul_result(shapes: Shapes, params: Params) -> Shapes:
    x, y = shapes
    batch = np.broadcast_shapes(x[:-2], y[:-2])
    return ((*batch, *x[-2:-1], *(y[-1:] if len(y) > 1 else ())),)


def _vecdot(x: np.ndarray, y: np.ndarray, *, axis: int) -> Any:
    return np.sum(np.conj(x) * y, axis=axis)


def _equal_shapes(choose: Choose, first: Shape | None) -> Shapes:
    return (shape_like(choose, first, min_rank=1),) * 2


def _any_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, range(len(shapes[0])), len(shapes[0]))}


def _folded(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], *shapes[0][at + 1 :]),)


def _tensordot(x: np.ndarray, y: np.ndarray, *, axes: int) -> Any:
    return np.tensordot(x, y, axes)


def _chained_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """The last axes of x are the first of y."""
    x = shape_like(choose, first, max_rank=2)
    shared = choose.integer(0, len(x))
    return (x, (*x[len(x) - shared :], *choose.shape(max_rank=1, max_side=3)))


def _shared_axes(choose: Choose, shapes: Shapes) -> Params:
    x, y = shapes
    return {"axes": choose.element([n for n in range(min(len(x), len(y)) + 1) if x[len(x) - n :] == y[:n]])}


def _contracted(shapes: Shapes, params: Params) -> Shapes:
    x, y = shapes
    return ((*x[: len(x) - params["axes"]], *y[params["axes"] :]),)


def _vectors(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and len(first) != 1:
        raise DoesNotFit
    return ((choose.integer(0, 4),) if first is None else first, (choose.integer(1, 4),))


def _outer_result(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0], *shapes[1]),)


def _kron_shapes(choose: Choose, first: Shape | None) -> Shapes:
    x = shape_like(choose, first, max_rank=2)
    return (x, choose.shape(max_rank=2, max_side=3))


def _kron_result(shapes: Shapes, params: Params) -> Shapes:
    rank = max(map(len, shapes))
    x, y = ((1,) * (rank - len(shape)) + shape for shape in shapes)
    return (tuple(a * b for a, b in zip(x, y, strict=True)),)


def _cross(x: np.ndarray, y: np.ndarray, *, axis: int) -> Any:
    return np.cross(x, y, axis=axis)


def _triples(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        rest = choose.shape(max_rank=2, max_side=3)
        at = choose.integer(0, len(rest))
        return ((*rest[:at], 3, *rest[at:]),) * 2
    if 3 not in first:
        raise DoesNotFit
    return (first, first)


def _axis_of_three(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, [a for a, side in enumerate(shapes[0]) if side == 3], len(shapes[0]))}


SUMS_OF_PRODUCTS = frozenset({"matmul", "bmm", "mv", "dot", "inner", "vecdot", "tensordot", "linear"})  # |f(x, y)| <= f(|x|, |y|), two factors each

OPS = (
    Op("matmul", F, np.matmul, XY, array_api("matmul"), _matmul_shapes, result_shapes=_matmul_result, complex=True),
    Op("vecdot", F, _vecdot, XY, array_api("vecdot"), _equal_shapes, _any_axis, _folded, complex=True),
    Op("tensordot", F, _tensordot, XY, array_api("tensordot"), _chained_shapes, _shared_axes, _contracted, complex=True),
    Op("outer", F, np.outer, XY, array_api("linalg.outer"), _vectors, result_shapes=_outer_result, complex=True),
    Op("kron", F, np.kron, XY, torch_docs("kron"), _kron_shapes, result_shapes=_kron_result, complex=True),
    Op("cross", F, _cross, XY, array_api("linalg.cross"), _triples, _axis_of_three, complex=True),
)
