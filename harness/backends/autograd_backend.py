"""HIPS autograd as a backend: NumPy arrays themselves, reverse and forward mode by tracing.

    vjp:  autograd.make_vjp of a function of one tuple            jvp:  autograd.make_jvp

A function of `autograd.numpy` without a derivative is not offered where the catalogue's op can be written in others that have one.
Source: https://github.com/HIPS/autograd; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

from harness.backends.autograd_templates import LACKS, TEMPLATES
from harness.backends.numpy_nn_templates import NN_CANDIDATES
from harness.backends.numpy_templates import CANDIDATES
from harness.backends.protocol import Arrays, Backend, Description, Function, Hvp
from harness.backends.spelling import Spelling, numbers
from harness.backends.words import first_known, missing_words

_NAMESPACE = {"anp": anp, "asp": asp, "asl": asl, "np": np}
_NOT_TRACED = {function for functions in notrace_primitives.values() for function in functions}


def has_derivative(function: Any) -> bool:
    """Whether autograd can go back through `function`: a primitive with a rule, one that needs none, or Python code that calls such."""
    return not hasattr(function, "_is_autograd_primitive") or function in primitive_vjps or function in _NOT_TRACED


_WORDS = {op: candidates for op, candidates in (NN_CANDIDATES | CANDIDATES).items() if op not in LACKS}
_KNOWN = first_known(_WORDS, {"xp": "anp", "sp": "asp"}, _NAMESPACE, has_derivative)
_OWN = {op: template for op, template in TEMPLATES.items() if not missing_words(template, _NAMESPACE)}
SPELLING = Spelling("autograd", {**_KNOWN, **_OWN}, _NAMESPACE)


class AutogradBackend(Backend):
    """The installed autograd, on the CPU."""

    name = "autograd"
    version = version("autograd")
    capabilities = frozenset({"jvp", "complex", "second_order"})

    def devices(self) -> tuple[str, ...]:
        """NumPy has one."""
        return ("cpu",)

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

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op as `spell` writes it."""
        return SPELLING.call(name)

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `make_vjp`; autograd's convention for complex numbers is not conjugated, so that w goes in and g comes out conjugated."""
        outputs, gradients = _vjp(function, primals, tuple(map(np.conj, cotangents)))
        return outputs, tuple(map(np.conj, gradients))

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `make_jvp`."""
        return _jvp(function, primals, tuple(tangents))

    def hvps(self) -> Mapping[str, Hvp]:
        """The compositions of the two modes."""
        return {"reverse over reverse": _reverse_over_reverse, "forward over reverse": _forward_over_reverse}

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """`anp.sum(x, axis=0)` and the like."""
        return SPELLING.spell(op, args, dict(params))

    def preamble(self) -> str:
        """Imports of a script."""
        return (
            "import autograd\nimport autograd.numpy as anp\nimport autograd.scipy.special as asp\nfrom autograd.builtins import tuple as traced_tuple"
        )

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`np.array(...)`."""
        return f"np.array({numbers(values)}, dtype={dtype if values.dtype.kind in 'fc' else values.dtype.name!r})"

    def derivatives(self) -> str:
        """By `make_vjp` and `make_jvp`."""
        return DERIVATIVES


def _vjp(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    pull_back, outputs = autograd.make_vjp(lambda x: traced_tuple(function(*x)))(tuple(primals))
    return tuple(outputs), tuple(pull_back(traced_tuple(cotangents)))


def _jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, results = autograd.make_jvp(lambda x: traced_tuple(function(*x)))(tuple(primals))(tangents)
    return tuple(outputs), tuple(results)


def _reverse_over_reverse(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    gradient: Any = lambda *x: _vjp(function, x, tuple(map(np.conj, cotangents)))[1]  # noqa: E731 (conj of it: linear, undone below)
    return tuple(map(np.conj, _vjp(gradient, primals, tuple(tangents))[1]))


def _forward_over_reverse(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    gradient: Any = lambda *x: _vjp(function, x, tuple(map(np.conj, cotangents)))[1]  # noqa: E731
    return tuple(map(np.conj, _jvp(gradient, primals, tuple(tangents))[1]))


DERIVATIVES = """
def numpy(array):
    return np.array(array)


def form(array):
    return np.shape(array), str(array.dtype)


def raw_vjp(function, primals, cotangents):
    traced = lambda x: traced_tuple(made if isinstance(made := function(*x), (tuple, list)) else (made,))
    pull_back, outputs = autograd.make_vjp(traced)(tuple(primals))
    return [np.conj(g) for g in pull_back(traced_tuple([np.conj(w) for w in cotangents]))]


def raw_jvp(function, primals, tangents):
    return autograd.make_jvp(lambda x: traced_tuple(function(*x)))(tuple(primals))(tuple(tangents))[1]
"""
