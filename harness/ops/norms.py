"""Norms and distances: not smooth at zero, and where the p-norm has a kink.

vector_norm(x, p) = (sum_i |x_i|^p)^(1/p);   cdist(x, y)_ij = |x_i - y_j|_p
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import normal_axes, occupied_axes, one_occupied_axis, reduced, with_axes, with_elements, without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.margins import gaps_along, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "norms"
XY = (Operand("x"), Operand("y"))


def _vector_norm(x: np.ndarray, *, axis: Any = None, ord: float | str = 2, keepdims: bool = False) -> Any:
    order, sizes = float(ord), np.abs(x)
    if order == np.inf:
        return np.max(sizes, axis=axis, keepdims=keepdims)
    if order == -np.inf:
        return np.min(sizes, axis=axis, keepdims=keepdims)
    return np.sum(sizes**order, axis=axis, keepdims=keepdims) ** (1 / order)


def _order(choose: Choose, shapes: Shapes) -> Params:
    """Infinite orders are strings, because JSON has no infinity."""
    return {**occupied_axes(choose, shapes), "ord": choose.element((2, 1, 3, "inf", "-inf", 1.5, 0.5))}


def _norm_margin(values: Values, params: Params) -> float:
    """Order 2 and above: the norm itself. Below: each |x_i|. Infinite: the gap between the sizes that decide, and their size."""
    order, sizes = float(params["ord"]), np.abs(values[0])
    if abs(order) == np.inf:
        gaps = gaps_along(sizes, params["axis"])
        deciding = gaps[..., -1:] if order > 0 else gaps[..., :1]
        return smallest(deciding, _norm_along(values[0], params["axis"], params["ord"]))
    return smallest(_norm_along(values[0], params["axis"], 2)) if order >= 2 else smallest(sizes)


def _norm_along(x: np.ndarray, axis: Any, ord: float | str = 2) -> np.ndarray:
    return np.asarray(_vector_norm(x, axis=normal_axes(axis, x.ndim), ord=ord))


def _frobenius_norm(x: np.ndarray, *, keepdims: bool) -> Any:
    return _vector_norm(x, axis=(-2, -1), keepdims=keepdims)


def _last_two_vanish(values: Values, params: Params) -> float:
    return smallest(_norm_along(values[0], (-2, -1)))


def _without_last_two(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, {"axis": (-2, -1), "keepdims": params["keepdims"]})


def _normalize(x: np.ndarray, *, p: float, axis: int, eps: float) -> Any:
    return x / np.maximum(_vector_norm(x, axis=axis, ord=p, keepdims=True), eps)


def _normalizing(choose: Choose, shapes: Shapes) -> Params:
    return {"p": choose.element((2.0, 1.0, 3.0)), **one_occupied_axis(choose, shapes), "eps": 1e-12}


def _normalize_margin(values: Values, params: Params) -> float:
    return _norm_margin(values, {"ord": params["p"], "axis": params["axis"]})


def _cosine_similarity(x: np.ndarray, y: np.ndarray, *, axis: int, eps: float) -> Any:
    lengths = [np.maximum(_vector_norm(v, axis=axis), eps) for v in (x, y)]
    return np.sum(x * y, axis=axis) / lengths[0] / lengths[1]


def _two_alike(choose: Choose, first: Shape | None) -> Shapes:
    return (with_elements(1)(choose, first)[0],) * 2


def _axis_and_eps(choose: Choose, shapes: Shapes) -> Params:
    return {**one_occupied_axis(choose, shapes), "eps": 1e-8}


def _either_vanishes(values: Values, params: Params) -> float:
    return min(smallest(_norm_along(v, params["axis"])) for v in values)


def _pairwise_distance(x: np.ndarray, y: np.ndarray, *, p: float, eps: float, keepdims: bool) -> Any:
    return _vector_norm(x - y + eps, axis=-1, ord=p, keepdims=keepdims)


def _rows(choose: Choose, first: Shape | None) -> Shapes:
    """Two matrices (n, d) of pairs of points."""
    shape = with_axes(1)(choose, first)[0]
    if not shape[-1]:
        if first is not None:
            raise DoesNotFit
        shape = (*shape[:-1], 2)
    return (shape, shape)


def _pair_margin(values: Values, params: Params) -> float:
    return _norm_margin((values[0] - values[1] + params["eps"],), {"ord": params["p"], "axis": -1})


def _last_removed(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, {"axis": -1, "keepdims": params["keepdims"]})


def _differences(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """X (..., n, d) and y (..., m, d) to (..., n, m, d)."""
    return np.asarray(x[..., :, None, :] - y[..., None, :, :])


def _cdist(x: np.ndarray, y: np.ndarray, *, p: float) -> Any:
    return _vector_norm(_differences(x, y), axis=-1, ord=p)


def _two_clouds(choose: Choose, first: Shape | None) -> Shapes:
    shape = with_axes(2)(choose, first)[0]
    if 0 in shape:
        if first is not None:
            raise DoesNotFit
        shape = tuple(max(side, 1) for side in shape)
    return (shape, (*shape[:-2], choose.integer(1, 4), shape[-1]))


def _cdist_margin(values: Values, params: Params) -> float:
    return _norm_margin((_differences(*values),), {"ord": params["p"], "axis": -1})


def _all_pairs(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], shapes[1][-2]),)


OPS = (
    Op(
        "vector_norm",
        F,
        _vector_norm,
        (Operand("x"),),
        array_api("linalg.vector_norm"),
        with_elements(),
        _order,
        reduced,
        _norm_margin,
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
        "cosine_similarity",
        F,
        _cosine_similarity,
        XY,
        torch_docs("nn.functional.cosine_similarity"),
        _two_alike,
        _axis_and_eps,
        reduced,
        _either_vanishes,
    ),
    Op(
        "pairwise_distance",
        F,
        _pairwise_distance,
        XY,
        torch_docs("nn.functional.pairwise_distance"),
        _rows,
        one_of(p=(2.0, 1.0, 3.0), eps=(1e-6,), keepdims=(False, True)),
        _last_removed,
        _pair_margin,
    ),
    Op("cdist", F, _cdist, XY, torch_docs("cdist"), _two_clouds, one_of(p=(2.0, 1.0, 3.0)), _all_pairs, _cdist_margin),
)
