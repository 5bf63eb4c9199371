"""Shaping: the same elements in another arrangement. Every op here is linear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axes, with_axes
from harness.ops.choose import Choose
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api

F = "shaping"
X = (Operand("x"),)


def _reshape(x: np.ndarray, *, shape: Sequence[int]) -> Any:
    return np.reshape(x, shape)


def _regrouped(choose: Choose, shapes: Shapes) -> Params:
    """A shape of the same size: flat, an axis of size 1 more, or two neighbours merged."""
    shape = shapes[0]
    match choose.element(("flat", "one more", "merged")):
        case "one more":
            at = choose.integer(0, len(shape))
            return {"shape": (*shape[:at], 1, *shape[at:])}
        case "merged" if len(shape) > 1:
            at = choose.integer(0, len(shape) - 2)
            return {"shape": (*shape[:at], shape[at] * shape[at + 1], *shape[at + 2 :])}
    return {"shape": (int(np.prod(shape, dtype=int)),)}


def _permutation(choose: Choose, shapes: Shapes) -> Params:
    left, axes = list(range(len(shapes[0]))), []
    while left:
        axes.append(left.pop(choose.integer(0, len(left) - 1)))
    return {"axes": tuple(axes)}


def _permuted(shapes: Shapes, params: Params) -> Shapes:
    return (tuple(shapes[0][axis] for axis in params["axes"]),)


def _flip(x: np.ndarray, *, axis: Any) -> Any:
    return np.flip(x, axis)


def _some_axes(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    return {"axis": choose_axes(choose, range(rank), rank)}


OPS = (
    Op(
        "reshape",
        F,
        _reshape,
        X,
        array_api("reshape"),
        parameters=_regrouped,
        result_shapes=lambda shapes, params: (tuple(params["shape"]),),
        complex=True,
    ),
    Op("permute_dims", F, np.transpose, X, array_api("permute_dims"), parameters=_permutation, result_shapes=_permuted, complex=True),
    Op("flip", F, _flip, X, array_api("flip"), shapes=with_axes(1), parameters=_some_axes, complex=True),
)
