"""More of pooling: the largest of windows that fit any output, that lie at random, and what pooling kept put back in place.

adaptive_max_pool(x)[i] = max over bin i;   max_unpool(max_pool(x)) = x where x is the largest of its window, else 0
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, same_shape
from harness.ops.sources import torch_docs
from harness.ops.windows import image_shape, per_axis

F = "unpooling"
Bins = Sequence[Sequence[range]]  # per axis the ranges that the windows cover


def _windows(x: np.ndarray, bins: Bins) -> Iterator[np.ndarray]:
    """The elements of every window, row-major; each (..., k)."""
    for ranges in product(*bins):
        index: Any = (..., *(slice(r.start, r.stop) for r in ranges))
        window = x[index]
        yield window.reshape(*window.shape[: x.ndim - len(bins)], int(np.prod([*map(len, ranges)])))


def _largest(x: np.ndarray, bins: Bins) -> np.ndarray:
    counts = tuple(map(len, bins))
    return np.stack([w.max(axis=-1) for w in _windows(x, bins)], axis=-1).reshape(*x.shape[: x.ndim - len(bins)], *counts)


def _ties(x: np.ndarray, bins: Bins) -> float:
    return min(smallest(np.diff(np.sort(w, axis=-1), axis=-1)[..., -1:]) for w in _windows(x, bins))


def _adaptive_bins(sides: Shape, counts: Shape) -> Bins:
    """Bin i of n covers floor(i side / n) up to ceil((i + 1) side / n)."""
    axes = zip(sides, counts, strict=True)
    return [[range(i * side // n, -(-(i + 1) * side // n)) for i in range(n)] for side, n in axes]


def _fractional_bins(sides: Shape, counts: Shape, kernel: Shape, sample: float) -> Bins:
    """Starts floor((i + u) a) - floor(u a), a = (side - k) / (n - 1), the last at the end. Source: https://arxiv.org/abs/1412.6071."""
    bins = []
    for side, n, k in zip(sides, counts, kernel, strict=True):
        a = (side - k) / max(n - 1, 1)
        starts = [*(int((i + sample) * a) - int(sample * a) for i in range(n - 1)), side - k]
        bins.append([range(start, start + k) for start in starts])
    return bins


def _adaptive(dims: int, x: np.ndarray, params: Params) -> Bins:
    return _adaptive_bins(x.shape[-dims:], per_axis(params["output_size"], dims))


def _fractional(dims: int, x: np.ndarray, params: Params) -> Bins:
    return _fractional_bins(x.shape[-dims:], tuple(params["output_size"]), tuple(params["kernel_size"]), params["sample"])


def _blocks(dims: int, x: np.ndarray, params: Params) -> Bins:
    return [[range(i, i + params["kernel_size"]) for i in range(0, side, params["kernel_size"])] for side in x.shape[-dims:]]


def _pooled(dims: int, bins: Any, x: np.ndarray, **params: Any) -> Any:
    return _largest(x, bins(dims, x, params))


def _margin(dims: int, bins: Any, values: Values, params: Params) -> float:
    return _ties(values[0], bins(dims, values[0], params))


def _unpooled(dims: int, bins: Any, x: np.ndarray, *, kernel_size: int) -> Any:
    largest = _largest(x, bins(dims, x, {"kernel_size": kernel_size}))
    for axis in range(x.ndim - dims, x.ndim):
        largest = np.repeat(largest, kernel_size, axis)
    return np.where(x == largest, x, 0.0)


def _images(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    return (image_shape(choose, first, dims),)


def _wide_images(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """(n, channels, *sides) with sides of 2 or more."""
    if first is None:
        return ((choose.integer(1, 2), choose.integer(1, 2), *(choose.integer(2, 5 if dims == 2 else 3) for _ in range(dims))),)
    if len(first) != dims + 2 or 0 in first[1:] or min(first[2:]) < 2:
        raise DoesNotFit
    return (first,)


def _output_size(dims: int, choose: Choose, shapes: Shapes) -> Params:
    return {"output_size": tuple(choose.integer(1, 4) for _ in range(dims))}


def _random_windows(dims: int, choose: Choose, shapes: Shapes) -> Params:
    """Torch wants more room than windows: output + kernel - 1 < side."""
    kernel, size = [], []
    for side in shapes[0][-dims:]:
        kernel.append(choose.integer(1, side - 1))
        size.append(choose.integer(1, side - kernel[-1]))
    return {"kernel_size": tuple(kernel), "output_size": tuple(size), "sample": choose.element((0.5, 0.125, 0.75))}


def _sized(dims: int, shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-dims], *params["output_size"]),)


def _even_images(dims: int, choose: Choose, first: Shape | None) -> Shapes:
    """Sides that blocks of 2 fill, as torch puts nothing beyond the last block."""
    if first is None:
        return ((*choose.shape(1, 2, 1, 2), *(choose.element((2, 4) if dims < 3 else (2,)) for _ in range(dims))),)
    if len(first) not in (dims + 1, dims + 2) or 0 in first[-dims - 1 :] or any(side % 2 for side in first[-dims:]):
        raise DoesNotFit
    return (first,)


def _block_size(dims: int, choose: Choose, shapes: Shapes) -> Params:
    return {"kernel_size": choose.element((2, 1))}


def _row(name: str, dims: int, bins: Any, shapes: Any, parameters: Any, rule: Any, reference: Any = _pooled) -> Op:
    return Op(
        name,
        F,
        partial(reference, dims, bins),
        (Operand("x"),),
        torch_docs(f"nn.functional.{name}"),
        partial(shapes, dims),
        partial(parameters, dims),
        rule,
        partial(_margin, dims, bins),
    )


OPS = (
    *(_row(f"adaptive_max_pool{d}d", d, _adaptive, _images, _output_size, partial(_sized, d)) for d in (1, 2, 3)),
    *(_row(f"fractional_max_pool{d}d", d, _fractional, _wide_images, _random_windows, partial(_sized, d)) for d in (2, 3)),
    *(_row(f"max_unpool{d}d", d, _blocks, _even_images, _block_size, same_shape, _unpooled) for d in (1, 2, 3)),
)
