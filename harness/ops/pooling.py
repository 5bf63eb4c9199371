"""Pooling: the mean or the largest element of each window, in one to three dimensions.

avg_pool(x)[p] = mean_k x[stride p + k - padding];   max_pool(x)[p] = max_k x[stride p + dilation k - padding]

With ceil_mode the last window may hang over the end: its mean counts the border, and nothing beyond.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, smooth
from harness.ops.sources import torch_docs
from harness.ops.windows import at_offset, bordered, image_shape, lengthened, offsets, one_or_each, per_axis, windowed_sides

F = "pooling"


def _windows(dims: int, x: np.ndarray, params: Params, border: float, beyond: float) -> np.ndarray:
    """All elements of every window, `border` around x and what is `beyond`; shape (elements, ..., *counts)."""
    kernel, stride, padding, dilation = _geometry(dims, params)
    counts = _counts(dims, x.shape, params)
    padded = lengthened(bordered(x, padding, border), counts, kernel, stride, dilation, beyond)
    return np.stack([at_offset(padded, offset, counts, stride, dilation) for offset in offsets(kernel)])


def _geometry(dims: int, params: Params) -> tuple[Shape, Shape, Shape, Shape]:
    kernel, stride, padding = (per_axis(params[name], dims) for name in ("kernel_size", "stride", "padding"))
    return kernel, stride, padding, per_axis(params.get("dilation", 1), dims)


def _counts(dims: int, shape: Shape, params: Params) -> Shape:
    return windowed_sides(shape[-dims:], *_geometry(dims, params), hanging=params.get("ceil_mode", False))


def _avg_pool(dims: int, x: np.ndarray, *, count_include_pad: bool, divisor_override: int | None = None, **params: Any) -> Any:
    summed = _windows(dims, x, params, 0.0, 0.0).sum(axis=0)
    return summed / (divisor_override or _windows(dims, np.ones(x.shape[-dims:]), params, float(count_include_pad), 0.0).sum(axis=0))


def _max_pool(dims: int, x: np.ndarray, **params: Any) -> Any:
    return _windows(dims, x, params, -np.inf, -np.inf).max(axis=0)


def _ties_in_a_window(dims: int, values: Values, params: Params) -> float:
    largest = np.sort(_windows(dims, values[0], params, -np.inf, -np.inf), axis=0)[-2:]
    gaps = np.diff(largest, axis=0)
    return smallest(gaps[np.isfinite(gaps)])


def _lp_pool(dims: int, x: np.ndarray, *, p: float, **params: Any) -> Any:
    """By the mean, as torch has it: the sum over a window that hangs over the end is scaled to a whole one."""
    mean = _avg_pool(dims, x**p, count_include_pad=False, **params, padding=0)
    return (mean * np.prod(per_axis(params["kernel_size"], dims))) ** (1 / p)


def _a_window_vanishes(dims: int, values: Values, params: Params) -> float:
    return smallest(np.asarray(_lp_pool(dims, values[0], **params)))


def _shapes(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    return (image_shape(choose, first, dims),)


def _batched(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """Torch pads before it knows whether there is a batch: only (n, channels, *sides)."""
    shape = image_shape(choose, first, dims)
    if first is None:
        return ((1, *shape) if len(shape) == dims + 1 else shape,)
    if len(shape) != dims + 2:
        raise DoesNotFit
    return (shape,)


def _window(dims: int, choose: Choose, shapes: Shapes) -> Params:
    """A window that fits; padding at most half of it, as torch demands."""
    kernel = tuple(choose.integer(1, min(side, 3)) for side in shapes[0][-dims:])
    return {
        "kernel_size": kernel if dims > 1 else kernel[0],
        "stride": one_or_each(choose, (1, 2, 3), dims),
        "padding": choose.integer(0, min(kernel) // 2),
        "ceil_mode": choose.boolean(),
    }


def _avg_params(dims: int, choose: Choose, shapes: Shapes) -> Params:
    divisor = {"divisor_override": choose.element((None, 3))} if dims > 1 else {}
    return {**_window(dims, choose, shapes), "count_include_pad": not choose.boolean(), **divisor}


def _max_params(dims: int, choose: Choose, shapes: Shapes) -> Params:
    params = _window(dims, choose, shapes)
    kernel, _, padding, _ = _geometry(dims, params)
    roomy = all(side + 2 * p > 2 * (k - 1) for side, k, p in zip(shapes[0][-dims:], kernel, padding, strict=True))
    return {**params, "dilation": choose.element((1, 2)) if roomy else 1}


def _lp_params(dims: int, choose: Choose, shapes: Shapes) -> Params:
    window = _window(dims, choose, shapes)
    return {"p": 2.0, **{name: window[name] for name in ("kernel_size", "stride", "ceil_mode")}}


def _result(dims: int, shapes: Shapes, params: Params) -> Shapes:
    shape = shapes[0]
    return ((*shape[:-dims], *_counts(dims, shape, {"padding": 0} | params)),)


def _adaptive_avg_pool(dims: int, x: np.ndarray, *, output_size: Any) -> Any:
    """Bin i of n covers floor(i side / n) up to ceil((i + 1) side / n)."""
    for axis, count in enumerate(per_axis(output_size, dims), start=-dims):
        side = x.shape[axis]
        bins = [range(i * side // count, -(-(i + 1) * side // count)) for i in range(count)]
        x = np.stack([np.take(x, bin, axis).mean(axis=axis) for bin in bins], axis=axis)
    return x


def _perhaps_no_channels(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """Images, of no channels too where torch takes them: in one and two dimensions."""
    if first is not None and dims < 3 and len(first) == dims + 2 and [axis for axis, side in enumerate(first) if not side] == [1]:
        return (first,)
    return _shapes(dims, choose, first)


def _output_size(dims: int, choose: Choose, shapes: Shapes) -> Params:
    return {"output_size": tuple(choose.integer(1, 4) for _ in range(dims))}


def _to_output_size(dims: int, shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-dims], *per_axis(params["output_size"], dims)),)


def _row(name: str, dims: int, reference: Any, parameters: Any, result: Any = _result, margin: Any = None, shapes: Any = _shapes) -> Op:
    return Op(
        name,
        F,
        partial(reference, dims),
        (Operand("x"),),
        torch_docs(f"nn.functional.{name}"),
        partial(shapes, dims),
        partial(parameters, dims),
        partial(result, dims),
        partial(margin, dims) if margin else smooth,
    )


OPS = (
    *(_row(f"avg_pool{d}d", d, _avg_pool, _avg_params) for d in (1, 2, 3)),
    *(_row(f"max_pool{d}d", d, _max_pool, _max_params, margin=_ties_in_a_window) for d in (1, 2, 3)),
    *(_row(f"lp_pool{d}d", d, _lp_pool, _lp_params, margin=_a_window_vanishes, shapes=_batched) for d in (1, 2, 3)),
    *(_row(f"adaptive_avg_pool{d}d", d, _adaptive_avg_pool, _output_size, _to_output_size, shapes=_perhaps_no_channels) for d in (1, 2, 3)),
)
