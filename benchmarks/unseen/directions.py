"""Unseen faults that hang on a cotangent, on a tangent, or on how an operand lies in memory."""

from __future__ import annotations

import torch
from planted import column_major, expanded, only, symmetric
from planting import Planted, Tensors

from unseen.predicates import both, filled


def one_hot(w: torch.Tensor) -> bool:
    return w.numel() > 2 and int((w != 0).sum()) == 1


def ones(w: torch.Tensor) -> bool:
    return w.numel() > 1 and bool((w == 1).all())


def real_valued(w: torch.Tensor) -> bool:
    return w.is_complex() and w.numel() > 1 and bool((w.imag == 0).all())


def sparse(v: torch.Tensor) -> bool:
    """0 in places, not everywhere."""
    return bool((v == 0).any() and (v != 0).any())


def first_axis_fastest(w: torch.Tensor) -> bool:
    """Of rank 3, in Fortran's order."""
    return w.ndim == 3 and min(w.shape) > 1 and w.stride() == (1, w.shape[0], w.shape[0] * w.shape[1])


def each_column_major(w: torch.Tensor) -> bool:
    """A batch of matrices, row after row of none of them."""
    return w.ndim == 3 and min(w.shape) > 1 and w.stride() == (w.shape[1] * w.shape[2], 1, w.shape[1])


def channels_innermost(w: torch.Tensor) -> bool:
    """Channels-last, of an image without a batch too."""
    return w.ndim >= 3 and w.shape[-3] > 1 and w.stride(-3) == 1 and w.shape[-1] > 1 and w.stride(-1) == w.shape[-3]


def volume_channels_last(x: torch.Tensor) -> bool:
    return x.ndim == 5 and x.shape[1] > 1 and x.is_contiguous(memory_format=torch.channels_last_3d) and not x.is_contiguous()


def columns_apart(w: torch.Tensor) -> bool:
    """Column-major, and no two columns share an entry."""
    return column_major(w) and w.stride(1) >= w.shape[0]


def laid_out_otherwise(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.shape == y.shape and x.is_contiguous() and columns_apart(y)


def sharing(x: torch.Tensor) -> bool:
    """Two entries lie in one place, and no stride is 0."""
    reach = 0
    for stride, n in sorted((s, n) for s, n in zip(x.stride(), x.shape, strict=True) if n > 1):
        if 0 < stride <= reach:
            return True
        reach += stride * (n - 1)
    return False


def one_column_of_several(x: torch.Tensor) -> bool:
    """Its last axis of 1 hides that its rows lie apart."""
    return x.ndim == 2 and x.shape[0] > 1 == x.shape[1] and x.stride(0) > 1


def laid_out_in_two_ways(tensors: Tensors) -> bool:
    """One part row-major, another column-major."""
    matrices = [t for t in tensors if t.ndim == 2 and min(t.shape) > 1]
    return any(t.is_contiguous() for t in matrices) and any(t.mT.is_contiguous() for t in matrices)


DIRECTIONS = (
    Planted("one-hot cotangent", "softmax", "softmax", only(one_hot), "cotangent"),
    Planted("cotangent of ones", "cumulative_prod", "cumprod", filled(ones), "cotangent"),
    Planted("real-valued cotangent", "fft", "fft.fft", filled(real_valued), "cotangent", dtype="complex128"),
    Planted("expanded cotangent of an image", "conv2d", "nn.functional.conv2d", only(expanded), "cotangent"),
    Planted("cotangent of rank 3, first axis fastest", "log_softmax", "log_softmax", only(first_axis_fastest), "cotangent"),
    Planted("cotangent of matrices, each column-major", "bmm", "bmm", filled(each_column_major), "cotangent"),
    Planted("tangent that is 0 in places", "exp2", "exp2", filled(sparse), "tangent"),
    Planted("channels-last tangent", "avg_pool2d", "nn.functional.avg_pool2d", only(channels_innermost), "tangent"),
    Planted("channels-last volume", "conv3d", "nn.functional.conv3d", filled(volume_channels_last)),
    Planted("column-major weight", "linear", "nn.functional.linear", both(lambda x, weight: columns_apart(weight))),
    Planted("row-major over column-major", "divide", "div", both(laid_out_otherwise)),
    Planted("entries that share memory", "sinh", "sinh", filled(sharing)),
    Planted("symmetric cotangent", "inv", "linalg.inv", filled(lambda w: w.ndim == 2 and symmetric(w)), "cotangent"),
    Planted("one column of a wider matrix", "log", "log", filled(one_column_of_several)),
    Planted("row-major beside column-major", "concat", "cat", laid_out_in_two_ways),
)
