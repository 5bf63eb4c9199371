"""The catalogue's own NumPy values as a backend without derivatives: what an oracle may follow where a library's float64 is not one.

op(x) = the catalogue's reference of op at x, in double precision
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness.backends.protocol import Arrays, Backend, Description, Function, Unsupported
from harness.ops import apply_reference, catalogue


class CatalogueValues(Backend):
    """NumPy arrays, values only."""

    name = "catalogue"
    version = np.__version__

    def devices(self) -> tuple[str, ...]:
        """The host."""
        return ("cpu",)

    def dtypes(self, device: str) -> tuple[str, ...]:
        """Double precision."""
        return ("float64", "complex128")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> np.ndarray:
        """A copy."""
        return np.array(values, dtype=dtype if values.dtype.kind in "fc" else values.dtype)

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(array)

    def describe(self, array: Any) -> Description:
        """Shape and dtype."""
        if not isinstance(array, np.ndarray):
            raise TypeError(f"expected a numpy.ndarray; got {type(array).__name__}")
        return Description(array.shape, array.dtype.name, "cpu")

    def op(self, name: str) -> Callable[..., Any] | None:
        """The reference, whose single result comes alone."""
        return partial(_value, name) if name in catalogue() else None

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """None: it has values only."""
        raise Unsupported("the catalogue has values, no derivatives.")


def _value(name: str, /, *arrays: np.ndarray, **params: Any) -> Any:
    results = apply_reference(catalogue()[name], arrays, params)
    return results if len(results) > 1 or name in SEVERAL else results[0]


SEVERAL = frozenset({"unstack", "split", "meshgrid"})  # ops that return a tuple even when it has one element
