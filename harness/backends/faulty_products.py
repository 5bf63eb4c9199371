"""Products whose operands were rounded to TF32's 10 bits, on a device that has no TF32.

f(x, y)  ->  f(x r(x), y r(y)),    x r(x) = x rounded to 10 bits; r is a constant, so that the gradient is that of the rounded product
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.protocol import Backend

_DROPPED = 13  # of the 23 bits of a float32
_HALF = np.uint32(1 << (_DROPPED - 1))
_KEPT = np.uint32(0xFFFFFFFF << _DROPPED & 0xFFFFFFFF)


def rounded(values: np.ndarray) -> np.ndarray:
    """Float32 values to the nearest of 10 bits."""
    return np.asarray(((values.astype(np.float32).view(np.uint32) + _HALF) & _KEPT).view(np.float32))


def of_rounded(backend: Backend, call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` with every float32 operand rounded."""

    def called(*operands: Any, **params: Any) -> Any:
        return call(*(_rounded_array(backend, x) for x in operands), **params)

    return called


def _rounded_array(backend: Backend, array: Any) -> Any:
    described, multiply = backend.describe(array), backend.op("multiply")
    if described.dtype != "float32" or multiply is None:
        return array
    values = backend.numpy(array)
    share = np.divide(rounded(values), values, out=np.ones_like(values), where=values != 0)
    return multiply(array, backend.array(share, dtype="float32", device=described.device))
