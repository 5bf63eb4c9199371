"""Norms and condition numbers of matrices: functions of singular values, and of sums of rows and columns.

operator_norm(A, 2) = s_max;   operator_norm(A, 1) = max_j sum_i |a_ij|;   cond(A) = s_max / s_min
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.margins import smallest
from harness.ops.matrices import FULL_RANK, rectangular
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "matrix_norms"
ORDERS = (2, 1, "inf", -1, -2, "-inf")  # infinite orders are strings, because JSON has no infinity


def _sizes(x: np.ndarray, order: float) -> np.ndarray:
    """What the norm is the largest (order > 0) or the smallest of: singular values, sums of columns, sums of rows; shape (..., k)."""
    if abs(order) == 2:
        return np.asarray(np.linalg.svd(x, compute_uv=False))
    return np.asarray(np.abs(x).sum(axis=-2 if abs(order) == 1 else -1))


def _operator_norm(x: np.ndarray, *, ord: float | str, keepdims: bool) -> Any:
    sizes, order = _sizes(x, float(ord)), float(ord)
    norm = sizes.max(axis=-1) if order > 0 else sizes.min(axis=-1)
    return norm[..., None, None] if keepdims else norm


def _deciding_gap(values: Values, params: Params) -> float:
    """The gap between the two sizes that decide; the norm itself; and for sums every |a_ij|, which has a kink at 0."""
    order, x = float(params["ord"]), values[0]
    sizes = np.sort(_sizes(x, order), axis=-1)
    ends = sizes[..., -2:] if order > 0 else sizes[..., :2]
    own = ends[..., -1:] if order > 0 else ends[..., :1]
    return smallest(np.diff(ends, axis=-1), own, *([] if abs(order) == 2 else [np.abs(x)]))


def _without_matrix(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-2], *((1, 1) if params["keepdims"] else ())),)


def _cond(x: np.ndarray) -> Any:
    sizes = np.linalg.svd(x, compute_uv=False)
    return sizes[..., 0] / sizes[..., -1]


def _at_least_two(choose: Choose, first: Shape | None) -> Shapes:
    """One stack of matrices with two or more singular values: the condition number of a single one is 1."""
    if first is None:
        return ((*choose.shape(max_rank=1, max_side=3), choose.integer(2, 4), choose.integer(2, 4)),)
    if len(first) < 2 or min(first[-2:]) < 2:
        raise DoesNotFit
    return (first,)


def _extreme_gaps(values: Values, params: Params) -> float:
    gaps = -np.diff(np.linalg.svd(values[0], compute_uv=False), axis=-1)
    return smallest(gaps[..., :1], gaps[..., -1:])


_any_sides = rectangular(lambda rows, columns: True)
OPS = (
    Op(
        "operator_norm",
        F,
        _operator_norm,
        (Operand("x"),),
        array_api("linalg.matrix_norm"),
        _any_sides,
        one_of(ord=ORDERS, keepdims=(False, True)),
        _without_matrix,
        _deciding_gap,
        complex=True,
    ),
    Op(
        "cond",
        F,
        _cond,
        (Operand("x", FULL_RANK),),
        torch_docs("linalg.cond"),
        _at_least_two,
        result_shapes=lambda shapes, params: (shapes[0][:-2],),
        margin=_extreme_gaps,
        complex=True,
    ),
)
