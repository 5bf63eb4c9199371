"""More planted faults, thought of by a reviewer of the generator: combinations of two edges, and edges of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from planted import duplicates, extreme, mask_is, pair, shaped, some, ties
from planting import Planted, Tensors

Asked = Callable[[Mapping[str | int, Any]], bool]
Edge = Callable[[Tensors], bool]


def anywhere(tensors: Tensors) -> bool:
    return True


def descending(params: Mapping[str | int, Any]) -> bool:
    """A tuple of axes that is not in order."""
    lists = [list(v) for v in params.values() if isinstance(v, tuple | list) and len(v) > 1 and all(isinstance(a, int) for a in v)]
    return any(axes != sorted(axes) and (min(axes) >= 0 or max(axes) < 0) for axes in lists)


def keeping(params: Mapping[str | int, Any]) -> bool:
    return bool(params.get("keepdims") or params.get("keepdim"))


def flagged(*names: str) -> Asked:
    return lambda params: all(params.get(name) is True for name in names)


def omitting(name: str) -> Asked:
    """Of a call of ours, which names what it leaves out beside all parameters, or of anybody's."""
    return lambda params: name in params.get("omitted", ()) or name not in params


def window(params: Mapping[str | int, Any]) -> tuple[Sequence[int], Sequence[int]]:
    """Kernel and stride, per axis."""
    kernel, stride = (params.get(name, 1) for name in ("kernel_size", "stride"))
    each = [(v,) if isinstance(v, int) else tuple(v or (1,)) for v in (kernel, stride)]
    count = max(map(len, each))
    return each[0] * (count // len(each[0])), each[1] * (count // len(each[1]))


def overlapping(params: Mapping[str | int, Any]) -> bool:
    return any(s < k for k, s in zip(*window(params), strict=True))


def gaping(params: Mapping[str | int, Any]) -> bool:
    """Elements between windows that no window reads."""
    return any(s > k for k, s in zip(*window(params), strict=True))


def masked(test: Callable[[list[bool]], bool], least: int = 2) -> Asked:
    def asked(params: Mapping[str | int, Any]) -> bool:
        mask = params.get("mask")
        listed = [] if mask is None else torch.as_tensor(mask).flatten().tolist()
        return len(listed) >= least and test(listed)

    return asked


def inner_axis(params: Mapping[str | int, Any]) -> bool:
    """An axis that, whatever the rank, is not the last one."""
    axis = params.get("axis", params.get("dim", params.get(1)))
    return any(isinstance(a, int) and a < -1 for a in (axis if isinstance(axis, tuple | list) else (axis,)))


def second(test: Callable[[torch.Tensor, torch.Tensor], bool]) -> Edge:
    return pair(lambda x, y: x.is_floating_point() and y.is_floating_point() and x.numel() * y.numel() > 0 and test(x.detach(), y.detach()))


def zero_beside(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool((x == 0).all() and (y != 0).all())


def negative_zero_second(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool(((y == 0) & y.signbit()).any() and (x != 0).all())


def zeroed_second(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool((y == 0).all() and (x != 0).all())


def ones_second(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool((y == 1).all() and (x != 1).any())


def a_tie_among_others(tensors: Tensors) -> bool:
    """Two of at least four are equal, and only two."""
    x = tensors[0].detach().flatten()
    return len(x) > 3 and len(x.unique()) == len(x) - 1


def an_ulp_from(*points: float) -> Edge:
    return lambda tensors: any(bool((((x := tensors[0].detach()) - point).abs() <= 4e-16).logical_and(x != point).any()) for point in points)


def an_ulp_apart(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool(((x != y) & (torch.nextafter(x, y.expand_as(x + y)) == y)).any())


def empty_index(tensors: Tensors) -> bool:
    return tensors[0].numel() > 0 and any(t.dtype is torch.int64 and t.numel() == 0 for t in tensors)


def reversed_index(tensors: Tensors) -> bool:
    return any(
        t.dtype is torch.int64 and t.numel() > 1 and bool((t.flatten().diff() <= 0).all() and t.flatten()[0] > t.flatten()[-1]) for t in tensors
    )


def zero_strides(w: torch.Tensor) -> bool:
    return w.ndim > 1 and min(w.shape, default=0) > 1 and set(w.stride()) == {0}


def last_repeated(w: torch.Tensor) -> bool:
    return w.ndim > 1 and min(w.shape, default=0) > 1 and w.stride(-1) == 0 and w.stride(0) != 0


def every_third(w: torch.Tensor) -> bool:
    return w.ndim > 0 and w.shape[-1] > 1 and w.stride(-1) > 1 and w.storage_offset() > 0


def rows_apart(w: torch.Tensor) -> bool:
    return w.ndim > 1 and min(w.shape, default=0) > 1 and w.stride(-1) == 1 and w.stride(-2) > w.shape[-1]


def long_and_strided(w: torch.Tensor) -> bool:
    return w.numel() > 64 and w.ndim > 0 and w.stride(-1) == 2


def on_the_imaginary_axis(tensors: Tensors) -> bool:
    x = tensors[0].detach()
    return x.is_complex() and x.numel() > 1 and bool((x.real == 0).all() and (x.imag != 0).all())


def only(test: Callable[[torch.Tensor], bool]) -> Edge:
    return lambda tensors: test(tensors[0])


ATTENTION = "nn.functional.scaled_dot_product_attention"
RANK_5 = shaped(lambda shape: len(shape) >= 5)
BEYOND = (
    Planted("-0 in the second only", "multiply", "mul", second(negative_zero_second), "second"),
    Planted("0 in the first only", "atan2", "atan2", second(zero_beside)),
    Planted("exponent 0, base not", "pow", "pow", second(zeroed_second)),
    Planted("divided by 1", "divide", "div", second(ones_second)),
    Planted("axes in descending order", "sum", "sum", anywhere, asked=descending),
    Planted("axes in descending order, norm", "vector_norm", "linalg.vector_norm", anywhere, asked=descending),
    Planted("axes in descending order, variance", "var", "var", anywhere, asked=descending),
    Planted("axes in descending order, transform", "fftn", "fft.fftn", anywhere, asked=descending, dtype="complex128"),
    Planted("rank 5", "softmax", "softmax", RANK_5),
    Planted("rank 5 reduced", "mean", "mean", RANK_5),
    Planted("rank 5, elementwise", "exp", "exp", RANK_5),
    Planted("rank 4 scan", "cumulative_sum", "cumsum", shaped(lambda shape: len(shape) >= 4)),
    Planted("kept axis of size 0", "sum", "sum", shaped(lambda shape: 0 in shape), "raises", asked=keeping),
    Planted("no index", "take", "index_select", empty_index, "raises"),
    Planted("no index, written", "index_add", "index_add", empty_index, "raises"),
    Planted("no index, embedding", "embedding", "nn.functional.embedding", lambda t: any(x.numel() == 0 for x in t), "raises"),
    Planted("indices backwards", "take_along_axis", "take_along_dim", reversed_index),
    Planted("duplicates in a table", "embedding", "nn.functional.embedding", duplicates),
    Planted("no matrix", "inv", "linalg.inv", shaped(lambda shape: len(shape) > 2 and shape[0] == 0 < shape[-1]), "raises"),
    Planted("matrix beyond 8", "inv", "linalg.inv", shaped(lambda shape: shape[-1] > 8)),
    Planted("matrix beyond 16", "cholesky", "linalg.cholesky", shaped(lambda shape: shape[-1] > 16)),
    Planted("two batch axes", "det", "linalg.det", shaped(lambda shape: len(shape) >= 4)),
    Planted("upper with unit diagonal", "solve_triangular", "linalg.solve_triangular", anywhere, asked=flagged("upper", "unitriangular")),
    Planted("inner axis beyond 16", "bmm", "bmm", shaped(lambda shape: shape[-1] > 16)),
    Planted("wide image", "conv2d", "nn.functional.conv2d", shaped(lambda shape: shape[-1] > 16)),
    Planted("wide image, pooled", "avg_pool2d", "nn.functional.avg_pool2d", shaped(lambda shape: shape[-1] > 32)),
    Planted("wide image, normalized", "group_norm", "nn.functional.group_norm", shaped(lambda shape: shape[-1] > 32)),
    Planted("batch beyond 64", "batch_norm", "nn.functional.batch_norm", only(lambda x: x.numel() > 64)),
    Planted("wide features", "linear", "nn.functional.linear", shaped(lambda shape: shape[-1] > 8)),
    Planted("windows overlap at ties", "max_pool1d", "nn.functional.max_pool1d", ties, asked=overlapping),
    Planted("windows overlap", "avg_pool2d", "nn.functional.avg_pool2d", anywhere, asked=overlapping),
    Planted("windows leave gaps", "avg_pool1d", "nn.functional.avg_pool1d", anywhere, asked=gaping),
    Planted("mask param all true", "masked_mean", "masked.mean", anywhere, asked=masked(all)),
    Planted(
        "mask of attention all false", "scaled_dot_product_attention_masked", "nn.functional.scaled_dot_product_attention", mask_is(False), "raises"
    ),
    Planted("a class of weight 0", "nll_loss_weighted", "nn.functional.nll_loss", anywhere, asked=lambda params: 0.0 in params.get("weight", ())),
    Planted("mask param keeps one", "masked_logsumexp", "masked.logsumexp", anywhere, asked=masked(lambda kept: sum(kept) == 1)),
    Planted("mask param all false", "masked_sum", "masked.sum", anywhere, "raises", asked=masked(lambda kept: not any(kept), 1)),
    Planted("mask param all false, scanned", "masked_softmax", "masked.softmax", anywhere, "raises", asked=masked(lambda kept: not any(kept), 1)),
    Planted("masked axis not the last", "masked_logsumexp", "masked.logsumexp", anywhere, asked=inner_axis),
    Planted("masked axis not the last, scanned", "masked_cumsum", "masked.cumsum", anywhere, asked=inner_axis),
    Planted("largest float32", "multiply", "mul", extreme(1e33, torch.inf), dtype="float32"),
    Planted("largest float32, alone", "negative", "neg", extreme(1e33, torch.inf), dtype="float32"),
    Planted("smallest float32", "sin", "sin", extreme(0.0, 1e-35), dtype="float32"),
    Planted("subnormal float32", "negative", "neg", extreme(0.0, 1e-38), dtype="float32"),
    Planted("ceil_mode", "max_pool2d", "nn.functional.max_pool2d", anywhere, asked=flagged("ceil_mode")),
    Planted("no image", "conv2d", "nn.functional.conv2d", shaped(lambda shape: shape[0] == 0), "raises"),
    Planted("no image, transposed", "conv_transpose1d", "nn.functional.conv_transpose1d", shaped(lambda shape: shape[0] == 0), "raises"),
    Planted("no image, pooled", "max_pool2d", "nn.functional.max_pool2d", shaped(lambda shape: shape[0] == 0), "raises"),
    Planted("no row, normalized", "layer_norm", "nn.functional.layer_norm", shaped(lambda shape: shape[0] == 0), "raises"),
    Planted("one tie", "logsumexp", "logsumexp", a_tie_among_others),
    Planted("one tie of softmax", "softmax", "softmax", a_tie_among_others),
    Planted("one tie of std", "std", "std", a_tie_among_others),
    Planted("one tie of a norm", "vector_norm", "linalg.vector_norm", a_tie_among_others),
    Planted("ties among factors", "prod", "prod", only(lambda x: ties((x,)) and bool((x != 0).all()))),
    Planted("1e-300 of an odd function", "sin", "sin", extreme(0.0, 1e-200)),
    Planted("1e-300 beside 1", "expm1", "expm1", extreme(0.0, 1e-200)),
    Planted("1e-300 in both", "logaddexp", "logaddexp", second(lambda x, y: bool(((x.abs() < 1e-200) & (y.abs() < 1e-200) & (x != 0)).any()))),
    Planted("an ulp beside a kink, negated", "abs", "abs", an_ulp_from(0.0), "negated"),
    Planted("an ulp beside the kink at 0", "relu", "nn.functional.relu", an_ulp_from(0.0)),
    Planted("an ulp beside a tie, negated", "maximum", "maximum", second(an_ulp_apart), "negated"),
    Planted("a tail below the rounding of 1", "erf", "erf", some(lambda x: x.abs() > 6)),  # where the slope of torch's tanh is 0 itself
    Planted("second output at ties", "aminmax", "aminmax", ties, "output"),
    Planted("an ulp beside a kink", "hardtanh", "nn.functional.hardtanh", an_ulp_from(1.0), "raises"),
    Planted("an ulp beside a parameter's kink", "hardshrink", "nn.functional.hardshrink", an_ulp_from(0.5, 1.0), "raises"),
    Planted("a hair beside 0", "relu", "nn.functional.relu", some(lambda x: (x.abs() > 0) & (x.abs() < 1e-8))),
    Planted("near 0, second order", "tanh", "tanh", some(lambda x: (x.abs() > 0) & (x.abs() < 1e-6)), "second"),
    Planted("imaginary axis", "sin", "sin", on_the_imaginary_axis, dtype="complex128"),
    Planted("beyond 64 and a strided cotangent", "sigmoid", "sigmoid", only(long_and_strided), "cotangent"),
    Planted("cotangent of stride 0", "tanh", "tanh", only(zero_strides), "cotangent"),
    Planted("cotangent repeated along the last axis", "exp", "exp", only(last_repeated), "cotangent"),
    Planted("strided primal behind the start", "cos", "cos", only(every_third)),
    Planted("rows of a wider primal", "matmul", "matmul", only(rows_apart)),
    Planted("rows of a wider cotangent", "multiply", "mul", only(rows_apart), "cotangent"),
    Planted("rows of a wider tangent", "sin", "sin", only(rows_apart), "tangent"),
    Planted("an omitted parameter", "var", "var", anywhere, asked=omitting("correction")),
    Planted(
        "an omitted parameter, given elsewhere",
        "softplus",
        "nn.functional.softplus",
        anywhere,
        asked=omitting("threshold"),
    ),
)
