"""Elementwise arithmetic and exponentials.

result[i] = f(x[i])   or   f(x[i], y[i]) after broadcasting
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from harness.ops.broadcasting import broadcast_result, broadcast_three
from harness.ops.domain import NONZERO, OFF_CUT, POSITIVE, REALS, interval
from harness.ops.forms import binary, one_of, unary
from harness.ops.margins import from_origin, from_the_cut, kinks_at, smallest
from harness.ops.op import Op, Operand, Params, Values
from harness.ops.sources import array_api, torch_docs

F = "elementwise"


def _rsqrt(x: np.ndarray) -> Any:
    return 1 / np.sqrt(x)


def _lerp(x: np.ndarray, y: np.ndarray, *, weight: float) -> Any:
    return x + weight * (y - x)


def _addcmul(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, value: float) -> Any:
    return x + value * y * z


def _addcdiv(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, value: float) -> Any:
    return x + value * y / z


def _power(x: np.ndarray, *, exponent: int) -> Any:
    return x**exponent


def _distance_to_multiple(values: Values, params: Params) -> float:
    """X mod y jumps where q = x / y is an integer: |q - round(q)| |y| / (1 + |q|) away to first order."""
    x, y = values
    quotient = x / y
    return smallest(np.abs(quotient - np.round(quotient)) * np.abs(y) / (1 + np.abs(quotient)))


def _few_periods(values: Values, params: Params) -> bool:
    """Beyond, x mod y is a sawtooth too dense for float64 to follow."""
    return bool(np.all(np.abs(values[0] / values[1]) <= 1e4))


def _either_vanishes(values: Values, params: Params) -> float:
    return smallest(np.abs(values[0]), np.abs(values[1]))


OPS = (
    unary("negative", F, np.negative, array_api("negative"), complex=True),
    unary("abs", F, np.abs, array_api("abs"), margin=kinks_at(0.0), complex=True),
    unary("square", F, np.square, array_api("square"), complex=True),
    unary("reciprocal", F, np.reciprocal, array_api("reciprocal"), NONZERO, complex=True),
    unary("sqrt", F, np.sqrt, array_api("sqrt"), OFF_CUT, margin=from_the_cut, complex=True),
    unary("rsqrt", F, _rsqrt, torch_docs("rsqrt"), POSITIVE),
    unary("power", F, _power, array_api("pow"), parameters=one_of(exponent=(2, 3, 1, 0)), complex=True),
    unary("exp", F, np.exp, array_api("exp"), complex=True),
    unary("exp2", F, np.exp2, torch_docs("exp2")),
    unary("expm1", F, np.expm1, array_api("expm1")),
    unary("log", F, np.log, array_api("log"), OFF_CUT, margin=from_the_cut, complex=True),
    unary("log2", F, np.log2, array_api("log2"), POSITIVE),
    unary("log10", F, np.log10, array_api("log10"), POSITIVE),
    unary("log1p", F, np.log1p, array_api("log1p"), interval(-1.0)),
    binary("add", F, np.add, array_api("add"), complex=True),
    binary("subtract", F, np.subtract, array_api("subtract"), complex=True),
    binary("multiply", F, np.multiply, array_api("multiply"), complex=True),
    binary("divide", F, np.divide, array_api("divide"), REALS, NONZERO, complex=True),
    binary("pow", F, np.power, array_api("pow"), OFF_CUT, REALS, margin=from_the_cut, complex=True),
    replace(binary("remainder", F, np.remainder, array_api("remainder"), REALS, NONZERO, margin=_distance_to_multiple), admits=_few_periods),
    binary("hypot", F, np.hypot, array_api("hypot"), margin=from_origin),
    binary("copysign", F, np.copysign, array_api("copysign"), margin=_either_vanishes),
    binary("logaddexp", F, np.logaddexp, array_api("logaddexp")),
    binary("logaddexp2", F, np.logaddexp2, torch_docs("logaddexp2")),
    binary("lerp", F, _lerp, torch_docs("lerp"), parameters=one_of(weight=(0.5, 0.25, 0.75, 1.5, -1.0)), complex=True),
    Op(
        "addcmul",
        F,
        _addcmul,
        (Operand("x"), Operand("y"), Operand("z")),
        torch_docs("addcmul"),
        shapes=broadcast_three,
        parameters=one_of(value=(1.0, -0.5)),
        result_shapes=broadcast_result,
        complex=True,
    ),
    Op(
        "addcdiv",
        F,
        _addcdiv,
        (Operand("x"), Operand("y"), Operand("z", NONZERO)),
        torch_docs("addcdiv"),
        shapes=broadcast_three,
        parameters=one_of(value=(1.0, -0.5)),
        result_shapes=broadcast_result,
        complex=True,
    ),
)
