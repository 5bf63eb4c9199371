"""Adam and its relatives as their algorithm boxes write them, in NumPy, for one leaf.

    x <- x - lr * m^ / (sqrt(v^) + eps)        m, v running averages of g and g^2;  ^: divided by 1 - beta^t

Source: the page of each optimizer, https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from harness.tape.algorithm_memory import Array, Memory

ADAM: MappingProxyType[str, Any] = MappingProxyType(
    {"lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False, "decoupled": False}
)


def adam(m: Memory, x: Array, g: Array, **options: Any) -> Array:
    at = ADAM | options
    first, second = at["betas"]
    decay = at["weight_decay"]
    x, g = (x - at["lr"] * decay * x, g) if at["decoupled"] else (x, g + decay * x)
    mean, square = m.average("m", first, g) / (1 - first**m.t), m.average("v", second, g * g)
    if at["amsgrad"]:
        square = m.arrays["max"] = np.maximum(m.arrays.get("max", 0.0), square)
    return x - at["lr"] * mean / (np.sqrt(square / (1 - second**m.t)) + at["eps"])


def adamw(m: Memory, x: Array, g: Array, **options: Any) -> Array:
    return adam(m, x, g, decoupled=True, **options)


def adamax(
    m: Memory, x: Array, g: Array, *, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0
) -> Array:
    g = g + weight_decay * x
    mean = m.average("m", betas[0], g)
    m.arrays["u"] = np.maximum(betas[1] * m.arrays.get("u", 0.0), np.abs(g) + eps)
    return x - lr / (1 - betas[0] ** m.t) * mean / m.arrays["u"]


def nadam(m: Memory, x: Array, g: Array, *, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0,
          momentum_decay: float = 4e-3, decoupled_weight_decay: bool = False) -> Array:  # fmt: skip
    x, g = (x - lr * weight_decay * x, g) if decoupled_weight_decay else (x, g + weight_decay * x)
    now, after = (betas[0] * (1 - 0.5 * 0.96 ** (t * momentum_decay)) for t in (m.t, m.t + 1))
    m.arrays["mu"] = m.arrays.get("mu", 1.0) * now  # product of mu_1 ... mu_t
    mean, square = m.average("m", betas[0], g), m.average("v", betas[1], g * g) / (1 - betas[1] ** m.t)
    mean = after * mean / (1 - m.arrays["mu"] * after) + (1 - now) * g / (1 - m.arrays["mu"])
    return x - lr * mean / (np.sqrt(square) + eps)


def radam(m: Memory, x: Array, g: Array, *, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0,
          decoupled_weight_decay: bool = False) -> Array:  # fmt: skip
    x, g = (x - lr * weight_decay * x, g) if decoupled_weight_decay else (x, g + weight_decay * x)
    mean, square = m.average("m", betas[0], g) / (1 - betas[0] ** m.t), m.average("v", betas[1], g * g)
    limit = 2 / (1 - betas[1]) - 1
    length = limit - 2 * m.t * betas[1] ** m.t / (1 - betas[1] ** m.t)
    if length <= 5:
        return x - lr * mean
    rate = np.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
    return x - lr * mean * rate * np.sqrt(1 - betas[1] ** m.t) / (np.sqrt(square) + eps)
