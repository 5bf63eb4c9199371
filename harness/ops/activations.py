"""Activations of neural networks, elementwise and along an axis.

softmax(x)_i = exp(x_i) / sum_j exp(x_j)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from harness.ops.axes import one_occupied_axis, shape_like, with_elements
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import Parameters, Reference, one_of, unary
from harness.ops.margins import Margin, kinks_at, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, no_params, smooth
from harness.ops.softmaxes import log_softmax, softmax, softmin
from harness.ops.sources import torch_docs

F = "activations"
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # https://arxiv.org/abs/1706.02515, equation 14


def _relu(x: np.ndarray) -> Any:
    return np.maximum(x, 0)


def _leaky_relu(x: np.ndarray, *, slope: float) -> Any:
    return np.where(x > 0, x, slope * x)


def _elu(x: np.ndarray, *, alpha: float) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _celu(x: np.ndarray, *, alpha: float) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def _selu(x: np.ndarray) -> Any:
    return SELU_SCALE * _elu(x, alpha=SELU_ALPHA)


def _gelu(x: np.ndarray, *, approximate: str) -> Any:
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x * special.ndtr(x)


def _silu(x: np.ndarray) -> Any:
    return x * special.expit(x)


def _mish(x: np.ndarray) -> Any:
    return x * np.tanh(np.logaddexp(0, x))


def _softplus(x: np.ndarray, *, beta: float, threshold: float) -> Any:
    return np.where(beta * x > threshold, x, np.logaddexp(0, beta * x) / beta)


def _softsign(x: np.ndarray) -> Any:
    return x / (1 + np.abs(x))


def _tanhshrink(x: np.ndarray) -> Any:
    return x - np.tanh(x)


def _hardshrink(x: np.ndarray, *, lambd: float) -> Any:
    return np.where(np.abs(x) > lambd, x, 0)


def _softshrink(x: np.ndarray, *, lambd: float) -> Any:
    return np.sign(x) * np.maximum(np.abs(x) - lambd, 0)


def _threshold(x: np.ndarray, *, threshold: float, value: float) -> Any:
    return np.where(x > threshold, x, value)


def _hardsigmoid(x: np.ndarray) -> Any:
    return np.clip(x / 6 + 0.5, 0, 1)


def _hardswish(x: np.ndarray) -> Any:
    return x * _hardsigmoid(x)


def _glu(x: np.ndarray, *, axis: int) -> Any:
    value, gate = np.split(x, 2, axis=axis)
    return value * special.expit(gate)


def _prelu(x: np.ndarray, slope: np.ndarray) -> Any:
    return np.where(x > 0, x, slope[0] * x)


def _at_lambd(values: Values, params: Params) -> float:
    return smallest(np.abs(np.abs(values[0]) - params["lambd"]))


def _at_threshold(values: Values, params: Params) -> float:
    return smallest(np.abs(params.get("beta", 1.0) * values[0] - params["threshold"]) / params.get("beta", 1.0))


def _even_shapes(choose: Choose, first: Shape | None) -> Shapes:
    shape = shape_like(choose, first, min_rank=1)
    if first is None:
        return ((*shape[:-1], choose.element((2, 4))),)
    if not any(side % 2 == 0 for side in shape):
        raise DoesNotFit
    return (shape,)


def _even_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose.element([axis for axis, side in enumerate(shapes[0]) if side % 2 == 0])}


def _halved(shapes: Shapes, params: Params) -> Shapes:
    shape, axis = shapes[0], params["axis"] % len(shapes[0])
    return ((*shape[:axis], shape[axis] // 2, *shape[axis + 1 :]),)


def _with_one_slope(choose: Choose, first: Shape | None) -> Shapes:
    return (shape_like(choose, first), (1,))


def _row(name: str, reference: Reference, *, margin: Margin = smooth, parameters: Parameters = no_params) -> Op:
    return unary(name, F, reference, torch_docs(f"nn.functional.{name}"), margin=margin, parameters=parameters)


def _along(name: str, reference: Reference) -> Op:
    source = torch_docs(f"nn.functional.{name}")
    return Op(name, F, reference, (Operand("x"),), source, shapes=with_elements(1), parameters=one_occupied_axis)


OPS = (
    _row("relu", _relu, margin=kinks_at(0.0)),
    _row("relu6", lambda x: np.clip(x, 0, 6), margin=kinks_at(0.0, 6.0)),
    _row("leaky_relu", _leaky_relu, margin=kinks_at(0.0), parameters=one_of(slope=(0.01, 0.5, -0.5))),
    _row("elu", _elu, margin=kinks_at(0.0), parameters=one_of(alpha=(1.0, 0.5))),
    _row("celu", _celu, margin=kinks_at(0.0), parameters=one_of(alpha=(1.0, 0.5))),
    _row("selu", _selu, margin=kinks_at(0.0)),
    _row("gelu", _gelu, parameters=one_of(approximate=("none", "tanh"))),
    _row("silu", _silu),
    _row("mish", _mish),
    _row("sigmoid", special.expit),
    _row("logsigmoid", special.log_expit),
    _row("softplus", _softplus, margin=_at_threshold, parameters=one_of(beta=(1.0, 2.0), threshold=(20.0,))),
    _row("softsign", _softsign, margin=kinks_at(0.0)),
    _row("tanhshrink", _tanhshrink),
    _row("hardshrink", _hardshrink, margin=_at_lambd, parameters=one_of(lambd=(0.5, 1.0))),
    _row("softshrink", _softshrink, margin=_at_lambd, parameters=one_of(lambd=(0.5, 1.0))),
    _row("hardtanh", lambda x: np.clip(x, -1, 1), margin=kinks_at(-1.0, 1.0)),
    _row("hardsigmoid", _hardsigmoid, margin=kinks_at(-3.0, 3.0)),
    _row("hardswish", _hardswish, margin=kinks_at(-3.0, 3.0)),
    _row("threshold", _threshold, margin=_at_threshold, parameters=one_of(threshold=(0.0, 0.5), value=(0.0, -2.0))),
    _along("softmax", softmax),
    _along("log_softmax", log_softmax),
    _along("softmin", softmin),
    Op("glu", F, _glu, (Operand("x"),), torch_docs("nn.functional.glu"), shapes=_even_shapes, parameters=_even_axis, result_shapes=_halved),
    Op(
        "prelu",
        F,
        _prelu,
        (Operand("x"), Operand("slope")),
        torch_docs("nn.functional.prelu"),
        shapes=_with_one_slope,
        margin=kinks_at(0.0),
    ),
)
