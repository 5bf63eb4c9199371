"""Reordering: the same elements in another order. Every op here is a permutation, its derivative the inverse one.

flip(x)_i = x_{n-1-i};   roll(x, s)_i = x_{i-s mod n};   permute_dims(x)_ij = x_ji
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.ops.axes import choose_axes, choose_axis, with_axes
from harness.ops.choose import Choose, Shape
from harness.ops.forms import Parameters, Reference
from harness.ops.op import Op, Operand, Params, Shapes, elementwise_shapes, no_params, same_shape
from harness.ops.sources import array_api, torch_docs

F = "reordering"


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


def _roll(x: np.ndarray, *, shift: Any, axis: Any) -> Any:
    return np.roll(x, shift, axis)


def _shift(choose: Choose, shapes: Shapes) -> Params:
    """Of all elements in flat order, or along one axis or several; beyond the length too."""
    rank = len(shapes[0])
    if not rank or choose.boolean():
        return {"shift": choose.integer(-2, 5), "axis": None}
    axes = choose_axes(choose, range(rank), rank)
    return {"shift": tuple(choose.integer(-2, 5) for _ in axes), "axis": axes}


def _moveaxis(x: np.ndarray, *, source: int, destination: int) -> Any:
    return np.moveaxis(x, source, destination)


def _move(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    return {"source": choose_axis(choose, range(rank), rank), "destination": choose_axis(choose, range(rank), rank)}


def _moved(shapes: Shapes, params: Params) -> Shapes:
    return (np.moveaxis(np.empty(shapes[0]), params["source"], params["destination"]).shape,)


def _matrix_transpose(x: np.ndarray) -> Any:
    return np.swapaxes(x, -1, -2)


def _transposed(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-2], shapes[0][-1], shapes[0][-2]),)


def _rot90(x: np.ndarray, *, k: int, axes: tuple[int, int]) -> Any:
    return np.rot90(x, k, axes)


def _quarter_turns(choose: Choose, shapes: Shapes) -> Params:
    return {"k": choose.element((1, 2, 3, -1, 0)), "axes": choose.element(((0, 1), (1, 0), (-1, -2)))}


def _rotated(shapes: Shapes, params: Params) -> Shapes:
    return (np.rot90(np.empty(shapes[0]), params["k"], tuple(params["axes"])).shape,)


def _row(
    name: str,
    reference: Reference,
    source: str,
    parameters: Parameters,
    result_shapes: Callable[[Shapes, Params], Shapes],
    shapes: Callable[[Choose, Shape | None], Shapes] = elementwise_shapes,
) -> Op:
    return Op(name, F, reference, (Operand("x"),), source, shapes, parameters, result_shapes, complex=True)


OPS = (
    _row("permute_dims", np.transpose, array_api("permute_dims"), _permutation, _permuted),
    _row("matrix_transpose", _matrix_transpose, array_api("matrix_transpose"), no_params, _transposed, with_axes(2)),
    _row("moveaxis", _moveaxis, array_api("moveaxis"), _move, _moved, with_axes(1)),
    _row("flip", _flip, array_api("flip"), _some_axes, same_shape, with_axes(1)),
    _row("roll", _roll, array_api("roll"), _shift, same_shape),
    _row("rot90", _rot90, torch_docs("rot90"), _quarter_turns, _rotated, with_axes(2)),
)
