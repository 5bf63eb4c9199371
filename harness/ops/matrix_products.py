"""Products of vectors and matrices of fixed ranks, alone and added to something.

bmm: z_bij = sum_k x_bik y_bkj;   addmv(x, A, v) = beta x + alpha A v;   multi_dot(A, B, ..., Z) = A B ... Z
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from harness.ops.axes import shape_like
from harness.ops.broadcasting import partner
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs

F = "matrix_products"
X, Y, Z = Operand("x"), Operand("y"), Operand("z")
SCALES = one_of(beta=(1.0, 0.5, 0.0), alpha=(1.0, -2.0))


def _drawn(choose: Choose, first: Shape | None, rank: int) -> Shape:
    """A shape of exactly `rank` axes, mostly occupied.

    Raises:
        DoesNotFit: `first` has another rank.
    """
    if first is not None and len(first) != rank:
        raise DoesNotFit
    return choose.shape(min_rank=rank, max_rank=rank) if first is None else first


def _mv_shapes(choose: Choose, first: Shape | None) -> Shapes:
    x = _drawn(choose, first, 2)
    return (x, x[-1:])


def _bmm_shapes(choose: Choose, first: Shape | None) -> Shapes:
    x = _drawn(choose, first, 3)
    return (x, (x[0], x[2], choose.integer(0, 3)))


def _two_vectors(choose: Choose, first: Shape | None) -> Shapes:
    return (_drawn(choose, first, 1),) * 2


def _inner_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """X (..., k), y (..., k): every row of one with every row of the other."""
    x = shape_like(choose, first, min_rank=1, max_rank=2)
    return (x, (*choose.shape(max_rank=1, max_side=3), x[-1]))


def _vdot(x: np.ndarray, y: np.ndarray) -> Any:
    return np.sum(np.conj(x) * y)


def _matmul_shape(shapes: Shapes, params: Params) -> Shapes:
    x, y = shapes
    return ((*x[:-1], *(y[-1:] if len(y) > 1 else ())),)


def _scalar(shapes: Shapes, params: Params) -> Shapes:
    return ((),)


def _rows_by_rows(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], *shapes[1][:-1]),)


def _addmv(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, beta: float, alpha: float) -> Any:
    return beta * x + alpha * (y @ z)


def _addr(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, beta: float, alpha: float) -> Any:
    return beta * x + alpha * np.outer(y, z)


def _addbmm(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, beta: float, alpha: float) -> Any:
    return beta * x + alpha * (y @ z).sum(axis=0)


def _added_to(rank: int, factors: Callable[[Choose, Shape], Shapes]) -> Callable[[Choose, Shape | None], Shapes]:
    """The sum's shape, or for the first operand what broadcasts to it; then the two factors."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        result = tuple(choose.integer(1, 4) for _ in range(rank)) if first is None else _drawn(choose, first, rank)
        return (partner(choose, result) if first is None else result, *factors(choose, result))

    return shapes


def _of_addmv(choose: Choose, result: Shape) -> Shapes:
    """Torch 2.13 gives a product over nothing the shape of what it is added to, broadcast or not: that has no cotangent to compare."""
    inner = choose.integer(1, 3)
    return ((*result, inner), (inner,))


def _of_addr(choose: Choose, result: Shape) -> Shapes:
    return (result[:1], result[1:])


def _of_baddbmm(choose: Choose, result: Shape) -> Shapes:
    batch, rows, columns = result
    inner = choose.integer(0, 3)
    return ((batch, rows, inner), (batch, inner, columns))


def _of_addbmm(choose: Choose, result: Shape) -> Shapes:
    return _of_baddbmm(choose, (choose.integer(1, 3), *result))


def _addmv_shape(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1][:1],)


def _addr_shape(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[1], *shapes[2]),)


def _baddbmm_shape(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[1][:2], shapes[2][2]),)


def _addbmm_shape(shapes: Shapes, params: Params) -> Shapes:
    return ((shapes[1][1], shapes[2][2]),)


def _multi_dot(*factors: np.ndarray) -> Any:
    return reduce(np.matmul, factors)


def _chain(choose: Choose, first: Shape | None) -> Shapes:
    """Two to four factors; the first and the last may be vectors."""
    x = shape_like(choose, first, min_rank=1, max_rank=2)
    if len(x) > 2:
        raise DoesNotFit
    shapes = [x]
    for _ in range(choose.integer(0, 2)):
        shapes.append((shapes[-1][-1], choose.integer(1, 3)))
    shapes.append((shapes[-1][-1],) if choose.boolean() else (shapes[-1][-1], choose.integer(1, 3)))
    return tuple(shapes)


def _chained(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], *(shapes[-1][1:])),)


def _product(name: str, reference: Any, shapes: Any, result: Any) -> Op:
    return Op(name, F, reference, (X, Y), torch_docs(name), shapes, result_shapes=result, complex=True)


def _sum(name: str, reference: Any, shapes: Any, result: Any) -> Op:
    return Op(name, F, reference, (X, Y, Z), torch_docs(name), shapes, SCALES, result, complex=True)


OPS = (
    _product("mv", np.matmul, _mv_shapes, _matmul_shape),
    _product("bmm", np.matmul, _bmm_shapes, _matmul_shape),
    _product("dot", np.dot, _two_vectors, _scalar),
    _product("vdot", _vdot, _two_vectors, _scalar),
    _product("inner", np.inner, _inner_shapes, _rows_by_rows),
    _sum("addmv", _addmv, _added_to(1, _of_addmv), _addmv_shape),
    _sum("addr", _addr, _added_to(2, _of_addr), _addr_shape),
    _sum("baddbmm", _addmv, _added_to(3, _of_baddbmm), _baddbmm_shape),
    _sum("addbmm", _addbmm, _added_to(2, _of_addbmm), _addbmm_shape),
    Op("multi_dot", F, _multi_dot, (X,), torch_docs("linalg.multi_dot"), _chain, result_shapes=_chained, complex=True, variadic=True),
)
