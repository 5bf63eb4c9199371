"""Convolutions (as neural networks mean them: cross-correlations) and their transposes, in one to three dimensions.

y[n, o, p] = bias[o] + sum_{c, k} x[n, c, stride p + dilation k - padding] w[o, c, k]      c within the group of o
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from harness.ops.choose import Choose, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs
from harness.ops.windows import at_offset, bordered, image_shape, offsets, one_or_each, per_axis, windowed_sides

F = "convolutions"
GEOMETRY = ("stride", "padding", "dilation")


def _geometry(params: Params, dims: int) -> tuple[Shape, Shape, Shape]:
    stride, padding, dilation = (per_axis(params[name], dims) for name in GEOMETRY)
    return stride, padding, dilation


def _conv(dims: int, x: np.ndarray, weight: np.ndarray, *bias: np.ndarray, groups: int, **params: Any) -> Any:
    stride, padding, dilation = _geometry(params, dims)
    batched = x if x.ndim == dims + 2 else x[None]
    kernel = weight.shape[2:]
    counts = windowed_sides(batched.shape[2:], kernel, stride, padding, dilation)
    padded = bordered(batched, padding)
    padded = padded.reshape(len(batched), groups, weight.shape[1], *padded.shape[2:])
    grouped = weight.reshape(groups, -1, *weight.shape[1:])  # (groups, outs, ins, *kernel)
    y = sum(_mixed("goc", at_offset(padded, offset, counts, stride, dilation), grouped, offset) for offset in offsets(kernel))
    return _with_bias(np.asarray(y).reshape(len(batched), len(weight), *counts), bias, dims, x.ndim)


def _mixed(factor: str, x: np.ndarray, weight: np.ndarray, offset: tuple[int, ...]) -> np.ndarray:
    """X (n, groups, ins, ...) through the matrix of `weight` at `offset`; shape (n, groups, outs, ...)."""
    index: Any = (..., *offset)
    return np.asarray(np.einsum(f"ngc...,{factor}->ngo...", x, weight[index]))


def _with_bias(y: np.ndarray, bias: tuple[np.ndarray, ...], dims: int, rank: int) -> np.ndarray:
    shifted = y + bias[0].reshape(-1, *(1,) * dims) if bias else y
    return shifted if rank == dims + 2 else shifted[0]


def _conv_shapes(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """x, weight (outs, channels / groups, *kernel), bias (outs,) or none."""
    x = image_shape(choose, first, dims)
    channels, sides = x[-dims - 1], x[-dims:]
    groups = choose.element([g for g in (1, 2, channels) if channels % g == 0])
    outs = groups * choose.integer(1, 2)
    kernel = tuple(choose.integer(1, min(side, 3)) for side in sides)
    return (x, (outs, channels // groups, *kernel), *(((outs,),) if choose.boolean() else ()))


def _conv_params(dims: int, choose: Choose, shapes: Shapes) -> Params:
    x, weight = shapes[:2]
    padding = one_or_each(choose, (0, 1), dims)
    dilation = one_or_each(choose, (1, 2), dims)
    sides, borders, steps = x[-dims:], per_axis(padding, dims), per_axis(dilation, dims)
    fits = all(side + 2 * p > d * (k - 1) for side, k, p, d in zip(sides, weight[2:], borders, steps, strict=True))
    return {
        "stride": one_or_each(choose, (1, 2), dims),
        "padding": padding,
        "dilation": dilation if fits else 1,
        "groups": x[-dims - 1] // weight[1],
    }


def _conv_result(dims: int, shapes: Shapes, params: Params) -> Shapes:
    x, weight = shapes[:2]
    counts = windowed_sides(x[-dims:], weight[2:], *_geometry(params, dims))
    return ((*x[: -dims - 1], weight[0], *counts),)


def _conv_transpose(dims: int, x: np.ndarray, weight: np.ndarray, *bias: np.ndarray, groups: int, output_padding: Any, **params: Any) -> Any:
    stride, padding, dilation = _geometry(params, dims)
    batched = x if x.ndim == dims + 2 else x[None]
    sides, kernel = batched.shape[2:], weight.shape[2:]
    results = _transposed_sides(sides, kernel, stride, padding, dilation, per_axis(output_padding, dims))
    grouped = batched.reshape(len(batched), groups, len(weight) // groups, *sides)
    factors = weight.reshape(groups, -1, *weight.shape[1:])  # (groups, ins, outs, *kernel)
    y = np.zeros((len(batched), groups, weight.shape[1], *(n + 2 * p for n, p in zip(results, padding, strict=True))), np.result_type(x, weight))
    for offset in offsets(kernel):
        at_offset(y, offset, sides, stride, dilation)[...] += _mixed("gco", grouped, factors, offset)
    inner: Any = (..., *(slice(p, p + n) for p, n in zip(padding, results, strict=True)))
    return _with_bias(y[inner].reshape(len(batched), groups * weight.shape[1], *results), bias, dims, x.ndim)


def _transposed_sides(sides: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, extra: Shape) -> Shape:
    axes = zip(sides, kernel, stride, padding, dilation, extra, strict=True)
    return tuple((side - 1) * s - 2 * p + d * (k - 1) + e + 1 for side, k, s, p, d, e in axes)


def _transpose_shapes(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """x, weight (channels, outs / groups, *kernel), bias (outs,) or none."""
    x = image_shape(choose, first, dims)
    channels = x[-dims - 1]
    groups = choose.element([g for g in (1, 2) if channels % g == 0])
    outs = choose.integer(1, 2)
    kernel = tuple(choose.integer(1, 3) for _ in range(dims))
    return (x, (channels, outs, *kernel), *(((outs * groups,),) if choose.boolean() else ()))


def _transpose_params(dims: int, choose: Choose, shapes: Shapes) -> Params:
    """The number of groups is read off the bias where there is one; padding never eats the result."""
    x, weight = shapes[:2]
    channels = x[-dims - 1]
    groups = shapes[2][0] // weight[1] if len(shapes) > 2 else choose.element([g for g in (1, 2) if channels % g == 0])
    stride = one_or_each(choose, (1, 2), dims)
    roomy = all((side - 1) * s + k > 2 for side, s, k in zip(x[-dims:], per_axis(stride, dims), weight[2:], strict=True))
    return {
        "stride": stride,
        "padding": one_or_each(choose, (0, 1), dims) if roomy else 0,
        "output_padding": choose.integer(0, min(per_axis(stride, dims)) - 1),
        "groups": groups,
        "dilation": one_or_each(choose, (1, 2), dims),
    }


def _transpose_result(dims: int, shapes: Shapes, params: Params) -> Shapes:
    x, weight = shapes[:2]
    results = _transposed_sides(x[-dims:], weight[2:], *_geometry(params, dims), per_axis(params["output_padding"], dims))
    return ((*x[: -dims - 1], weight[1] * params["groups"], *results),)


OPERANDS = (Operand("x"), Operand("weight"), Operand("bias"))


def _row(name: str, dims: int, reference: Any, shapes: Any, parameters: Any, result_shapes: Any) -> Op:
    bound = (partial(part, dims) for part in (reference, shapes, parameters, result_shapes))
    call, draw, choose, rule = bound
    return Op(name, F, call, OPERANDS, torch_docs(f"nn.functional.{name}"), draw, choose, rule, complex=True)


OPS = (
    *(_row(f"conv{d}d", d, _conv, _conv_shapes, _conv_params, _conv_result) for d in (1, 2, 3)),
    *(_row(f"conv_transpose{d}d", d, _conv_transpose, _transpose_shapes, _transpose_params, _transpose_result) for d in (1, 2, 3)),
)
