"""Activations of neural networks, elementwise and along an axis.

softmax(x)_i = exp(x_i) / sum_j exp(x_j)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from harness.ops.axes import one_occupied_axis, with_elements
from harness.ops.forms import one_of, unary
from harness.ops.margins import kinks_at
from harness.ops.op import Op, Operand
from harness.ops.sources import torch_docs

F = "activations"
nn = "nn.functional."


def _relu(x: np.ndarray) -> Any:
    return np.maximum(x, 0)


def _gelu(x: np.ndarray, *, approximate: str) -> Any:
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x * special.ndtr(x)


def _hardsigmoid(x: np.ndarray) -> Any:
    return np.clip(x / 6 + 0.5, 0, 1)


def _softmax(x: np.ndarray, *, axis: int) -> Any:
    return special.softmax(x, axis=axis)


def _log_softmax(x: np.ndarray, *, axis: int) -> Any:
    return special.log_softmax(x, axis=axis)


OPS = (
    unary("relu", F, _relu, torch_docs(f"{nn}relu"), margin=kinks_at(0.0)),
    unary("gelu", F, _gelu, torch_docs(f"{nn}gelu"), parameters=one_of(approximate=("none", "tanh"))),
    unary("sigmoid", F, special.expit, torch_docs("sigmoid")),
    unary("hardsigmoid", F, _hardsigmoid, torch_docs(f"{nn}hardsigmoid"), margin=kinks_at(-3.0, 3.0)),
    Op("softmax", F, _softmax, (Operand("x"),), torch_docs(f"{nn}softmax"), shapes=with_elements(1), parameters=one_occupied_axis),
    Op("log_softmax", F, _log_softmax, (Operand("x"),), torch_docs(f"{nn}log_softmax"), shapes=with_elements(1), parameters=one_occupied_axis),
)
