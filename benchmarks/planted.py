"""The planted faults: each lives at one edge of one op only, where released autograds have been wrong."""

from __future__ import annotations

from collections.abc import Callable

import torch
from planting import Planted, Tensors

Edge = Callable[[Tensors], bool]


def every(test: Callable[[torch.Tensor], torch.Tensor]) -> Edge:
    """Of the first operand, and there is an entry."""
    return lambda tensors: tensors[0].numel() > 0 and bool(test(tensors[0].detach()).all())


def some(test: Callable[[torch.Tensor], torch.Tensor]) -> Edge:
    """For an entry of the first operand."""
    return lambda tensors: bool(test(tensors[0].detach()).any())


def shaped(test: Callable[[torch.Size], bool]) -> Edge:
    """Of the first operand's shape."""
    return lambda tensors: test(tensors[0].shape)


def tail(side: int) -> Edge:
    return shaped(lambda shape: side in shape)


def one_matrix(test: Callable[[torch.Tensor], bool]) -> Edge:
    """Of one of the first operand's matrices, larger than 1 by 1."""

    def edge(tensors: Tensors) -> bool:
        a = tensors[0].detach()
        if a.ndim < 2 or a.shape[-1] != a.shape[-2] or a.shape[-1] < 2 or a.numel() == 0:
            return False
        return any(test(matrix) for matrix in a.reshape(-1, *a.shape[-2:]))

    return edge


def eye(a: torch.Tensor) -> bool:
    return torch.equal(a, torch.eye(len(a), dtype=a.dtype))


def repeated(a: torch.Tensor) -> bool:
    return bool(torch.linalg.eigvalsh((a + a.mT) / 2).diff().abs().min() < 1e-9)


def singular(a: torch.Tensor) -> bool:
    return int(torch.linalg.matrix_rank(a)) < len(a)


def permutation(a: torch.Tensor) -> bool:
    return not eye(a) and bool(((a == 0) | (a == 1)).all()) and torch.equal(a.sum(0), a.sum(1)) and bool((a.sum(0) == 1).all())


def symmetric(a: torch.Tensor) -> bool:
    return torch.equal(a, a.mT) and not torch.equal(a, torch.diag(a.diagonal()))


def ties(tensors: Tensors) -> bool:
    x = tensors[0].detach().flatten()
    return len(x) > 1 and len(x.unique()) < len(x)


def pair(test: Callable[[torch.Tensor, torch.Tensor], bool]) -> Edge:
    """Of the first two operands."""
    return lambda tensors: len(tensors) > 1 and test(tensors[0], tensors[1])


