"""Norms: not smooth at zero, and where the p-norm has a kink.

vector_norm(x, p) = (sum_i |x_i|^p)^(1/p);   normalize(x) = x / |x|_p
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import normal_axes, occupied_axes, one_occupied_axis, reduced, with_elements, without_empty_axes
from harness.ops.choose import Choose
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
    return np.sum(sizes**order, axis=axis, keepdims=keepdims) ** (1 / order)


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
)
