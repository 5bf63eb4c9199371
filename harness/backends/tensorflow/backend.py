"""TensorFlow as a backend: gradient tapes, eagerly and in a compiled function; forward accumulation.

    vjp:  tape.gradient(outputs, primals, output_gradients=w)       jvp:  tf.autodiff.ForwardAccumulator

An unconnected gradient is asked for as None: zeros would hide a rule that is missing.
Source: https://www.tensorflow.org/guide/autodiff; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its banner has no business in a report
import tensorflow as tf
import tensorflow.experimental.numpy as tnp

from harness.backends.protocol import Arrays, Description, Function, Hvp, Vjp
from harness.backends.spelled import Spelled, spelling_of
from harness.backends.spelling import numbers
from harness.backends.tensorflow.script import DERIVATIVES
from harness.backends.tensorflow.tape import TensorflowTape
from harness.backends.tensorflow.templates import LACKS, TEMPLATES, WORDS
from harness.backends.transforming import compositions
from harness.tape import Tape

tf.get_logger().setLevel("ERROR")  # a tape that is asked while it records is slow, and meant


class TensorflowBackend(Spelled):
    """The installed TensorFlow on its devices."""

    name = "tensorflow"
    version = tf.__version__
    capabilities = frozenset({"jvp", "reverse_routes", "second_order", "complex", "tape"})
    spelling = spelling_of("tensorflow", TEMPLATES, WORDS, {"tf": tf, "tnp": tnp, "np": np}, lacks=LACKS)
    imports, script = "import tensorflow as tf\nimport tensorflow.experimental.numpy as tnp", DERIVATIVES

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

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `tf.GradientTape`."""
        return _vjp(function, primals, cotangents)

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `tf.autodiff.ForwardAccumulator`."""
        return _jvp(function, primals, tangents)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """A persistent tape asked twice, and everything inside `tf.function`."""
        return {"persistent tape": partial(_vjp, persistent=True), "tf.function": _compiled}

    def hvps(self) -> Mapping[str, Hvp]:
        """A tape in a tape, and an accumulator around one."""
        return compositions(_connected, _jvp)

    def tape(self, device: str) -> Tape:
        """A persistent `tf.GradientTape`."""
        return TensorflowTape(self)

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`tf.constant(...)`."""
        kind = dtype if values.dtype.kind in "fc" else values.dtype.name
        return f"tf.cast(np.array({numbers(values)}, dtype={values.dtype.name!r}), {kind!r})"


def _vjp(function: Function, primals: Arrays, cotangents: Arrays, *, persistent: bool = False) -> tuple[Arrays, Arrays]:
    with tf.GradientTape(persistent=persistent, watch_accessed_variables=False) as tape:
        tape.watch(list(primals))
        outputs = tuple(function(*primals))
    ask = {"output_gradients": list(cotangents)}
    if persistent:
        tape.gradient(list(outputs), list(primals), **ask)  # the second answer must be the first one's
    gradients = tape.gradient(list(outputs), list(primals), **ask)
    return outputs, tuple(None if g is None else tf.convert_to_tensor(g) for g in gradients)


def _compiled(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    outputs, gradients = tf.function(lambda *x: _vjp(function, x, cotangents), autograph=False)(*primals)
    return tuple(outputs), tuple(gradients)


def _jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    with tf.autodiff.ForwardAccumulator(list(primals), list(tangents)) as accumulator:
        outputs = tuple(function(*primals))
    return outputs, tuple(accumulator.jvp(y, tf.UnconnectedGradients.ZERO) for y in outputs)


def _connected(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """Zeros for an unconnected gradient: it is differentiated again."""
    outputs, gradients = _vjp(function, primals, cotangents)
    return outputs, tuple(tf.zeros_like(x) if g is None else g for g, x in zip(gradients, primals, strict=True))
