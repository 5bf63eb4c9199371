"""Reductions: axes folded into one number.

sum_i x_i,   (sum_i |x_i|^p)^(1/p),   log sum_i exp(x_i),   max_i x_i
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, occupied, occupied_axes, reduction_of, with_elements, without_empty_axes
from harness.ops.choose import Choose
from harness.ops.forms import Parameters, reduction
from harness.ops.margins import smallest, ties_at_the_bottom, ties_at_the_top
from harness.ops.op import Params, Shapes, Values
from harness.ops.softmaxes import logsumexp
from harness.ops.sources import array_api, torch_docs


def _var(x: np.ndarray, *, axis: Any = None, correction: float = 0, keepdims: bool = False) -> Any:
    return np.var(x, axis=axis, ddof=correction, keepdims=keepdims)


def _std(x: np.ndarray, *, axis: Any = None, correction: float = 0, keepdims: bool = False) -> Any:
    return np.std(x, axis=axis, ddof=correction, keepdims=keepdims)


def _one_axis_or_all(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    if not rank or choose.boolean():
        return {"axis": None, "keepdims": False}
    return {"axis": choose_axis(choose, range(rank), rank), "keepdims": choose.boolean()}


def _at_least_one_axis(choose: Choose, shapes: Shapes) -> Params:
    return reduction_of(choose, occupied(shapes[0]), len(shapes[0]), whole=False)


def _corrected(side: int) -> Parameters:
    """Axes of length `side` or more, and the correction that their number of elements leaves room for."""

    def parameters(choose: Choose, shapes: Shapes) -> Params:
        shape = shapes[0]
        params = reduction_of(choose, occupied(shape, side), len(shape), whole=int(np.prod(shape)) >= side)
        count = np.prod([shape[axis] for axis in normal_axes(params["axis"], len(shape))], dtype=int)
        return params | {"correction": choose.element((1, 0) if count > 1 else (0,))}

    return parameters


def _smallest_std(values: Values, params: Params) -> float:
    return smallest(np.asarray(_std(values[0], axis=_axis(params))))


def _axis(params: Params) -> Any:
    axis = params.get("axis")
    return tuple(axis) if isinstance(axis, list) else axis


OPS = (
    reduction("sum", np.sum, array_api("sum"), complex=True),
    reduction("mean", np.mean, array_api("mean"), shapes=with_elements(), parameters=occupied_axes, complex=True),
    reduction("prod", np.prod, array_api("prod"), parameters=_one_axis_or_all, complex=True),
    reduction("max", np.max, array_api("max"), shapes=with_elements(), parameters=occupied_axes, margin=ties_at_the_top),
    reduction("min", np.min, array_api("min"), shapes=with_elements(), parameters=occupied_axes, margin=ties_at_the_bottom),
    reduction("var", _var, array_api("var"), shapes=without_empty_axes(), parameters=_corrected(1)),
    reduction("std", _std, array_api("std"), shapes=without_empty_axes(1, side=2), parameters=_corrected(2), margin=_smallest_std),
    reduction("logsumexp", logsumexp, torch_docs("logsumexp"), shapes=with_elements(1), parameters=_at_least_one_axis),
)
