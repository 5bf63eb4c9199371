"""Windows that slide over the last axes: what convolutions and pooling share.

length of the result = (side + 2 padding - dilation (kernel - 1) - 1) // stride + 1, of which the division may be rounded up: "hanging"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape


def per_axis(value: int | Sequence[int], dims: int) -> tuple[int, ...]:
    """One number for each of `dims` axes: torch lets one stand for all."""
    return (value,) * dims if isinstance(value, int) else tuple(value)


def windowed_sides(sides: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, *, hanging: bool = False) -> Shape:
    """How many windows fit along each axis; `hanging` also one that hangs over the end, if it begins before the border there."""
    axes = zip(sides, kernel, stride, padding, dilation, strict=True)
    return tuple(_count(side + 2 * p - d * (k - 1) - 1, s, side + p if hanging else 0) for side, k, s, p, d in axes)


def _count(room: int, stride: int, end: int) -> int:
    """Windows whose first moves by up to `room`; with an `end` one more may begin before it."""
    fitting = room // stride + 1
    return fitting + (room % stride > 0 and fitting * stride < end)


def offsets(kernel: Shape) -> Iterator[tuple[int, ...]]:
    """Every position inside the window."""
    return product(*map(range, kernel))


def at_offset(padded: np.ndarray, offset: tuple[int, ...], counts: Shape, stride: Shape, dilation: Shape) -> np.ndarray:
    """The element at `offset` of every window; shape (..., *counts). `padded` (..., *sides)."""
    axes = zip(offset, counts, stride, dilation, strict=True)
    index: Any = (..., *(slice(o * d, o * d + s * (n - 1) + 1, s) for o, n, s, d in axes))
    return np.asarray(padded[index])


def bordered(x: np.ndarray, padding: Shape, value: float = 0.0) -> np.ndarray:
    """`x` with a border of `value` around its last axes, a number of its dtype: of the objects of an oracle one of Python's, which they take."""
    return np.pad(x, [(0, 0)] * (x.ndim - len(padding)) + [(p, p) for p in padding], constant_values=np.array(value, x.dtype))


def lengthened(padded: np.ndarray, counts: Shape, kernel: Shape, stride: Shape, dilation: Shape, value: float) -> np.ndarray:
    """`padded` with so much of `value` behind its last axes that the last window ends in it."""
    axes = zip(padded.shape[-len(counts) :], counts, kernel, stride, dilation, strict=True)
    beyond = [(0, max((n - 1) * s + d * (k - 1) + 1 - side, 0)) for side, n, k, s, d in axes]
    return np.pad(padded, [(0, 0)] * (padded.ndim - len(counts)) + beyond, constant_values=np.array(value, padded.dtype))


def image_shape(choose: Choose, first: Shape | None, dims: int) -> Shape:
    """(n, channels, *sides), or (channels, *sides) without a batch.

    Raises:
        DoesNotFit: `first` is neither, or has an empty axis that is not the batch.
    """
    if first is None:
        longest = {1: 6, 2: 4, 3: 3}[dims]
        sides = tuple(choose.integer(1, longest) for _ in range(dims))
        return (*((choose.integer(1, 2),) if choose.boolean() else ()), choose.element((1, 2, 4)), *sides)
    if len(first) not in (dims + 1, dims + 2) or 0 in first[-dims - 1 :]:
        raise DoesNotFit
    return first


def one_or_each(choose: Choose, options: Sequence[int], dims: int) -> int | tuple[int, ...]:
    """A number for all axes, or one for each."""
    return tuple(choose.element(options) for _ in range(dims)) if dims > 1 and choose.boolean() else choose.element(options)
