"""MLX as a backend, on the CPU: lazy arrays, functional transforms.

    vjp:  mx.vjp(f, primals, cotangents)            jvp:  mx.jvp(f, primals, tangents)

Its float64 is accurate to single precision only (exp, sin, erf, softmax): single precision is judged, against NumPy's values in double precision.
Source: https://ml-explore.github.io/mlx/; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import mlx.core as mx
import numpy as np

from harness.backends.mlx.script import DERIVATIVES
from harness.backends.mlx.templates import LACKS, TEMPLATES, WORDS
from harness.backends.protocol import Arrays, Description, Function
from harness.backends.spelled import spelling_of
from harness.backends.spelling import numbers
from harness.backends.transforming import Batching, MappedTransforms


def _listed(function: Function) -> Any:
    return lambda *x: list(function(*x))


def _vjp(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, gradients = mx.vjp(_listed(function), list(primals), list(cotangents))
    return tuple(outputs), tuple(gradients)


def _jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, results = mx.jvp(_listed(function), list(primals), list(tangents))
    return tuple(outputs), tuple(results)


def _vmap(function: Function) -> Any:
    return mx.vmap(_listed(function))


class MlxBackend(Batching):
    """The installed MLX on the CPU."""

    name = "mlx"
    version = version("mlx")
    capabilities = frozenset({"jvp", "second_order", "batching"})
    spelling = spelling_of("mlx", TEMPLATES, WORDS, {"mx": mx, "np": np}, lacks=LACKS)
    imports, script = "import mlx.core as mx\n\nmx.set_default_device(mx.cpu)", DERIVATIVES
    coarse = True
    transforms = MappedTransforms(_vjp, _jvp, _vmap)

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The real ones that are what they say."""
        return ("float32", "bfloat16", "float16")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """A copy."""
        given = np.array(values, order="C")
        return mx.array(given, dtype=getattr(mx, dtype if given.dtype.kind == "f" else given.dtype.name.replace("bool", "bool_")))

    def numpy(self, array: Any) -> np.ndarray:
        """A copy, evaluated now."""
        return np.array(array.astype(mx.float32) if array.dtype == mx.bfloat16 else array)

    def describe(self, array: Any) -> Description:
        """Shape and dtype."""
        if not isinstance(array, mx.array):
            raise TypeError(f"expected an mlx.core.array; got {type(array).__name__}")
        return Description(tuple(array.shape), str(array.dtype).removeprefix("mlx.core.").removesuffix("_"), "cpu")

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`mx.array(...)`."""
        kind = dtype if values.dtype.kind == "f" else values.dtype.name.replace("bool", "bool_")
        return f"mx.array(np.array({numbers(values)}, dtype={values.dtype.name!r}), dtype=mx.{kind})"
