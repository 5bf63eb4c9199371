"""TensorFlow as a backend: gradient tapes, eagerly and in a compiled function; forward accumulation.

    vjp:  tape.gradient(outputs, primals, output_gradients=w)       jvp:  tf.autodiff.ForwardAccumulator

An unconnected gradient is asked for as None: zeros would hide a rule that is missing.
Source: https://www.tensorflow.org/guide/autodiff; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its banner has no business in a report
import tensorflow as tf
import tensorflow.experimental.numpy as tnp

from harness.backends.numpy_nn_templates import NN_CANDIDATES
from harness.backends.numpy_templates import CANDIDATES
from harness.backends.protocol import Arrays, Backend, Description, Function, Hvp, Vjp
from harness.backends.spelling import Spelling, numbers
from harness.backends.tensorflow_templates import LACKS, TEMPLATES, WORDS
from harness.backends.words import first_known, missing_words

_NAMESPACE = {"tf": tf, "tnp": tnp, "np": np}
_WORDS = {op: candidates for op, candidates in (NN_CANDIDATES | CANDIDATES).items() if op not in LACKS}
_OWN = {op: template for op, template in TEMPLATES.items() if not missing_words(template, _NAMESPACE)}
SPELLING = Spelling("tensorflow", {**first_known(_WORDS, WORDS, _NAMESPACE), **_OWN}, _NAMESPACE)


class TensorflowBackend(Backend):
    """The installed TensorFlow on its devices."""

    name = "tensorflow"
    version = tf.__version__
    capabilities = frozenset({"jvp", "reverse_routes", "second_order", "complex"})

    def devices(self) -> tuple[str, ...]:
        """The CPU and every GPU."""
        return ("cpu", *(f"cuda:{i}" for i in range(len(tf.config.list_physical_devices("GPU")))))

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The floating and complex ones."""
        return ("float64", "float32", "bfloat16", "float16", "complex128", "complex64")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """A copy on `device`."""
        with tf.device(device.replace("cuda", "gpu")):
            made = tf.constant(np.array(values, order="C"))
            return tf.identity(tf.cast(made, dtype) if values.dtype.kind in "fc" else made)

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(tf.cast(array, tf.float32) if array.dtype == tf.bfloat16 else array)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device."""
        if not isinstance(array, tf.Tensor):
            raise TypeError(f"expected a tf.Tensor; got {type(array).__name__}")
        kind, _, number = str(getattr(array, "device", "")).rpartition("device:")[2].partition(":")
        return Description(tuple(array.shape), array.dtype.name, f"cuda:{number}" if kind == "GPU" else "cpu")

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op as `spell` writes it."""
        return SPELLING.call(name)

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `tf.GradientTape`."""
        return _vjp(function, primals, cotangents)

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `tf.autodiff.ForwardAccumulator`."""
        return _jvp(function, primals, tangents)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """A persistent tape asked twice, and everything inside `tf.function`."""
        return {"persistent tape": _persistent, "tf.function": _compiled}

    def hvps(self) -> Mapping[str, Hvp]:
        """A tape in a tape, and an accumulator around one."""
        return {
            "reverse over reverse": lambda f, x, w, v: _vjp(lambda *y: _zeros_for_none(_vjp(f, y, w)[1], y), x, v)[1],
            "forward over reverse": lambda f, x, w, v: _jvp(lambda *y: _zeros_for_none(_vjp(f, y, w)[1], y), x, v)[1],
        }

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """`tf.math.reduce_sum(x, axis=0)` and the like."""
        return SPELLING.spell(op, args, dict(params))

    def preamble(self) -> str:
        """Imports of a script."""
        return "import tensorflow as tf\nimport tensorflow.experimental.numpy as tnp"

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`tf.constant(...)`."""
        kind = dtype if values.dtype.kind in "fc" else values.dtype.name
        return f"tf.cast(np.array({numbers(values)}, dtype={values.dtype.name!r}), {kind!r})"

    def derivatives(self) -> str:
        """By a tape and an accumulator."""
        return DERIVATIVES


def _vjp(function: Function, primals: Arrays, cotangents: Arrays, *, persistent: bool = False) -> tuple[Arrays, Arrays]:
    with tf.GradientTape(persistent=persistent, watch_accessed_variables=False) as tape:
        tape.watch(list(primals))
        outputs = tuple(function(*primals))
    ask = {"output_gradients": list(cotangents)}
    if persistent:
        tape.gradient(list(outputs), list(primals), **ask)  # the second answer must be the first one's
    gradients = tape.gradient(list(outputs), list(primals), **ask)
    return outputs, tuple(None if g is None else tf.convert_to_tensor(g) for g in gradients)


def _persistent(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    return _vjp(function, primals, cotangents, persistent=True)


def _compiled(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, gradients = tf.function(lambda *x: _vjp(function, x, cotangents), autograph=False)(*primals)
    return tuple(outputs), tuple(gradients)


def _jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    with tf.autodiff.ForwardAccumulator(list(primals), list(tangents)) as accumulator:
        outputs = tuple(function(*primals))
    return outputs, tuple(accumulator.jvp(y, tf.UnconnectedGradients.ZERO) for y in outputs)


def _zeros_for_none(gradients: Arrays, primals: Arrays) -> Arrays:
    return tuple(tf.zeros_like(x) if g is None else g for g, x in zip(gradients, primals, strict=True))


DERIVATIVES = """
def numpy(array):
    return np.array(tf.cast(array, tf.float32) if array.dtype == tf.bfloat16 else array)


def form(array):
    return tuple(array.shape), array.dtype.name


def listed(made):
    return list(made) if isinstance(made, (tuple, list)) else [made]


def raw_vjp(function, primals, cotangents):
    with tf.GradientTape() as tape:
        tape.watch(primals)
        outputs = listed(function(*primals))
    return [g if g is None else tf.convert_to_tensor(g) for g in tape.gradient(outputs, primals, output_gradients=cotangents)]


def raw_jvp(function, primals, tangents):
    with tf.autodiff.ForwardAccumulator(primals, tangents) as accumulator:
        outputs = listed(function(*primals))
    return [accumulator.jvp(y, tf.UnconnectedGradients.ZERO) for y in outputs]
"""
