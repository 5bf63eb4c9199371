"""Elementwise ops with jumps, and others that pass gradients on unchanged: the fractional part, remainders, scaling by powers of two.

frac(x) = x - trunc(x);   fmod(x, y) = x - y trunc(x / y);   ldexp(x, y) = x 2^y
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from harness.ops.domain import NONZERO, POSITIVE, REALS
from harness.ops.forms import binary, one_of, unary
from harness.ops.margins import smallest
from harness.ops.op import Params, Values
from harness.ops.sources import torch_docs

F = "stepping"


def _frac(x: np.ndarray) -> Any:
    return x - np.trunc(x)


def _to_whole_number(values: Values, params: Params) -> float:
    """Frac jumps at whole numbers, except at 0."""
    return smallest(_whole_gap(values[0]))


def _few_steps(values: Values, params: Params) -> bool:
    return bool(np.all(np.abs(values[0]) <= 1e4))


def _to_multiple(values: Values, params: Params) -> float:
    """X fmod y jumps where x / y is a whole number other than 0."""
    quotient = values[0] / values[1]
    return smallest(_whole_gap(quotient) * np.abs(values[1]) / (1 + np.abs(quotient)))


def _whole_gap(quotient: np.ndarray) -> np.ndarray:
    nearest = np.where(np.abs(quotient) < 0.5, np.copysign(1.0, quotient), np.round(quotient))
    return np.asarray(np.abs(quotient - nearest))


def _few_periods(values: Values, params: Params) -> bool:
    """Beyond, x fmod y is a sawtooth too dense for float64 to follow."""
    return bool(np.all(np.abs(values[0] / values[1]) <= 1e4))


def _ldexp(x: np.ndarray, y: np.ndarray) -> Any:
    return x * np.exp2(y)


def _float_power(x: np.ndarray, y: np.ndarray) -> Any:
    return np.power(x, y)


def _nan_to_num(x: np.ndarray, *, nan: float) -> Any:
    """Of finite numbers: what is infinite or NaN has no place in a domain."""
    return np.nan_to_num(x, nan=nan)


def _rsub(x: np.ndarray, y: np.ndarray, *, alpha: float) -> Any:
    return y - alpha * x


def _at_the_limit(values: Values, params: Params) -> float:
    return smallest(np.abs(values[0] - params["limit"]))


def _clamp_min(x: np.ndarray, *, limit: float) -> Any:
    return np.maximum(x, limit)


def _clamp_max(x: np.ndarray, *, limit: float) -> Any:
    return np.minimum(x, limit)


_limits = one_of(limit=(0.0, 0.5, -1.0))
OPS = (
    replace(unary("frac", F, _frac, torch_docs("frac"), margin=_to_whole_number), admits=_few_steps),
    replace(binary("fmod", F, np.fmod, torch_docs("fmod"), REALS, NONZERO, margin=_to_multiple), admits=_few_periods),
    binary("ldexp", F, _ldexp, torch_docs("ldexp")),
    binary("float_power", F, _float_power, torch_docs("float_power"), POSITIVE, REALS),
    unary("nan_to_num", F, _nan_to_num, torch_docs("nan_to_num"), parameters=one_of(nan=(0.0, 1.5))),
    binary("rsub", F, _rsub, torch_docs("rsub"), parameters=one_of(alpha=(1.0, -0.5)), complex=True),
    unary("clamp_min", F, _clamp_min, torch_docs("clamp"), margin=_at_the_limit, parameters=_limits),
    unary("clamp_max", F, _clamp_max, torch_docs("clamp"), margin=_at_the_limit, parameters=one_of(limit=(2.5, 1.5, 0.5))),
)
