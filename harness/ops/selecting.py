"""Selecting: each result is one of the operands' elements, chosen by a mask, by size or by order.

maximum(x, y)_i = max(x_i, y_i),   where(c, x, y)_i = x_i if c_i else y_i,   sort(x)_i = i-th smallest
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import normal_axes, one_occupied_axis, reduced, with_axes, with_elements, without_empty_axes
from harness.ops.broadcasting import broadcast_result, broadcast_shapes, partner
from harness.ops.choose import Choose, Shape
from harness.ops.forms import binary, one_of, unary
from harness.ops.margins import between_operands, smallest, ties_anywhere, ties_at_both_ends
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "selecting"
X = (Operand("x"),)


def _where_shapes(choose: Choose, first: Shape | None) -> Shapes:
    condition, x = broadcast_shapes(choose, first)
    return (condition, x, partner(choose, tuple(np.broadcast_shapes(condition, x))))


def _masked_fill(x: np.ndarray, mask: np.ndarray, *, value: float) -> Any:
    return np.where(mask, value, x)


def _clip(x: np.ndarray, *, min: float | None, max: float | None) -> Any:
    return np.clip(x, min, max)


def _at_the_limits(values: Values, params: Params) -> float:
    return smallest(*(np.abs(values[0] - params[limit]) for limit in ("min", "max") if params[limit] is not None))


def _limits(choose: Choose, shapes: Shapes) -> Params:
    low, high = choose.element(((-1.0, 1.0), (0.0, None), (None, 0.5)))
    return {"min": low, "max": high}


def _sort(x: np.ndarray, *, axis: int, descending: bool) -> Any:
    ordered = np.sort(x, axis=axis)
    return np.flip(ordered, axis) if descending else ordered


def _topk(x: np.ndarray, *, k: int, axis: int, largest: bool) -> Any:
    return np.take(_sort(x, axis=axis, descending=largest), range(k), axis=axis)


def _kthvalue(x: np.ndarray, *, k: int, axis: int, keepdims: bool) -> Any:
    kth = np.take(np.sort(x, axis=axis), [k - 1], axis=axis)
    return kth if keepdims else np.squeeze(kth, axis)


def _median(x: np.ndarray, *, axis: int, keepdims: bool) -> Any:
    """Of an even number of elements, torch takes the lower one in the middle."""
    return _kthvalue(x, k=(x.shape[axis] + 1) // 2, axis=axis, keepdims=keepdims)


def _quantile(x: np.ndarray, *, q: float, axis: int, keepdims: bool) -> Any:
    return np.quantile(x, q, axis=axis, keepdims=keepdims)


def _aminmax(x: np.ndarray, *, axis: int, keepdims: bool) -> Any:
    return np.min(x, axis=axis, keepdims=keepdims), np.max(x, axis=axis, keepdims=keepdims)


def _ordering(choose: Choose, shapes: Shapes) -> Params:
    return {**one_occupied_axis(choose, shapes), "descending": choose.boolean()}


def _rank_and_side(choose: Choose, shapes: Shapes) -> Params:
    axis = one_occupied_axis(choose, shapes)["axis"]
    return {"k": choose.integer(1, shapes[0][axis]), "axis": axis, "largest": not choose.boolean()}


def _kept_axis(choose: Choose, shapes: Shapes) -> Params:
    return {**one_occupied_axis(choose, shapes), "keepdims": choose.boolean()}


def _rank(choose: Choose, shapes: Shapes) -> Params:
    params = _kept_axis(choose, shapes)
    return {"k": choose.integer(1, shapes[0][params["axis"]]), **params}


def _probability(choose: Choose, shapes: Shapes) -> Params:
    return {"q": choose.element((0.5, 0.25, 0.9, 0.0, 1.0)), **_kept_axis(choose, shapes)}


def _shortened(shapes: Shapes, params: Params) -> Shapes:
    (axis,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:axis], params["k"], *shapes[0][axis + 1 :]),)


def _reduced_twice(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, params) * 2


def _order(name: str, reference: Any, parameters: Any, result_shapes: Any, shapes: Any = None) -> Op:
    """An order statistic that is not smooth at a tie."""
    source = torch_docs(name)
    return Op(name, F, reference, X, source, shapes or with_elements(1), parameters, result_shapes, ties_anywhere)


OPS = (
    Op(
        "where",
        F,
        np.where,
        (Operand("condition", role="mask"), Operand("x"), Operand("y")),
        array_api("where"),
        shapes=_where_shapes,
        result_shapes=broadcast_result,
        complex=True,
    ),
    Op(
        "masked_fill",
        F,
        _masked_fill,
        (Operand("x"), Operand("mask", role="mask")),
        torch_docs("Tensor.masked_fill"),
        shapes=lambda choose, first: (shape := with_axes(0)(choose, first)[0], partner(choose, shape)),
        parameters=one_of(value=(0.0, -1.5)),
        complex=True,
    ),
    unary("clip", F, _clip, array_api("clip"), margin=_at_the_limits, parameters=_limits),
    binary("maximum", F, np.maximum, array_api("maximum"), margin=between_operands),
    binary("minimum", F, np.minimum, array_api("minimum"), margin=between_operands),
    binary("fmax", F, np.fmax, torch_docs("fmax"), margin=between_operands),
    binary("fmin", F, np.fmin, torch_docs("fmin"), margin=between_operands),
    Op("sort", F, _sort, X, array_api("sort"), shapes=with_elements(1), parameters=_ordering, margin=ties_anywhere),
    _order("topk", _topk, _rank_and_side, _shortened),
    _order("kthvalue", _kthvalue, _rank, reduced),
    _order("median", _median, _kept_axis, reduced),
    _order("quantile", _quantile, _probability, reduced, without_empty_axes(1)),
    Op(
        "aminmax",
        F,
        _aminmax,
        X,
        torch_docs("aminmax"),
        shapes=with_elements(1),
        parameters=_kept_axis,
        result_shapes=_reduced_twice,
        margin=ties_at_both_ends,
    ),
)
