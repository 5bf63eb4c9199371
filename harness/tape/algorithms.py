"""What the documentation says that an optimizer's step does, in NumPy, for one leaf.

    state_t, x_t = step(state_{t-1}, x_{t-1}, g_t)        with the letters of the algorithm boxes

Source: the page of each optimizer, https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.tape.algorithm_memory import Array, Memory
from harness.tape.algorithms_adam import adam, adamax, adamw, nadam, radam


def sgd(
    m: Memory, x: Array, g: Array, *, lr: float, momentum: float = 0, dampening: float = 0, weight_decay: float = 0, nesterov: bool = False
) -> Array:
    g = g + weight_decay * x
    if momentum:
        m.arrays["b"] = g if m.t == 1 else momentum * m.arrays["b"] + (1 - dampening) * g
        g = g + momentum * m.arrays["b"] if nesterov else m.arrays["b"]
    return x - lr * g


def adagrad(m: Memory, x: Array, g: Array, *, lr: float, lr_decay: float = 0, weight_decay: float = 0, eps: float = 1e-10) -> Array:
    g = g + weight_decay * x
    m.arrays["sum"] = m.arrays.get("sum", 0.0) + g * g
    return x - lr / (1 + (m.t - 1) * lr_decay) * g / (np.sqrt(m.arrays["sum"]) + eps)


def adadelta(m: Memory, x: Array, g: Array, *, lr: float, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0) -> Array:
    g = g + weight_decay * x
    square = m.average("v", rho, g * g)
    step = np.sqrt(m.arrays.get("u", 0.0) + eps) / np.sqrt(square + eps) * g
    m.average("u", rho, step * step)
    return x - lr * step


def rmsprop(
    m: Memory,
    x: Array,
    g: Array,
    *,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0,
    momentum: float = 0,
    centered: bool = False,
) -> Array:
    g = g + weight_decay * x
    square = m.average("v", alpha, g * g)
    if centered:
        square = square - m.average("g", alpha, g) ** 2
    step = g / (np.sqrt(square) + eps)
    m.arrays["b"] = momentum * m.arrays.get("b", 0.0) + step
    return x - lr * m.arrays["b"]


def rprop(
    m: Memory, x: Array, g: Array, *, lr: float, etas: tuple[float, float] = (0.5, 1.2), step_sizes: tuple[float, float] = (1e-6, 50.0)
) -> Array:
    before, size = m.arrays.get("g", 0.0 * g), m.arrays.get("eta", np.full_like(g, lr))
    grown, shrunk = np.minimum(size * etas[1], step_sizes[1]), np.maximum(size * etas[0], step_sizes[0])
    m.arrays["eta"] = np.where(before * g > 0, grown, np.where(before * g < 0, shrunk, size))
    m.arrays["g"] = np.where(before * g < 0, 0.0, g)
    return x - m.arrays["eta"] * np.sign(m.arrays["g"])


def averaged_sgd(m: Memory, x: Array, g: Array, *, lr: float, lambd: float = 1e-4, alpha: float = 0.75, weight_decay: float = 0) -> Array:
    """Polyak and Juditsky (1992), with the step sizes eta_t of Bottou, Stochastic Gradient Descent Tricks (2012), (16)."""
    eta = m.arrays.get("eta", lr)
    m.arrays["eta"] = lr / (1 + lambd * lr * m.t) ** alpha
    return (1 - lambd * eta) * x - eta * (g + weight_decay * x)


def adafactor(m: Memory, x: Array, g: Array, *, lr: float, beta2_decay: float = -0.8, eps: tuple[float, float] = (2.0**-52, 1e-3), d: float = 1.0,
              weight_decay: float = 0) -> Array:  # fmt: skip
    beta, alpha = 1 - m.t**beta2_decay, max(eps[1], _rms(x)) * min(lr, m.t**-0.5)
    if g.ndim > 1:  # the second moment of a matrix as the outer product of its row and column sums
        rows, columns = m.average("R", beta, (g * g).sum(-1, keepdims=True)), m.average("C", beta, (g * g).sum(-2, keepdims=True))
        square = rows * columns / np.maximum(rows.sum(-2, keepdims=True), eps[0])
    else:
        square = m.average("V", beta, g * g)
    step = g / np.maximum(np.sqrt(square), eps[0])
    return x - lr * weight_decay * x - alpha * step / max(1.0, _rms(step) / d)


def _rms(x: Array) -> float:
    return float(np.sqrt(np.mean(x * x))) if x.size else 0.0


ALGORITHMS: dict[str, Callable[..., Array]] = {
    "sgd": sgd,
    "adam": adam,
    "adamw": adamw,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "adamax": adamax,
    "rmsprop": rmsprop,
    "rprop": rprop,
    "nadam": nadam,
    "radam": radam,
    "asgd": averaged_sgd,
    "adafactor": adafactor,
}


def carried_out(name: str, start: Array, gradients: Sequence[Array], *, maximize: bool = False, **options: Any) -> Array:
    """Where the algorithm leads from `start` when it sees these gradients; a complex number counts as its two parts."""
    memory, x = Memory(), _parts(start)
    for gradient in gradients:
        memory.t += 1
        x = ALGORITHMS[name](memory, x, -_parts(gradient) if maximize else _parts(gradient), **options)
    return x[..., 0] + 1j * x[..., 1] if start.dtype.kind == "c" else x


def _parts(x: Array) -> Array:
    return np.stack([x.real, x.imag], axis=-1).astype(np.float64) if x.dtype.kind == "c" else x.astype(np.float64)
