"""MyGrad as a backend: NumPy arrays with a tape, reverse mode only.

    vjp:  y.backward(w) for one output;  (sum_i <w_i, y_i>).backward() for several, or as a route of its own

Several outputs go back in one pass: a second `backward` finds the graph of the first one cleared.
Source: https://mygrad.readthedocs.io; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import mygrad as mg
import numpy as np

from harness.backends.mygrad.script import DERIVATIVES
from harness.backends.mygrad.tape import MygradTape
from harness.backends.mygrad.templates import LACKS, TEMPLATES
from harness.backends.protocol import Arrays, Description, Function, Vjp
from harness.backends.spelled import Spelled, spelling_of
from harness.backends.spelling import numbers
from harness.tape import Tape

_NO_SPECIAL = {"xp": "mg", "sp": "mg.special"}  # MyGrad has no special functions


class MygradBackend(Spelled):
    """The installed MyGrad, on the CPU."""

    name = "mygrad"
    version = version("mygrad")
    capabilities = frozenset({"reverse_routes", "tape"})
    spelling = spelling_of("mygrad", TEMPLATES, _NO_SPECIAL, {"mg": mg, "np": np}, lacks=LACKS)
    imports, script = "import mygrad as mg", DERIVATIVES

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The real ones."""
        return ("float64", "float32", "float16")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """A constant tensor; integers and masks are NumPy arrays, as MyGrad wants them."""
        return mg.tensor(np.array(values, dtype=dtype, order="C"), constant=True) if values.dtype.kind == "f" else np.array(values)

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(array.data if isinstance(array, mg.Tensor) else array)

    def describe(self, array: Any) -> Description:
        """Shape and dtype."""
        if not isinstance(array, mg.Tensor | np.ndarray):
            raise TypeError(f"expected a mygrad.Tensor; got {type(array).__name__}")
        return Description(tuple(array.shape), str(array.dtype), "cpu")

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `backward`."""
        if len(cotangents) > 1:
            return _of_the_pairing(function, primals, cotangents)
        leaves = _leaves(primals)
        (output,) = outputs = tuple(function(*leaves))
        if not output.constant:
            output.backward(cotangents[0].data)
        return _plain(outputs), _gradients(leaves)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """One backward from the scalar <w, f(x)>."""
        return {"backward of <w, f(x)>": _of_the_pairing}

    def tape(self, device: str) -> Tape:
        """`tensor.backward` into `.grad`."""
        return MygradTape(self)

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`mg.tensor(...)`."""
        if values.dtype.kind != "f":
            return f"np.array({numbers(values)}, dtype={values.dtype.name!r})"
        return f"mg.tensor(np.array({numbers(values)}, dtype={dtype!r}), constant=True)"


def _leaves(primals: Arrays) -> Arrays:
    return tuple(mg.tensor(primal.data, constant=False) for primal in primals)


def _of_the_pairing(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    leaves = _leaves(primals)
    outputs = tuple(function(*leaves))
    paired = sum((mg.sum(y * w) for y, w in zip(outputs, cotangents, strict=True)), mg.tensor(0.0, constant=True))
    if not paired.constant:
        paired.backward()
    return _plain(outputs), _gradients(leaves)


def _plain(outputs: Arrays) -> Arrays:
    return tuple(mg.tensor(output.data, constant=True) for output in outputs)


def _gradients(leaves: Arrays) -> Arrays:
    return tuple(None if leaf.grad is None else mg.tensor(leaf.grad, constant=True) for leaf in leaves)
