"""Every value moved by an ulp or some, up or down: what rounding may do, done on purpose.

x (1 + eps s)       s = signs(shape of x), new ones for each value
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.protocol import Backend

Signs = Callable[[tuple[int, ...]], np.ndarray]  # shape -> entries 1 and -1, or some times these


class Jitter:
    """Multiplication by 1 +- eps; the identity without signs, or where the backend cannot multiply."""

    def __init__(self, backend: Backend, device: str, dtype: str, jitter: Signs | None) -> None:
        self._backend, self._device, self._eps = backend, device, unit_roundoff(dtype)
        self._multiply = backend.op("multiply")
        self._signs = None if self._multiply is None else jitter
        self.active = self._signs is not None

    def __call__(self, array: Any) -> Any:
        if self._signs is None or self._multiply is None:
            return array
        described = self._backend.describe(array)
        factor = 1 + self._eps * self._signs(described.shape)
        return self._multiply(array, self._backend.array(factor, dtype=described.dtype, device=self._device))

    def values(self, x: np.ndarray) -> np.ndarray:
        """The same of what is not on the backend yet: it comes there in the case's memory layout, which a product of strided memory need not keep.

        What repeats in memory (stride 0) does not repeat any more, each entry being moved on its own, and comes there contiguous.
        """
        if self._signs is None:
            return x
        with np.errstate(all="ignore"):
            return np.asarray(x * (1 + self._eps * self._signs(x.shape)))


def unit_roundoff(dtype: str) -> float:
    """The spacing of the floating-point numbers of `dtype` at 1."""
    return 2.0**-7 if dtype == "bfloat16" else float(np.finfo(dtype).eps)
