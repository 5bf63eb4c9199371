"""Normalization layers: centred and scaled over some axes, then an optional affine map per feature.

y = (x - mean(x)) / sqrt(var(x) + eps) weight + bias          var without correction
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import shape_like
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs

F = "normalization"
AFFINE = (Operand("x"), Operand("weight"), Operand("bias"))
EPS = (1e-5, 1e-2)


def _standardized(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    centred = x - _mean(x, axes)
    return np.asarray(centred / np.sqrt(_mean(centred**2, axes) + eps))


def _mean(x: np.ndarray, axes: tuple[int, ...]) -> Any:
    """The mean along `axes`, which stay; 0 of nothing."""
    return x.sum(axis=axes, keepdims=True) / max(int(np.prod([x.shape[a] for a in axes])), 1)


def affine_per_channel(x: np.ndarray, *affine: np.ndarray) -> np.ndarray:
    """X (n, channels, ...) times weight (channels,) plus bias (channels,), where given."""
    weight, bias = (v.reshape(-1, *(1,) * (x.ndim - 2)) for v in affine) if affine else (1.0, 0.0)
    return np.asarray(x * weight + bias)


def _layer_norm(x: np.ndarray, *affine: np.ndarray, normalized_shape: Sequence[int], eps: float) -> Any:
    y = _standardized(x, tuple(range(-len(normalized_shape), 0)), eps)
    return y * (affine[0] if affine else 1.0) + (affine[1] if len(affine) > 1 else 0.0)


def _rms_norm(x: np.ndarray, *affine: np.ndarray, normalized_shape: Sequence[int], eps: float) -> Any:
    axes = tuple(range(-len(normalized_shape), 0))
    return x / np.sqrt(_mean(x**2, axes) + eps) * (affine[0] if affine else 1.0)


def _group_norm(x: np.ndarray, *affine: np.ndarray, num_groups: int, eps: float) -> Any:
    grouped = x.reshape(x.shape[0], num_groups, int(np.prod(x.shape[1:])) // num_groups)
    return affine_per_channel(_standardized(grouped, (-1,), eps).reshape(x.shape), *affine)


def instance_norm(x: np.ndarray, *, eps: float) -> Any:
    """Every image of every channel with mean 0 and variance 1."""
    return _standardized(x, tuple(range(2, x.ndim)), eps)


def _batch_norm(x: np.ndarray, *affine: np.ndarray, eps: float) -> Any:
    return affine_per_channel(_standardized(x, (0, *range(2, x.ndim)), eps), *affine)


def _local_response_norm(x: np.ndarray, *, size: int, alpha: float, beta: float, k: float) -> Any:
    """The mean square over `size` neighbouring channels, zeros beyond the ends."""
    before = size // 2
    padded = np.pad(x**2, [(0, 0), (before, size - 1 - before), *[(0, 0)] * (x.ndim - 2)])
    mean = sum(padded[:, i : i + x.shape[1]] for i in range(size)) / size
    return x / (k + alpha * mean) ** beta


def _trailing(most: int) -> Any:
    """x, and up to `most` arrays of the shape of its last axes."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        x = shape_like(choose, first, min_rank=1)
        if first is None:
            x = tuple(max(side, 1) for side in x)
        trailing = x[choose.integer(0, len(x) - 1) :]
        return (x, *(trailing,) * choose.integer(0, most))

    return shapes


def _normalized(choose: Choose, shapes: Shapes) -> Params:
    trailing = shapes[1] if len(shapes) > 1 else shapes[0][choose.integer(0, len(shapes[0]) - 1) :]
    return {"normalized_shape": trailing, "eps": choose.element(EPS)}


def _images(choose: Choose, first: Shape | None, filled: Sequence[int]) -> Shape:
    """(n, channels, ...), with more than one value to average over in each channel, as torch demands, or with none; not of the axes `filled`."""
    shape = (choose.integer(1, 3), choose.integer(1, 4), *choose.shape(min_rank=1, max_rank=2, min_side=2)) if first is None else first
    if len(shape) < 3 or np.prod(shape[2:]) == 1 or not all(shape[axis] for axis in filled):
        raise DoesNotFit
    return shape


def _images_alone(*filled: int) -> Any:
    return lambda choose, first: (_images(choose, first, filled),)


def images_and_affine(*filled: int) -> Any:
    """An image, weight and bias per channel; the axes `filled` are not empty."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        x = _images(choose, first, filled)
        return (x, x[1:2], x[1:2])

    return shapes


def _images_perhaps_affine(*filled: int) -> Any:
    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        drawn: Shapes = images_and_affine(*filled)(choose, first)
        return drawn if choose.boolean() else drawn[:1]

    return shapes


def _groups(choose: Choose, shapes: Shapes) -> Params:
    channels = shapes[0][1]
    return {"num_groups": choose.element([g for g in range(1, max(channels, 1) + 1) if channels % g == 0]), "eps": choose.element(EPS)}


def _source(name: str) -> str:
    return torch_docs(f"nn.functional.{name}")


_size = one_of(size=(1, 2, 3), alpha=(1e-4, 0.5), beta=(0.75,), k=(1.0,))
OPS = (
    Op("layer_norm", F, _layer_norm, AFFINE, _source("layer_norm"), _trailing(2), _normalized),
    Op("rms_norm", F, _rms_norm, AFFINE[:2], _source("rms_norm"), _trailing(1), _normalized),
    Op("group_norm", F, _group_norm, AFFINE, _source("group_norm"), _images_perhaps_affine(), _groups),
    Op("instance_norm", F, instance_norm, AFFINE[:1], _source("instance_norm"), _images_alone(0, 1), one_of(eps=EPS)),
    Op("batch_norm", F, _batch_norm, AFFINE, _source("batch_norm"), _images_perhaps_affine(1), one_of(eps=EPS)),
    Op("local_response_norm", F, _local_response_norm, AFFINE[:1], _source("local_response_norm"), _images_alone(), _size),
)
