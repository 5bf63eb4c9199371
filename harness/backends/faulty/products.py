"""Products whose operands were rounded to TF32's 10 bits, on a device that has no TF32, or to fewer.

f(x, y)  ->  f(x r(x), y r(y)),    x r(x) = x rounded to 10 bits; r is a constant, so that the gradient is that of the rounded product
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.protocol import Backend

TF32_BITS = 10
KEPT_BITS = {"tf32": TF32_BITS, "coarse": 7}  # by the kind of fault: TF32's, and bfloat16's


def rounded(values: np.ndarray, bits: int = TF32_BITS) -> np.ndarray:
    """Float32 values to the nearest of so many bits after the leading one."""
    dropped = 23 - bits
    half, kept = np.uint32(1 << (dropped - 1)), np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)
    return np.asarray(((values.astype(np.float32).view(np.uint32) + half) & kept).view(np.float32))


def of_rounded(backend: Backend, call: Callable[..., Any], bits: int = TF32_BITS) -> Callable[..., Any]:
    """`call` with every float32 operand rounded."""

    def called(*operands: Any, **params: Any) -> Any:
        return call(*(_rounded_array(backend, x, bits) for x in operands), **params)

    return called


def _rounded_array(backend: Backend, array: Any, bits: int) -> Any:
    described, multiply = backend.describe(array), backend.op("multiply")
    if described.dtype != "float32" or multiply is None:
        return array
    values = backend.numpy(array)
    share = np.divide(rounded(values, bits), values, out=np.ones_like(values), where=values != 0)
    return multiply(array, backend.array(share, dtype="float32", device=described.device))
