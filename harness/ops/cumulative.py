"""Cumulative ops: the i-th result folds the elements up to the i-th.

cumulative_sum(x)_i = x_0 + ... + x_i
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import normal_axes, one_axis, one_occupied_axis, with_axes, with_elements
from harness.ops.choose import Choose
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "cumulative"
X = (Operand("x"),)


def _logcumsumexp(x: np.ndarray, *, axis: int) -> Any:
    return np.logaddexp.accumulate(x, axis=axis)


def _cummax(x: np.ndarray, *, axis: int) -> Any:
    return np.maximum.accumulate(x, axis=axis)


def _cummin(x: np.ndarray, *, axis: int) -> Any:
    return np.minimum.accumulate(x, axis=axis)


def _ties_with_the_largest_so_far(values: Values, params: Params) -> float:
    """|x_i - max_{j < i} x_j|, i = 1 ..."""
    x = np.moveaxis(values[0], params["axis"], -1)
    return smallest(np.abs(x[..., 1:] - np.maximum.accumulate(x, axis=-1)[..., :-1]))


def _ties_with_the_smallest_so_far(values: Values, params: Params) -> float:
    return _ties_with_the_largest_so_far((-values[0],), params)


def _diff(x: np.ndarray, *, n: int, axis: int) -> Any:
    return np.diff(x, n, axis)


def _order_and_axis(choose: Choose, shapes: Shapes) -> Params:
    axis = one_occupied_axis(choose, shapes)["axis"]
    return {"n": choose.integer(1, 2), "axis": axis}


def _differenced(shapes: Shapes, params: Params) -> Shapes:
    (axis,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:axis], max(shapes[0][axis] - params["n"], 0), *shapes[0][axis + 1 :]),)


OPS = (
    Op("cumulative_sum", F, np.cumsum, X, array_api("cumulative_sum"), shapes=with_axes(1), parameters=one_axis, complex=True),
    Op("cumulative_prod", F, np.cumprod, X, array_api("cumulative_prod"), shapes=with_axes(1), parameters=one_axis, complex=True),
    Op("logcumsumexp", F, _logcumsumexp, X, torch_docs("logcumsumexp"), shapes=with_axes(1), parameters=one_axis),
    Op(
        "cummax",
        F,
        _cummax,
        X,
        torch_docs("cummax"),
        shapes=with_elements(1),
        parameters=one_occupied_axis,
        margin=_ties_with_the_largest_so_far,
    ),
    Op(
        "cummin",
        F,
        _cummin,
        X,
        torch_docs("cummin"),
        shapes=with_elements(1),
        parameters=one_occupied_axis,
        margin=_ties_with_the_smallest_so_far,
    ),
    Op(
        "diff",
        F,
        _diff,
        X,
        array_api("diff"),
        shapes=with_elements(1),
        parameters=_order_and_axis,
        result_shapes=_differenced,
        complex=True,
    ),
)
