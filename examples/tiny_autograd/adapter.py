"""The adapter between the tiny autograd and the harness: everything that an implementation must say about itself.

vjp: (f, x, w) -> f(x), f'(x)^T w
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends import Backend, Description
from tiny_autograd import tiny

OPS = {op.__name__: op for op in (tiny.add, tiny.multiply, tiny.exp, tiny.tanh, tiny.sum, tiny.permute_dims, tiny.matmul)}
Arrays = tuple[Any, ...]


class TinyBackend(Backend):
    """The tiny autograd on the CPU, in single and double precision."""

    name = "tiny"
    version = "1.0"

    def devices(self) -> tuple[str, ...]:
        return ("cpu",)

    def dtypes(self, device: str) -> tuple[str, ...]:
        return ("float64", "float32")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> tiny.Tensor:
        return tiny.Tensor(np.array(values, dtype=dtype if values.dtype.kind == "f" else values.dtype))

    def numpy(self, array: tiny.Tensor) -> np.ndarray:
        return np.array(array.value)

    def describe(self, array: Any) -> Description:
        if not isinstance(array, tiny.Tensor):
            raise TypeError(f"{type(array).__name__} is not a Tensor")
        return Description(np.shape(array.value), array.value.dtype.name, "cpu")

    def op(self, name: str) -> Callable[..., Any] | None:
        return OPS.get(name)

    def vjp(self, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        leaves = tuple(tiny.Tensor(primal.value) for primal in primals)
        outputs = function(*leaves)
        return outputs, tuple(tiny.gradients(outputs, cotangents, leaves))
