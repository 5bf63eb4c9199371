"""The scripts of others' reports of wrong derivatives, in short: functions of one number t, and how their derivatives are taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

Scalar = Callable[[torch.Tensor], torch.Tensor]


def table(rows: Any, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.tensor(rows, dtype=dtype)


def once(f: Scalar, at: float, dtype: torch.dtype = torch.float64) -> float:
    """f'(at) by reverse mode."""
    t = table(at, dtype).requires_grad_()
    return torch.autograd.grad(f(t), t)[0].item()


def repeatedly(f: Scalar, at: float, times: int = 2) -> float:
    """A higher derivative by reverse mode over reverse mode."""
    t = table(at).requires_grad_()
    y = f(t)
    for _ in range(times):
        (y,) = torch.autograd.grad(y, t, create_graph=True)
    return y.item()


def forward(f: Scalar, at: float) -> float:
    """f'(at) by forward mode."""
    return torch.func.jvp(f, (table(at),), (table(1.0),))[1].item()


def nested(f: Scalar, at: float) -> float:
    """f''(at) by forward over forward."""
    one = table(1.0)
    return torch.func.jvp(lambda t: torch.func.jvp(f, (t,), (one,))[1], (table(at),), (one,))[1].item()


def square(*entries: torch.Tensor | float) -> torch.Tensor:
    """A matrix of 2 x 2."""
    like = next(entry for entry in entries if isinstance(entry, torch.Tensor))
    return torch.stack([like * 0 + entry for entry in entries]).reshape(2, 2)


def cholesky_inverse(t: torch.Tensor) -> torch.Tensor:
    return torch.cholesky_inverse(square(t + 1, 0.0, 1.0, 2.0)).sum()


def cholesky_solve(t: torch.Tensor) -> torch.Tensor:
    factors = torch.stack((square(2.0, 0.0, t, 3.0), square(3.0, 0.0, 2 * t + 1, 2.0)))
    return (torch.cholesky_solve(table([[1, 2], [-1, 3]]), factors) * table([[[1, 2], [3, 4]], [[2, -1], [4, 3]]])).sum()


def solve(t: torch.Tensor) -> torch.Tensor:
    a, b = square(t + 2, 1.0, 0.0, t + 3), square(t, 2 * t + 1, t + 1, 3 - t)
    return (torch.linalg.solve(a, b, left=False) * table([[1, 2], [-1, 3]])).sum()


def det(t: torch.Tensor) -> torch.Tensor:
    return torch.det(square(t + 2, 1.0, 1.0, 2 * t + 3))


def slogdet(t: torch.Tensor) -> torch.Tensor:
    return torch.linalg.slogdet(square(t + 2, 1.0, 1.0, 3.0))[1]


def det_of_equal_values() -> float:
    """Of the Hessian of the determinant at the identity of 2 x 2, the entry of both diagonal entries."""
    return torch.func.hessian(torch.linalg.det)(torch.eye(2, dtype=torch.float64))[0, 0, 1, 1].item()


def householder(t: torch.Tensor) -> torch.Tensor:
    return torch.linalg.householder_product(torch.stack((t * 0 + 1, t)).reshape(2, 1), (2 / (1 + t * t)).reshape(1)).sum()


def batch_norm(t: torch.Tensor) -> torch.Tensor:
    x = torch.stack([(i + 1) * t + (i % 3 - 1) * t * t + i for i in range(8)]).reshape(2, 2, 2)
    y = functional.batch_norm(x, None, None, weight=table([1.5, -0.5]), bias=table([0.25, 1]), training=True, eps=0.25)
    return (y * torch.arange(1, 9).reshape(2, 2, 2)).sum()


def layer_norm(t: torch.Tensor) -> torch.Tensor:
    """-t / sqrt(1 + t^2)"""
    return functional.layer_norm(torch.stack((t, t * 0)).reshape(1, 2), [2], table([1, 2]), eps=0.25).sum()


def batch_norm_of_two(t: torch.Tensor) -> torch.Tensor:
    """-t / sqrt(1 + t^2), as the difference of two samples."""
    return functional.batch_norm(torch.stack((t, t * 0)).reshape(2, 1), None, None, training=True, eps=0.25)[1].sum()


def cumprod(t: torch.Tensor) -> torch.Tensor:
    x = torch.stack((t, t + 1, 2 - t, t - 1, 2 * t + 1, t + 3)).reshape(2, 3)
    return (torch.cumprod(x, -1) * table([[1, 2, 3], [4, 5, 6]])).sum()


def scatter_reduce(t: torch.Tensor) -> torch.Tensor:
    """30 t^3"""
    return torch.scatter_reduce(torch.stack((2 * t,)), 0, torch.tensor([0, 0]), torch.stack((3 * t, 5 * t)), reduce="prod").sum()


def sinc(t: torch.Tensor) -> torch.Tensor:
    y = torch.sinc(torch.stack((t, 2 * t + 1, 2 - t / 2)))
    return 2 * y[0] - 3 * y[1] + 5 * y[2]


def logcumsumexp(t: torch.Tensor) -> torch.Tensor:
    x = torch.stack((t, 1 - t, 2 * t + 3, -t, t + 2, 3 * t - 1)).reshape(2, 3)
    return (torch.logcumsumexp(x, -1) * table([[1, 2, -1], [3, -2, 4]])).sum()


def triangular_solve(t: torch.Tensor) -> torch.Tensor:
    a = torch.stack((square(t + 2, t / 4, 0.0, 3 - t), square(2 * t + 1, 1 - t / 3, 0.0, t + 4)))
    x = torch.triangular_solve(table([[[1, 2], [3, -1]], [[2, -2], [1, 4]]]), a, unitriangular=True)[0]
    return (x * table([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])).sum()


def prod() -> float:
    """One entry of the Hessian of 1e305 x_0 x_1, all of whose numbers are in range."""
    x = table([1e-5, 1.0])
    hessian = torch.autograd.functional.hessian(lambda x: 1e305 * torch.prod(x), x)
    assert isinstance(hessian, torch.Tensor)
    return hessian[0, 1].item()


def trace() -> float:
    """The gradient of a trace by an entry that is not on the diagonal."""
    x = torch.zeros(4, 2, requires_grad=True)
    return torch.autograd.grad(torch.trace(x), x)[0][3, 0].item()


def index_reduce() -> float:
    """Of a maximum over two numbers that do not take part with what they replace, the gradient of the larger one."""
    x, source = torch.zeros(1, requires_grad=True), table([1.0, 2.0], torch.float32).requires_grad_()
    largest = torch.index_reduce(x, 0, torch.tensor([0, 0]), source, "amax", include_self=False)
    return torch.autograd.grad(largest.sum(), (x, source))[1][1].item()


class Square(torch.autograd.Function):
    """x^2 with a jvp of its own."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: torch.Tensor) -> torch.Tensor:
        return x * x

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, w: torch.Tensor) -> torch.Tensor:
        return 2 * ctx.saved_tensors[0] * w

    @staticmethod
    def jvp(ctx: Any, v: torch.Tensor) -> torch.Tensor:
        return 2 * ctx.saved_tensors[0] * v
