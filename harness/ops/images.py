"""Images: pixels moved between channels and sides, cut into columns and put together again. Every op here is linear.

im2col(x)[(c, k), p] = x[c, stride p + dilation k - padding];   col2im is its transpose
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.op import Op, Operand, Params, Shapes, same_shape
from harness.ops.sources import torch_docs
from harness.ops.windows import at_offset, bordered, image_shape, offsets, one_or_each, per_axis, windowed_sides

F = "images"
X = (Operand("x"),)
GEOMETRY = ("kernel_size", "stride", "padding", "dilation")


def _pixel_shuffle(x: np.ndarray, *, factor: int) -> Any:
    *batch, channels, rows, columns = x.shape
    split = x.reshape(*batch, channels // factor**2, factor, factor, rows, columns)
    order = (*range(len(batch)), *(len(batch) + a for a in (0, 3, 1, 4, 2)))
    return split.transpose(order).reshape(*batch, channels // factor**2, rows * factor, columns * factor)


def _pixel_unshuffle(x: np.ndarray, *, factor: int) -> Any:
    *batch, channels, rows, columns = x.shape
    split = x.reshape(*batch, channels, rows // factor, factor, columns // factor, factor)
    order = (*range(len(batch)), *(len(batch) + a for a in (0, 2, 4, 1, 3)))
    return split.transpose(order).reshape(*batch, channels * factor**2, rows // factor, columns // factor)


def _channel_shuffle(x: np.ndarray, *, groups: int) -> Any:
    split = x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
    return np.swapaxes(split, 1, 2).reshape(x.shape)


def _shuffled_shapes(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        batch = choose.shape(max_rank=1, min_side=1, max_side=2)
        return ((*batch, choose.element((4, 1, 8)), choose.integer(1, 3), choose.integer(1, 3)),)
    if len(first) < 3:
        raise DoesNotFit
    return (first,)


def _shuffle_factor(choose: Choose, shapes: Shapes) -> Params:
    return {"factor": choose.element([f for f in (2, 1, 3) if shapes[0][-3] % f**2 == 0])}


def _unshuffled_shapes(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        batch = choose.shape(max_rank=1, min_side=1, max_side=2)
        return ((*batch, choose.integer(1, 3), choose.element((2, 4, 3)), choose.element((2, 4, 3))),)
    return _shuffled_shapes(choose, first)


def _unshuffle_factor(choose: Choose, shapes: Shapes) -> Params:
    return {"factor": choose.element([f for f in (2, 3, 1) if shapes[0][-1] % f == shapes[0][-2] % f == 0])}


def _shuffled(shapes: Shapes, params: Params) -> Shapes:
    *batch, channels, rows, columns = shapes[0]
    return ((*batch, channels // params["factor"] ** 2, rows * params["factor"], columns * params["factor"]),)


def _unshuffled(shapes: Shapes, params: Params) -> Shapes:
    *batch, channels, rows, columns = shapes[0]
    return ((*batch, channels * params["factor"] ** 2, rows // params["factor"], columns // params["factor"]),)


def _channels(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        return ((choose.integer(1, 2), choose.element((4, 2, 6)), *choose.shape(min_rank=1, max_rank=2, min_side=1, max_side=3)),)
    if len(first) < 3:
        raise DoesNotFit
    return (first,)


def _channel_groups(choose: Choose, shapes: Shapes) -> Params:
    return {"groups": choose.element([g for g in (2, 3, 1) if shapes[0][1] % g == 0])}


def _geometry(params: Params) -> tuple[Shape, Shape, Shape, Shape]:
    kernel, stride, padding, dilation = (per_axis(params[name], 2) for name in GEOMETRY)
    return kernel, stride, padding, dilation


def _columns(x: np.ndarray, **params: Any) -> Any:
    kernel, stride, padding, dilation = _geometry(params)
    counts = windowed_sides(x.shape[-2:], kernel, stride, padding, dilation)
    padded = bordered(x, padding)
    windows = np.stack([at_offset(padded, offset, counts, stride, dilation) for offset in offsets(kernel)], axis=-3)  # (..., c, k, *counts)
    return windows.reshape(*x.shape[:-3], x.shape[-3] * int(np.prod(kernel)), int(np.prod(counts)))


def _columns_shape(shapes: Shapes, params: Params) -> Shapes:
    kernel, stride, padding, dilation = _geometry(params)
    counts = windowed_sides(shapes[0][-2:], kernel, stride, padding, dilation)
    return ((*shapes[0][:-3], shapes[0][-3] * int(np.prod(kernel)), int(np.prod(counts))),)


def _two_sides(choose: Choose, first: Shape | None) -> Shapes:
    return (image_shape(choose, first, 2),)


def _window(choose: Choose, shapes: Shapes) -> Params:
    kernel = tuple(choose.integer(1, min(side, 3)) for side in shapes[0][-2:])
    return {"kernel_size": kernel, "stride": one_or_each(choose, (1, 2), 2), "padding": choose.element((0, 1)), "dilation": 1}


def _put_together(x: np.ndarray, *, output_size: Sequence[int], **params: Any) -> Any:
    """The transpose of `_columns`: what overlaps is added up."""
    kernel, stride, padding, dilation = _geometry(params)
    sides = tuple(output_size)
    counts = windowed_sides(sides, kernel, stride, padding, dilation)
    windows = x.reshape(*x.shape[:-2], x.shape[-2] // int(np.prod(kernel)), int(np.prod(kernel)), *counts)
    result = np.zeros((*windows.shape[:-3], *(side + 2 * p for side, p in zip(sides, padding, strict=True))), x.dtype)
    for k, offset in enumerate(offsets(kernel)):
        at_offset(result, offset, counts, stride, dilation)[...] += windows[..., k, :, :]
    inner: Any = (..., *(slice(p, p + side) for side, p in zip(sides, padding, strict=True)))
    return result[inner]


def _folded(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        return ((*choose.shape(max_rank=1, min_side=1, max_side=2), choose.element((4, 6, 2)), choose.element((4, 6, 1, 2))),)
    if len(first) not in (2, 3) or 0 in first[-2:]:
        raise DoesNotFit
    return (first,)


def _fold_window(choose: Choose, shapes: Shapes) -> Params:
    """Windows in `rows` rows: every such choice leads to some size of the result."""
    channels, count = shapes[0][-2:]
    kernel = choose.element([k for k in ((2, 2), (1, 2), (2, 1), (1, 1)) if channels % (k[0] * k[1]) == 0])
    rows = choose.element([n for n in (2, 1, 3) if count % n == 0])
    stride = choose.element((1, 2, 3))
    sides = tuple((n - 1) * stride + k for n, k in zip((rows, count // rows), kernel, strict=True))
    padding = choose.element((0, 1)) if min(sides) > 2 else 0
    return {"output_size": tuple(side - 2 * padding for side in sides), "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": 1}


def _fold_shape(shapes: Shapes, params: Params) -> Shapes:
    channels = shapes[0][-2] // int(np.prod(params["kernel_size"]))
    return ((*shapes[0][:-2], channels, *params["output_size"]),)


def _row(name: str, reference: Any, shapes: Any, parameters: Any, result: Any) -> Op:
    return Op(name, F, reference, X, torch_docs(f"nn.functional.{name}"), shapes, parameters, result, complex=True)


OPS = (
    _row("pixel_shuffle", _pixel_shuffle, _shuffled_shapes, _shuffle_factor, _shuffled),
    _row("pixel_unshuffle", _pixel_unshuffle, _unshuffled_shapes, _unshuffle_factor, _unshuffled),
    _row("channel_shuffle", _channel_shuffle, _channels, _channel_groups, same_shape),
    Op("im2col", F, _columns, X, torch_docs("nn.functional.unfold"), _two_sides, _window, _columns_shape, complex=True),
    Op("col2im", F, _put_together, X, torch_docs("nn.functional.fold"), _folded, _fold_window, _fold_shape, complex=True),
)
