"""Unseen faults of ops that move entries: permuting, stretching, splitting, joining, padding, slicing, rolling, turning."""

from __future__ import annotations

import math

import torch
from planted_beyond import anywhere
from planting import Planted, Tensors

from unseen.predicates import Given, given, length


def circular(x: torch.Tensor, params: Given) -> bool:
    order = [a % x.ndim for a in params.get("axes", ())]
    return any(order[a] != i for i, a in enumerate(order))


def stretched_inside(params: Given) -> bool:
    """An axis of length 1 between two others becomes longer."""
    x, shape = params.get(0), params.get("shape")
    if not isinstance(x, torch.Tensor) or shape is None or 0 in shape:
        return False
    new = tuple(shape)[len(shape) - x.ndim :]
    return any(old == 1 < side for old, side in list(zip(x.shape, new, strict=True))[1:-1])


def a_part_of_nothing(params: Given) -> bool:
    sizes = params.get("sizes")
    return isinstance(sizes, tuple | list) and 0 in sizes and any(sizes)


def second_of_three_last(x: torch.Tensor, params: Given) -> bool:
    """Along the last axis, of three or more."""
    axis = params.get("axis", 0)
    return x.ndim > 1 and axis % x.ndim == x.ndim - 1 and x.shape[-1] >= 3


def vector_beside_matrix(tensors: Tensors) -> bool:
    return {t.ndim for t in tensors} == {1, 2} and all(t.numel() > 0 for t in tensors)


def as_wide_as_it_may_be(params: Given) -> bool:
    x, widths = params.get(0), params.get("widths")
    return params.get("mode") == "reflect" and isinstance(x, torch.Tensor) and widths is not None and max(widths) == x.shape[-1] - 1 > 1


def strided_from_the_end(x: torch.Tensor, params: Given) -> bool:
    """Start < 0 and step > 1 along one axis, and something is left."""
    slices = params.get("slices", ())
    left = all(len(range(side)[slice(*bounds)]) for side, bounds in zip(x.shape, slices, strict=False))
    return left and any((start or 0) < 0 and (step or 1) > 1 for start, _, step in slices)


def more_than_once_around(x: torch.Tensor, params: Given) -> bool:
    shift, axis = params.get("shift"), params.get("axis")
    if isinstance(shift, int):
        return abs(shift) > (x.numel() if axis is None else length(x, axis)) > 1
    if shift is None or not isinstance(axis, tuple | list):
        return False
    return any(abs(s) > x.shape[a] > 1 for s, a in zip(shift, axis, strict=False))


def in_front_only(x: torch.Tensor, params: Given) -> bool:
    return any(front > 0 == behind for front, behind in params.get("widths", ()))


def new_axes_in_front(x: torch.Tensor, params: Given) -> bool:
    repetitions = params.get("repetitions")
    return isinstance(repetitions, tuple | list) and len(repetitions) > x.ndim > 0 and math.prod(repetitions[: -x.ndim]) > 1


def overlap_and_a_rest(x: torch.Tensor, params: Given) -> bool:
    n, size, step = length(x, params.get("axis")), params.get("size"), params.get("step")
    return isinstance(size, int) and isinstance(step, int) and 1 <= step < size <= n and (n - size) % step != 0


def backwards(params: Given) -> bool:
    k = params.get("k", 1)
    return isinstance(k, int) and k < 0


def beside_the_diagonal_of_a_rectangle(x: torch.Tensor, params: Given) -> bool:
    offset = params.get("offset", 0)
    return x.ndim == 2 and x.shape[0] != x.shape[1] and offset != 0 and torch.diagonal(x, offset).numel() > 0


def last_part_shorter(x: torch.Tensor, params: Given) -> bool:
    """Of two or more parts."""
    n, count = length(x, params.get("axis", 0)), params.get("count", 1)
    side = -(-n // count) if count else 0
    return side > 0 and n > side and n % side != 0


def parts_of_nothing(x: torch.Tensor, params: Given) -> bool:
    count = params.get("count")
    return isinstance(count, int) and count > length(x, params.get("axis", 0)) > 0


SHAPING = (
    Planted("axes permuted in a circle", "permute_dims", "permute", anywhere, asked=given(circular)),
    Planted("an inner axis stretched", "broadcast_to", "broadcast_to", anywhere, asked=stretched_inside),
    Planted("one part empty", "split", "split", anywhere, "raises", asked=a_part_of_nothing),
    Planted("second of three along the last axis", "unstack", "unbind", anywhere, "output", asked=given(second_of_three_last)),
    Planted("a vector beside a matrix", "column_stack", "column_stack", vector_beside_matrix),
    Planted("reflected up to the last element", "pad_last", "nn.functional.pad", anywhere, asked=as_wide_as_it_may_be),
    Planted("start from the end, and a step", "slice", "__getitem__", anywhere, asked=given(strided_from_the_end)),
    Planted("more than once around", "roll", "roll", anywhere, asked=given(more_than_once_around)),
    Planted("padded in front only", "pad", "nn.functional.pad", anywhere, asked=given(in_front_only)),
    Planted("more repetitions than axes", "tile", "tile", anywhere, asked=given(new_axes_in_front)),
    Planted("windows overlap and leave a rest", "unfold", "unfold", anywhere, asked=given(overlap_and_a_rest)),
    Planted("a negative number of turns", "rot90", "rot90", anywhere, asked=backwards),
    Planted("beside the diagonal of a rectangle", "diag", "diag", anywhere, asked=given(beside_the_diagonal_of_a_rectangle)),
    Planted("second output, last chunk shorter", "chunk", "chunk", anywhere, "output", asked=given(last_part_shorter)),
    Planted("more parts than entries", "tensor_split", "tensor_split", anywhere, "raises", asked=given(parts_of_nothing)),
)