def equal(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x is not y and x.shape == y.shape and x.numel() > 1 and torch.equal(x.detach(), y.detach())


def same_memory(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x is not y and x.numel() * y.numel() > 0 and x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()


def whole(tensors: Tensors) -> bool:
    return any(not t.is_floating_point() and t.dtype is not torch.bool for t in tensors)


def constant(tensors: Tensors) -> bool:
    return len({t.requires_grad for t in tensors if t.is_floating_point()}) > 1


def duplicates(tensors: Tensors) -> bool:
    return any(t.dtype is torch.int64 and t.numel() > len(t.unique()) for t in tensors)


def mask_is(value: bool) -> Edge:
    return lambda tensors: any(t.dtype is torch.bool and t.numel() > 1 and bool((t == value).all()) for t in tensors)


def expanded(w: torch.Tensor) -> bool:
    return any(stride == 0 and side > 1 for stride, side in zip(w.stride(), w.shape, strict=True))


def strided(w: torch.Tensor) -> bool:
    return w.ndim > 0 and w.shape[-1] > 1 and w.stride(-1) == 2


def channels_last(w: torch.Tensor) -> bool:
    return w.ndim >= 3 and w.shape[1] > 1 and w.stride(1) == 1 and w.shape[-1] > 1 and w.stride(-1) != 1


def one_image(w: torch.Tensor) -> bool:
    return channels_last(w) and w.shape[0] == 1 and w.stride(0) == w.shape[1]


def column_major(w: torch.Tensor) -> bool:
    return w.ndim == 2 and min(w.shape) > 1 and w.stride(0) == 1


def behind(w: torch.Tensor) -> bool:
    return w.numel() > 0 and w.storage_offset() > 0 and w.is_contiguous()


def only(test: Callable[[torch.Tensor], bool]) -> Edge:
    """Of the first tensor there is: the operand, or the direction."""
    return lambda tensors: test(tensors[0])


def extreme(least: float, most: float) -> Edge:
    return lambda tensors: any(bool(((t.detach().abs() > least) & (t.detach().abs() < most)).any()) for t in tensors if t.is_floating_point())


def inner_broadcast(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.ndim == y.ndim > 1 and 1 in (x.shape[-1], y.shape[-1]) and x.shape != y.shape


def on_the_real_axis(x: torch.Tensor) -> bool:
    return x.is_complex() and x.numel() > 0 and bool((x.detach().imag == 0).all())


EMPTY = shaped(lambda shape: 0 in shape)
PLANTED = (
    Planted("zero-size", "exp", "exp", EMPTY, "raises"),
    Planted("zero-size reduction", "sum", "sum", EMPTY, "raises"),
    Planted("zero-size matrix", "matmul", "matmul", EMPTY, "raises"),
    Planted("zero-size among joined", "concat", "cat", lambda tensors: any(t.numel() == 0 for t in tensors), "raises"),
    Planted("size-1 axis", "mean", "mean", shaped(lambda shape: 1 in shape)),
    Planted("every axis of size 1", "multiply", "mul", shaped(lambda shape: len(shape) >= 2 and set(shape) == {1})),
    Planted("one row", "cumulative_sum", "cumsum", shaped(lambda shape: len(shape) == 2 and shape[0] == 1 < shape[1])),
    Planted("rank 0", "sin", "sin", shaped(lambda shape: shape == ())),
    Planted("rank 0 broadcast", "add", "add", pair(lambda x, y: (x.ndim == 0) != (y.ndim == 0))),
    Planted("inner axis broadcast", "divide", "div", pair(inner_broadcast)),
    Planted("rank 4", "tanh", "tanh", shaped(lambda shape: len(shape) >= 4)),
    Planted("rank 4 batch", "matmul", "matmul", shaped(lambda shape: len(shape) >= 4)),
    Planted("beyond 64 elements", "sigmoid", "sigmoid", only(lambda x: x.numel() > 64)),
    Planted("axis beyond 64", "logsumexp", "logsumexp", shaped(lambda shape: max(shape, default=0) > 64)),
    Planted("tail of 9", "square", "square", tail(9)),
    Planted("tail of 17", "softmax", "softmax", tail(17)),
    Planted("tail of 33", "layer_norm", "nn.functional.layer_norm", tail(33)),
    Planted("tail of 65", "cumulative_prod", "cumprod", tail(65)),
    Planted("exact 0", "cosh", "cosh", some(lambda x: x == 0), "second"),
    Planted("exact 0 among factors", "prod", "prod", some(lambda x: x == 0)),
    Planted("-0", "sin", "sin", some(lambda x: (x == 0) & x.signbit())),
    Planted("all 0", "expm1", "expm1", every(lambda x: x == 0)),
    Planted("0 to a power", "power", "pow", some(lambda x: x == 0)),
    Planted("exact 1", "log", "log", some(lambda x: x == 1)),
    Planted("all 1", "reciprocal", "reciprocal", every(lambda x: x == 1), "second"),
    Planted("all integers", "cos", "cos", every(lambda x: x == x.round())),
    Planted("all equal", "var", "var", lambda t: t[0].numel() > 2 and len(t[0].detach().unique()) == 1, "second"),
    Planted("ties", "sort", "sort", ties),
    Planted("ties of extremes", "max", "amax", ties),
    Planted("beside a tie", "maximum", "maximum", pair(lambda x, y: bool(((x - y).detach().abs() < 1e-3).any() and ((x - y) != 0).all()))),
    Planted("sorted already", "cumulative_sum", "cumsum", only(lambda x: x.numel() > 3 and bool((x.detach().flatten().diff() > 0).all()))),
    Planted("singular matrix", "matmul", "matmul", one_matrix(singular)),
    Planted("identity matrix", "inv", "linalg.inv", one_matrix(eye)),
    Planted("permutation matrix", "solve", "linalg.solve", one_matrix(permutation)),
    Planted("symmetric matrix", "matrix_power", "linalg.matrix_power", one_matrix(symmetric)),
    Planted("repeated eigenvalue", "matrix_exp", "matrix_exp", one_matrix(repeated)),
    Planted("zero pivot", "logabsdet", "logdet", one_matrix(lambda a: bool((a.diagonal() == 0).any()))),
    Planted("1 by 1 matrix", "inv", "linalg.inv", shaped(lambda shape: shape[-2:] == (1, 1))),
    Planted("1 by 1 with a batch", "det", "linalg.det", shaped(lambda shape: len(shape) > 2 and shape[-2:] == (1, 1))),
    Planted("equal-valued leaves", "multiply", "mul", pair(equal)),
    Planted("one tensor twice", "matmul", "matmul", pair(lambda x, y: x is y)),
    Planted("one tensor twice, joined", "concat", "cat", pair(lambda x, y: x is y)),
    Planted("storage shared", "subtract", "sub", pair(same_memory)),
    Planted("a constant beside", "hypot", "hypot", constant),
    Planted("integers beside floats", "add", "add", whole),
    Planted("integers where floats are expected", "where", "where", whole),
    Planted("duplicates among indices", "take_along_axis", "take_along_dim", duplicates),
    Planted("duplicates among indices, written", "index_add", "index_add", duplicates),
    Planted("mask all true", "where", "where", mask_is(True)),
    Planted("mask all false", "masked_fill", "masked_fill", mask_is(False)),
    Planted("NaN masked out", "where", "where", lambda tensors: any(bool(t.isnan().any()) for t in tensors), "poisoned"),
    Planted("NaN beside a masked fill", "masked_fill", "masked_fill", lambda tensors: bool(tensors[0].isnan().any()), "poisoned"),
    Planted("1e300", "negative", "neg", extreme(1e200, torch.inf)),
    Planted("1e-300", "multiply", "mul", extreme(0.0, 1e-100)),
    Planted("left tail", "softplus", "nn.functional.softplus", some(lambda x: x < -9)),
    Planted("right tail", "logsigmoid", "nn.functional.logsigmoid", some(lambda x: x < -50)),
    Planted("scales apart", "logsumexp", "logsumexp", only(lambda x: x.numel() > 0 and float(x.detach().abs().max()) > 1e6)),
    Planted("float32", "atan", "atan", only(lambda x: x.dtype is torch.float32), dtype="float32"),
    Planted(
        "complex on the real axis",
        "exp",
        "exp",
        only(on_the_real_axis),
        dtype="complex128",
    ),
    Planted("second order", "exp", "exp", lambda tensors: True, "second"),
    Planted("second order at rank 3", "sigmoid", "sigmoid", shaped(lambda shape: len(shape) == 3), "second"),
    Planted("nested forward", "tanh", "tanh", lambda tensors: True, "nested"),
    Planted("second output", "aminmax", "aminmax", lambda tensors: True, "output"),
    Planted("second output of one axis", "var_mean", "var_mean", shaped(lambda shape: len(shape) == 1), "output"),
    Planted("second output, square", "qr", "linalg.qr", shaped(lambda shape: shape[-1] == shape[-2]), "output"),
    Planted("expanded cotangent", "sin", "sin", only(expanded), "cotangent"),
    Planted("strided cotangent", "multiply", "mul", only(strided), "cotangent"),
    Planted("channels-last cotangent", "relu", "nn.functional.relu", only(channels_last), "cotangent"),
    Planted("column-major cotangent", "exp", "exp", only(column_major), "cotangent"),
    Planted("cotangent behind the start", "tanh", "tanh", only(behind), "cotangent"),
    Planted("strided tangent", "exp", "exp", only(strided), "tangent"),
    Planted("column-major tangent", "sin", "sin", only(column_major), "tangent"),
    Planted("expanded primal", "sum", "sum", only(expanded)),
    Planted("channels-last primal", "conv2d", "nn.functional.conv2d", only(channels_last)),
    Planted("one image as a primal", "avg_pool2d", "nn.functional.avg_pool2d", only(one_image)),
    Planted("one image as a cotangent", "relu", "nn.functional.relu", only(one_image), "cotangent"),
    Planted("strided primal", "cos", "cos", only(strided)),
    Planted("primal behind the start", "log1p", "log1p", only(behind)),
    Planted("column-major primal", "matmul", "matmul", only(column_major)),
)
