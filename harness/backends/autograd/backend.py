"""HIPS autograd as a backend: NumPy arrays themselves, reverse and forward mode by tracing.

    vjp:  autograd.make_vjp of a function of one tuple            jvp:  autograd.make_jvp

A function of `autograd.numpy` without a derivative is not offered where the catalogue's op can be written in others that have one.
Source: https://github.com/HIPS/autograd; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import autograd
import autograd.numpy as anp
import autograd.scipy.linalg as asl
import autograd.scipy.special as asp
import numpy as np
from autograd.builtins import tuple as traced_tuple
from autograd.core import primitive_vjps
from autograd.extend import Box
from autograd.tracer import notrace_primitives

from harness.backends.autograd.script import DERIVATIVES, IMPORTS
from harness.backends.autograd.templates import LACKS, TEMPLATES
from harness.backends.protocol import Arrays, Description, Function
from harness.backends.spelled import spelling_of
from harness.backends.spelling import numbers
from harness.backends.transforming import Transforming, Transforms

_NAMESPACE = {"anp": anp, "asp": asp, "asl": asl, "np": np}
_NOT_TRACED = {function for functions in notrace_primitives.values() for function in functions}


def has_derivative(function: Any) -> bool:
    """Whether autograd can go back through `function`: a primitive with a rule, one that needs none, or Python code that calls such."""
    return not hasattr(function, "_is_autograd_primitive") or function in primitive_vjps or function in _NOT_TRACED


def _vjp(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """The library's convention for complex numbers is not conjugated, so that w goes in and g comes out conjugated."""
    pull_back, outputs = autograd.make_vjp(lambda x: traced_tuple(function(*x)))(tuple(primals))
    return tuple(outputs), tuple(map(anp.conj, pull_back(traced_tuple(tuple(map(anp.conj, cotangents))))))


def _jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, results = autograd.make_jvp(lambda x: traced_tuple(function(*x)))(tuple(primals))(tuple(tangents))
    return tuple(outputs), tuple(results)


class AutogradBackend(Transforming):
    """The installed autograd, on the CPU."""

    name = "autograd"
    version = version("autograd")
    capabilities = frozenset({"jvp", "complex", "second_order"})
    spelling = spelling_of("autograd", TEMPLATES, {"xp": "anp", "sp": "asp"}, _NAMESPACE, lacks=LACKS, accepts=has_derivative)
    imports, script = IMPORTS, DERIVATIVES
    transforms = Transforms(_vjp, _jvp)

    def dtypes(self, device: str) -> tuple[str, ...]:
        """What its tests cover."""
        return ("float64", "float32", "complex128", "complex64")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> np.ndarray:
        """A copy."""
        return np.array(values, dtype=dtype if values.dtype.kind in "fc" else values.dtype, order="C")

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(array)

    def describe(self, array: Any) -> Description:
        """Shape and dtype; NumPy's scalars and traced values are arrays too."""
        if not isinstance(array, np.ndarray | np.generic | Box):
            raise TypeError(f"expected a NumPy array; got {type(array).__name__}")
        held: Any = array
        return Description(tuple(np.shape(held)), str(held.dtype), "cpu")

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`np.array(...)`."""
        return f"np.array({numbers(values)}, dtype={dtype if values.dtype.kind in 'fc' else values.dtype.name!r})"
