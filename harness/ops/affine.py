"""Affine maps: a product plus a shift.

linear(x, W, b) = x W^T + b;   addmm(x, y, z) = beta x + alpha y z;   bilinear(x, y, W, b)_o = x^T W_o y + b_o;   affine_grid(theta)[p] = theta (p, 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import shape_like
from harness.ops.broadcasting import partner
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs

F = "affine"
X, Y = Operand("x"), Operand("y")


def _addmm(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, beta: float, alpha: float) -> Any:
    return beta * x + alpha * (y @ z)


def _addmm_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """X (m, n), or what broadcasts to it; y (m, k); z (k, n)."""
    if first is not None and len(first) != 2:
        raise DoesNotFit
    rows, columns = (choose.integer(1, 4), choose.integer(1, 4)) if first is None else first
    inner = choose.integer(0, 3)
    return (partner(choose, (rows, columns)) if first is None else first, (rows, inner), (inner, columns))


def _addmm_result(shapes: Shapes, params: Params) -> Shapes:
    return ((shapes[1][0], shapes[2][1]),)


def _bilinear(x: np.ndarray, y: np.ndarray, weight: np.ndarray, bias: np.ndarray | float = 0.0) -> Any:
    return np.einsum("...i,oij,...j->...o", x, weight, y) + bias


def _bilinear_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """X (..., i), y (..., j), weight (o, i, j), bias (o,) or none; torch refuses i = 0."""
    x = shape_like(choose, first, min_rank=1)
    if first is None:
        x = (*x[:-1], max(x[-1], 1))
    if not x[-1]:
        raise DoesNotFit
    right, outs = choose.integer(1, 3), choose.integer(1, 3)
    return (x, (*x[:-1], right), (outs, x[-1], right), *(((outs,),) if choose.boolean() else ()))


def _bilinear_result(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], shapes[2][0]),)


def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | float = 0.0) -> Any:
    return x @ weight.T + bias


def _linear_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """X (..., i), weight (o, i), bias (o,) or none."""
    x = shape_like(choose, first, min_rank=1)
    outs = choose.integer(1, 4)
    return (x, (outs, x[-1]), *(((outs,),) if choose.boolean() else ()))


def _linear_result(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], shapes[1][0]),)


def _affine_grid(theta: np.ndarray, *, size: Sequence[int], align_corners: bool) -> Any:
    """Theta (n, 2, 3) to places (n, rows, columns, 2), columns first, both in [-1, 1]."""
    rows, columns = (np.linspace(-1, 1, side) * (1 if align_corners else (side - 1) / side) if side > 1 else np.zeros(1) for side in size[2:])
    places = np.stack([*np.meshgrid(columns, rows), np.ones((len(rows), len(columns)))], axis=-1)  # (rows, columns, 3)
    return np.einsum("rck,nik->nrci", places, theta)


def _thetas(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and (first[1:] != (2, 3) or not first[0]):
        raise DoesNotFit
    return ((choose.integer(1, 2), 2, 3) if first is None else first,)


def _grid_size(choose: Choose, shapes: Shapes) -> Params:
    align = choose.boolean()  # corners need two pixels
    return {"size": (shapes[0][0], 1, choose.integer(1 + align, 3), choose.integer(1 + align, 3)), "align_corners": align}


def _grid_shape(shapes: Shapes, params: Params) -> Shapes:
    count, _, rows, columns = params["size"]
    return ((count, rows, columns, 2),)


OPS = (
    Op(
        "addmm",
        F,
        _addmm,
        (X, Y, Operand("z")),
        torch_docs("addmm"),
        _addmm_shapes,
        one_of(beta=(1.0, 0.5, 0.0), alpha=(1.0, -2.0)),
        _addmm_result,
        complex=True,
    ),
    Op(
        "linear",
        F,
        _linear,
        (X, Operand("weight"), Operand("bias")),
        torch_docs("nn.functional.linear"),
        _linear_shapes,
        result_shapes=_linear_result,
        complex=True,
    ),
    Op(
        "bilinear",
        F,
        _bilinear,
        (X, Y, Operand("weight"), Operand("bias")),
        torch_docs("nn.functional.bilinear"),
        _bilinear_shapes,
        result_shapes=_bilinear_result,
    ),
    Op("affine_grid", F, _affine_grid, (Operand("theta"),), torch_docs("nn.functional.affine_grid"), _thetas, _grid_size, _grid_shape),
)
