"""Shaping: axes made, merged, stretched and repeated; the elements keep their order. Every op here is linear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, one_axis, shape_like, with_axes, with_elements
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import Parameters, Reference
from harness.ops.op import Op, Operand, Params, Shapes, elementwise_shapes
from harness.ops.sources import array_api, torch_docs

F = "shaping"


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


def _broadcast_to(x: np.ndarray, *, shape: Sequence[int]) -> Any:
    return np.broadcast_to(x, tuple(shape))


def _stretched(choose: Choose, shapes: Shapes) -> Params:
    """Axes of size 1 stretch to 0, 1, 2 or 3; at most one new leading axis."""
    sides = tuple(choose.element((2, 1, 3, 0)) if side == 1 else side for side in shapes[0])
    return {"shape": (choose.integer(1, 3), *sides) if choose.boolean() else sides}


def _to_shape(shapes: Shapes, params: Params) -> Shapes:
    return (tuple(params["shape"]),)


def _expand_dims(x: np.ndarray, *, axis: int) -> Any:
    return np.expand_dims(x, axis)


def _new_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose.integer(-len(shapes[0]) - 1, len(shapes[0]))}


def _expanded(shapes: Shapes, params: Params) -> Shapes:
    at = params["axis"] % (len(shapes[0]) + 1)
    return ((*shapes[0][:at], 1, *shapes[0][at:]),)


def _squeeze(x: np.ndarray, *, axis: int) -> Any:
    return np.squeeze(x, axis)


def _with_single(choose: Choose, first: Shape | None) -> Shapes:
    shape = shape_like(choose, first)
    if first is None:
        at = choose.integer(0, len(shape))
        return ((*shape[:at], 1, *shape[at:]),)
    if 1 not in shape:
        raise DoesNotFit
    return (shape,)


def _single_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, [a for a, side in enumerate(shapes[0]) if side == 1], len(shapes[0]))}


def _squeezed(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], *shapes[0][at + 1 :]),)


def _tile(x: np.ndarray, *, repetitions: Sequence[int]) -> Any:
    return np.tile(x, repetitions)


def _repetitions(choose: Choose, shapes: Shapes) -> Params:
    return {"repetitions": tuple(choose.element((1, 2, 0)) for _ in range(choose.integer(1, len(shapes[0]) + 1)))}


def _tiled(shapes: Shapes, params: Params) -> Shapes:
    shape, times = list(shapes[0]), list(params["repetitions"])
    rank = max(len(shape), len(times))
    padded = zip([1] * (rank - len(shape)) + shape, [1] * (rank - len(times)) + times, strict=True)
    return (tuple(side * count for side, count in padded),)


def _repeat(x: np.ndarray, *, repeats: int, axis: int) -> Any:
    return np.repeat(x, repeats, axis)


def _repeats(choose: Choose, shapes: Shapes) -> Params:
    return {"repeats": choose.integer(1, 3), **one_axis(choose, shapes)}


def _repeated(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], shapes[0][at] * params["repeats"], *shapes[0][at + 1 :]),)


def _unfold(x: np.ndarray, *, axis: int, size: int, step: int) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis)
    return windows[(slice(None),) * (axis % x.ndim) + (slice(None, None, step),)]


def _window(choose: Choose, shapes: Shapes) -> Params:
    """Windows along one axis; they overlap where step < size, and skip elements where step > size."""
    axis = choose.element([a for a, side in enumerate(shapes[0]) if side])
    return {"axis": axis, "size": choose.integer(1, shapes[0][axis]), "step": choose.integer(1, 3)}


def _windowed(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    count = (shapes[0][at] - params["size"]) // params["step"] + 1
    return ((*shapes[0][:at], count, *shapes[0][at + 1 :], params["size"]),)


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
    _row("reshape", _reshape, array_api("reshape"), _regrouped, _to_shape),
    _row("broadcast_to", _broadcast_to, array_api("broadcast_to"), _stretched, _to_shape),
    _row("expand_dims", _expand_dims, array_api("expand_dims"), _new_axis, _expanded),
    _row("squeeze", _squeeze, array_api("squeeze"), _single_axis, _squeezed, _with_single),
    _row("tile", _tile, array_api("tile"), _repetitions, _tiled),
    _row("repeat", _repeat, array_api("repeat"), _repeats, _repeated, with_axes(1)),
    _row("unfold", _unfold, torch_docs("Tensor.unfold"), _window, _windowed, with_elements(1)),
)
