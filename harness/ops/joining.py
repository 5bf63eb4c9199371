"""Joining and splitting: several arrays become one, one becomes several, or grows a border.

concat(x, y)_i = x_i, then y_i;   unstack(x)_k = x[k];   pad(x)_i = x_{i - left} or the border
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, shape_like, with_axes, with_elements
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api, torch_docs

F = "joining"
X = (Operand("x"),)


def _concat(*arrays: np.ndarray, axis: int) -> Any:
    return np.concatenate(arrays, axis)


def _alike_but_one_axis(choose: Choose, first: Shape | None) -> Shapes:
    """Two or three shapes that differ along at most one axis."""
    shape = shape_like(choose, first, min_rank=1)
    at = choose.integer(0, len(shape) - 1)
    others = ((*shape[:at], choose.integer(0, 3), *shape[at + 1 :]) for _ in range(choose.integer(1, 2)))
    return (shape, *others)


def _joinable_axis(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    joinable = [a for a in range(rank) if len({(*shape[:a], *shape[a + 1 :]) for shape in shapes}) == 1]
    return {"axis": choose_axis(choose, joinable, rank)}


def _concatenated(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], sum(shape[at] for shape in shapes), *shapes[0][at + 1 :]),)


def _stack(*arrays: np.ndarray, axis: int) -> Any:
    return np.stack(arrays, axis)


def _equal_shapes(choose: Choose, first: Shape | None) -> Shapes:
    return (shape_like(choose, first),) * choose.integer(1, 3)


def _new_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose.integer(-len(shapes[0]) - 1, len(shapes[0]))}


def _stacked(shapes: Shapes, params: Params) -> Shapes:
    at = params["axis"] % (len(shapes[0]) + 1)
    return ((*shapes[0][:at], len(shapes), *shapes[0][at:]),)


def _unstack(x: np.ndarray, *, axis: int) -> Any:
    return tuple(np.moveaxis(x, axis, 0))


def _occupied_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, [a for a, side in enumerate(shapes[0]) if side], len(shapes[0]))}


def _unstacked(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], *shapes[0][at + 1 :]),) * shapes[0][at]


def _split(x: np.ndarray, *, sizes: Sequence[int], axis: int) -> Any:
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


def _sizes(choose: Choose, shapes: Shapes) -> Params:
    """Two or three parts, empty ones too."""
    axis = choose_axis(choose, range(len(shapes[0])), len(shapes[0]))
    side = shapes[0][axis]
    cuts = sorted(choose.integer(0, side) for _ in range(choose.integer(1, 2)))
    return {"sizes": tuple(end - start for start, end in zip([0, *cuts], [*cuts, side], strict=True)), "axis": axis}


def _parts(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return tuple((*shapes[0][:at], size, *shapes[0][at + 1 :]) for size in params["sizes"])


def _pad(x: np.ndarray, *, widths: Sequence[Sequence[int]], value: float) -> Any:
    return np.pad(x, widths, constant_values=value)


def _borders(choose: Choose, shapes: Shapes) -> Params:
    widths = tuple((choose.integer(0, 2), choose.integer(0, 2)) for _ in shapes[0])
    return {"widths": widths, "value": choose.element((0.0, 1.5))}


def _bordered(shapes: Shapes, params: Params) -> Shapes:
    return (tuple(before + side + after for side, (before, after) in zip(shapes[0], params["widths"], strict=True)),)


_NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _pad_last(x: np.ndarray, *, widths: Sequence[int], mode: str) -> Any:
    borders = [(0, 0)] * (x.ndim - 1) + [tuple(widths)]
    return np.pad(x, borders, mode=_NUMPY_MODES[mode])  # type: ignore[call-overload]


def _channels_and_length(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        return ((*(choose.integer(1, 3) for _ in range(choose.integer(1, 2))), choose.integer(2, 5)),)
    if len(first) not in (2, 3) or 0 in first or first[-1] < 2:
        raise DoesNotFit
    return (first,)


def _last_border(choose: Choose, shapes: Shapes) -> Params:
    """Narrower than the array, as `reflect` wants it."""
    mode = choose.element(("reflect", "replicate", "circular"))
    widest = min(shapes[0][-1] - 1, 2)
    return {"widths": (choose.integer(0, widest), choose.integer(0, widest)), "mode": mode}


def _last_bordered(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-1], shapes[0][-1] + sum(params["widths"])),)


def _meshgrid(*arrays: np.ndarray, indexing: str) -> Any:
    return tuple(np.array(grid) for grid in np.meshgrid(*arrays, indexing=indexing))  # type: ignore[call-overload]


def _vectors(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and len(first) != 1:
        raise DoesNotFit
    return (first or (choose.integer(1, 4),), *((choose.integer(1, 3),) for _ in range(choose.integer(1, 2))))


def _grids(shapes: Shapes, params: Params) -> Shapes:
    sides = [side for (side,) in shapes]
    return (tuple(sides if params["indexing"] == "ij" else [sides[1], sides[0], *sides[2:]]),) * len(shapes)


OPS = (
    Op("concat", F, _concat, X, array_api("concat"), _alike_but_one_axis, _joinable_axis, _concatenated, complex=True, variadic=True),
    Op("stack", F, _stack, X, array_api("stack"), _equal_shapes, _new_axis, _stacked, complex=True, variadic=True),
    Op("unstack", F, _unstack, X, array_api("unstack"), with_elements(1), _occupied_axis, _unstacked, complex=True),
    Op("split", F, _split, X, torch_docs("split"), with_axes(1), _sizes, _parts, complex=True),
    Op("pad", F, _pad, X, torch_docs("nn.functional.pad"), with_axes(1), _borders, _bordered, complex=True),
    Op("pad_last", F, _pad_last, X, torch_docs("nn.functional.pad"), _channels_and_length, _last_border, _last_bordered),
    Op(
        "meshgrid",
        F,
        _meshgrid,
        X,
        array_api("meshgrid"),
        _vectors,
        one_of(indexing=("ij", "xy")),
        _grids,
        complex=True,
        variadic=True,
    ),
)
