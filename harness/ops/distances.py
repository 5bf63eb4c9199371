"""Distances and angles between vectors: not smooth where they coincide or vanish.

cdist(x, y)_ij = |x_i - y_j|_p;   |x|_0 = how many x_i are not 0;   cosine_similarity(x, y) = <x, y> / (|x| |y|)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import one_occupied_axis, reduced, with_axes, with_elements, without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.margins import smallest
from harness.ops.norms import norm_along, norm_margin, vector_norm
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import torch_docs

F = "distances"
XY = (Operand("x"), Operand("y"))
ORDERS = (2.0, 1.0, 3.0, "inf", 0.0)  # the infinite order is a string, because JSON has no infinity


def _cosine_similarity(x: np.ndarray, y: np.ndarray, *, axis: int, eps: float) -> Any:
    lengths = [np.maximum(vector_norm(v, axis=axis), eps) for v in (x, y)]
    return np.sum(x * y, axis=axis) / lengths[0] / lengths[1]


def _two_alike(choose: Choose, first: Shape | None) -> Shapes:
    return (with_elements(1)(choose, first)[0],) * 2


def _two_alike_occupied(choose: Choose, first: Shape | None) -> Shapes:
    return without_empty_axes()(choose, first) * 2


def _axis_and_eps(choose: Choose, shapes: Shapes) -> Params:
    return {**one_occupied_axis(choose, shapes), "eps": 1e-8}


def _either_vanishes(values: Values, params: Params) -> float:
    return min(smallest(norm_along(v, params["axis"])) for v in values)


def _pairwise_distance(x: np.ndarray, y: np.ndarray, *, p: float | str, eps: float, keepdims: bool) -> Any:
    return vector_norm(x - y + eps, axis=-1, ord=p, keepdims=keepdims)


def _rows(choose: Choose, first: Shape | None) -> Shapes:
    """Two matrices (n, d) of pairs of points."""
    shape = with_axes(1)(choose, first)[0]
    if not shape[-1]:
        if first is not None:
            raise DoesNotFit
        shape = (*shape[:-1], 2)
    return (shape, shape)


def _pair_margin(values: Values, params: Params) -> float:
    return norm_margin((values[0] - values[1] + params["eps"],), {"ord": params["p"], "axis": -1})


def _last_removed(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, {"axis": -1, "keepdims": params["keepdims"]})


def _differences(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """X (..., n, d) and y (..., m, d) to (..., n, m, d)."""
    return np.asarray(x[..., :, None, :] - y[..., None, :, :])


def _cdist(x: np.ndarray, y: np.ndarray, *, p: float | str) -> Any:
    return vector_norm(_differences(x, y), axis=-1, ord=p)


def _two_clouds(choose: Choose, first: Shape | None) -> Shapes:
    shape = with_axes(2)(choose, first)[0]
    if 0 in shape:
        if first is not None:
            raise DoesNotFit
        shape = tuple(max(side, 1) for side in shape)
    return (shape, (*shape[:-2], choose.integer(1, 4), shape[-1]))


def _cdist_margin(values: Values, params: Params) -> float:
    return norm_margin((_differences(*values),), {"ord": params["p"], "axis": -1})


def _all_pairs(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], shapes[1][-2]),)


def _dist(x: np.ndarray, y: np.ndarray, *, p: float | str) -> Any:
    return vector_norm(x - y, axis=None, ord=p)


def _whole(shapes: Shapes, params: Params) -> Shapes:
    return ((),)


def _dist_margin(values: Values, params: Params) -> float:
    return norm_margin((values[0] - values[1],), {"ord": params["p"], "axis": None})


def _pdist(x: np.ndarray, *, p: float | str) -> Any:
    first, second = np.triu_indices(len(x), 1)
    return vector_norm(x[first] - x[second], axis=-1, ord=p)


def _cloud(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        return ((choose.integer(2, 4), choose.integer(1, 3)),)
    if len(first) != 2 or first[0] < 2 or not first[1]:
        raise DoesNotFit
    return (first,)


def _pairs(shapes: Shapes, params: Params) -> Shapes:
    return ((shapes[0][0] * (shapes[0][0] - 1) // 2,),)


def _pdist_margin(values: Values, params: Params) -> float:
    first, second = np.triu_indices(len(values[0]), 1)
    return norm_margin((values[0][first] - values[0][second],), {"ord": params["p"], "axis": -1})


OPS = (
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
        one_of(p=ORDERS, eps=(1e-6,), keepdims=(False, True)),
        _last_removed,
        _pair_margin,
    ),
    Op("cdist", F, _cdist, XY, torch_docs("cdist"), _two_clouds, one_of(p=ORDERS), _all_pairs, _cdist_margin),
    Op("dist", F, _dist, XY, torch_docs("dist"), _two_alike_occupied, one_of(p=ORDERS), _whole, _dist_margin),
    Op("pdist", F, _pdist, XY[:1], torch_docs("nn.functional.pdist"), _cloud, one_of(p=ORDERS), _pairs, _pdist_margin),
)
