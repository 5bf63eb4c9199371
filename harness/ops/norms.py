"""Norms: not smooth at zero, and where the p-norm has a kink.

vector_norm(x, p) = (sum_i |x_i|^p)^(1/p);   normalize(x) = x / |x|_p;   renorm(x)_i = x_i min(1, m / |x_i|);   weight_norm(v, g)_i = g_i v_i / |v_i|
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import normal_axes, occupied_axes, one_occupied_axis, reduced, with_elements, without_empty_axes
from harness.ops.choose import Choose, Shape
from harness.ops.forms import one_of
from harness.ops.margins import gaps_along, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "norms"


def vector_norm(x: np.ndarray, *, axis: Any = None, ord: float | str = 2, keepdims: bool = False) -> Any:
    order, sizes = float(ord), np.abs(x)
    if order == np.inf:
        return np.max(sizes, axis=axis, keepdims=keepdims)
    if order == -np.inf:
        return np.min(sizes, axis=axis, keepdims=keepdims)
    if order == 0:
        return np.sum(sizes > 0, axis=axis, keepdims=keepdims, dtype=x.real.dtype)
    summed = np.sum(sizes**order, axis=axis, keepdims=keepdims)
    return summed ** (summed**0 / order)  # 1 in the sum's own numbers, so that a third of it has all their digits


def _order(choose: Choose, shapes: Shapes) -> Params:
    """Infinite orders are strings, because JSON has no infinity."""
    return {**occupied_axes(choose, shapes), "ord": choose.element((2, 1, 3, "inf", "-inf", 1.5, 0.5))}


def norm_margin(values: Values, params: Params) -> float:
    """Order 2 and above: the norm itself. Below: each |x_i|. Infinite: the gap between the sizes that decide, and their size."""
    order, sizes = float(params["ord"]), np.abs(values[0])
    if abs(order) == np.inf:
        gaps = gaps_along(sizes, params["axis"])
        deciding = gaps[..., -1:] if order > 0 else gaps[..., :1]
        return smallest(deciding, norm_along(values[0], params["axis"], params["ord"]))
    return smallest(norm_along(values[0], params["axis"], 2)) if order >= 2 else smallest(sizes)


def norm_along(x: np.ndarray, axis: Any, ord: float | str = 2) -> np.ndarray:
    return np.asarray(vector_norm(x, axis=normal_axes(axis, x.ndim), ord=ord))


def _frobenius_norm(x: np.ndarray, *, keepdims: bool) -> Any:
    return vector_norm(x, axis=(-2, -1), keepdims=keepdims)


def _last_two_vanish(values: Values, params: Params) -> float:
    return smallest(norm_along(values[0], (-2, -1)))


def _without_last_two(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, {"axis": (-2, -1), "keepdims": params["keepdims"]})


def _normalize(x: np.ndarray, *, p: float, axis: int, eps: float) -> Any:
    return x / np.maximum(vector_norm(x, axis=axis, ord=p, keepdims=True), eps)


def _normalizing(choose: Choose, shapes: Shapes) -> Params:
    return {"p": choose.element((2.0, 1.0, 3.0)), **one_occupied_axis(choose, shapes), "eps": 1e-12}


def _normalize_margin(values: Values, params: Params) -> float:
    return norm_margin(values, {"ord": params["p"], "axis": params["axis"]})


def _sub_norms(x: np.ndarray, axis: int, p: float) -> np.ndarray:
    """The norm of every slice along `axis`, over all other axes; shape (side,)."""
    slices = np.moveaxis(x, axis, 0)
    return np.asarray(vector_norm(slices.reshape(len(slices), -1), axis=1, ord=p))


def _renorm(x: np.ndarray, *, p: float, axis: int, maxnorm: float) -> Any:
    """Slices longer than `maxnorm` are shortened to it (torch adds 1e-7 to the length)."""
    norms = _sub_norms(x, axis, p)
    factors = np.where(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0)
    return np.moveaxis(np.moveaxis(x, axis, -1) * factors, -1, axis)


def _limited(choose: Choose, shapes: Shapes) -> Params:
    return {"p": choose.element((2.0, 1.0, 3.0)), **one_occupied_axis(choose, shapes), "maxnorm": choose.element((1.0, 2.5))}


def _renorm_margin(values: Values, params: Params) -> float:
    """A slice as long as allowed; for p below 2 an element at 0, and always a slice that vanishes."""
    norms = _sub_norms(values[0], params["axis"], params["p"])
    return smallest(np.abs(norms - params["maxnorm"]), norms, *([np.abs(values[0])] if params["p"] < 2 else []))


def _weight_norm(v: np.ndarray, g: np.ndarray) -> Any:
    """Every row in the direction of v, as long as g says."""
    return g * v / norm_along(v, tuple(range(1, v.ndim))).reshape(g.shape)


def _rows_and_lengths(choose: Choose, first: Shape | None) -> Shapes:
    (rows,) = without_empty_axes(2)(choose, first)
    return rows, (rows[0], *(1,) * (len(rows) - 1))


def _shortest_row(values: Values, params: Params) -> float:
    return smallest(norm_along(values[0], tuple(range(1, values[0].ndim))))


OPS = (
    Op(
        "vector_norm",
        F,
        vector_norm,
        (Operand("x"),),
        array_api("linalg.vector_norm"),
        with_elements(),
        _order,
        reduced,
        norm_margin,
        complex=True,
    ),
    Op(
        "matrix_norm",
        F,
        _frobenius_norm,
        (Operand("x"),),
        array_api("linalg.matrix_norm"),
        without_empty_axes(2),
        one_of(keepdims=(False, True)),
        _without_last_two,
        _last_two_vanish,
        complex=True,
    ),
    Op(
        "normalize",
        F,
        _normalize,
        (Operand("x"),),
        torch_docs("nn.functional.normalize"),
        with_elements(1),
        _normalizing,
        margin=_normalize_margin,
    ),
    Op(
        "weight_norm",
        F,
        _weight_norm,
        (Operand("v"), Operand("g")),
        torch_docs("nn.utils.parametrizations.weight_norm"),
        _rows_and_lengths,
        margin=_shortest_row,
    ),
    Op("renorm", F, _renorm, (Operand("x"),), torch_docs("renorm"), without_empty_axes(2), _limited, margin=_renorm_margin),
)
