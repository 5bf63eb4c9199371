"""jax as a backend: reverse and forward mode, their compositions and batches, compiled once per program and set of shapes.

    vjp:  jax.jit of jax.vjp         "without jit": the same, one primitive at a time

Loading this switches jax to 64 bits (`jax_enable_x64`): without it there is no float64 to compare in.
Source: https://docs.jax.dev/en/latest/jax.html; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from harness.backends.compiling import Compiled
from harness.backends.jax import routes as routes
from harness.backends.jax.script import DERIVATIVES, IMPORTS
from harness.backends.jax.templates import TEMPLATES
from harness.backends.protocol import Arrays, Description, Function, Hvp, Jvp, Vjp
from harness.backends.spelled import Spelled, spelling_of
from harness.backends.spelling import numbers
from harness.program import Case

jax.config.update("jax_enable_x64", True)

_NAMESPACE = {"jax": jax, "jnp": jnp, "jsp": jax.scipy.special, "np": np}


class JaxBackend(Spelled):
    """The installed jax on its devices."""

    name = "jax"
    version = jax.__version__
    capabilities = frozenset({"jvp", "reverse_routes", "forward_routes", "complex", "second_order", "batching"})
    shape_pool = 4
    spelling = spelling_of("jax", TEMPLATES, {"xp": "jnp", "sp": "jsp"}, _NAMESPACE)
    imports, script = IMPORTS, DERIVATIVES

    def __init__(self) -> None:
        self._compiled = Compiled(jax.jit)

    def devices(self) -> tuple[str, ...]:
        """The CPU and every accelerator that jax sees."""
        others = [device for device in jax.devices() if device.platform != "cpu"]
        return ("cpu", *(f"{'cuda' if device.platform == 'gpu' else device.platform}:{device.id}" for device in others))

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The floating and complex ones."""
        return ("float64", "float32", "bfloat16", "float16", "complex128", "complex64")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> jax.Array:
        """A copy on `device`; jax's arrays have no strides."""
        given = np.array(values, order="C")
        made = jnp.array(given, dtype=dtype if given.dtype.kind in "fc" else given.dtype, copy=True)
        return made if device == "cpu" else jax.device_put(made, self._device(device))

    def numpy(self, array: jax.Array) -> np.ndarray:
        """A copy on the host."""
        return np.array(array.astype("float32") if array.dtype == jnp.bfloat16 else array)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device; of a tracer too."""
        if not isinstance(array, jax.Array):
            raise TypeError(f"expected a jax.Array; got {type(array).__name__}")
        where = "cpu" if isinstance(array, jax.core.Tracer) else next(iter(array.devices()))
        return Description(tuple(array.shape), str(array.dtype), where if isinstance(where, str) else self._called(where))

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """A program is compiled, once for all laws that ask for it at these shapes; a user's function stays as it is."""
        return self._compiled.prepare(function, case, dtype)

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `jax.vjp`."""
        outputs, gradients = self._compiled.derivative(routes.vjp, function)(primals, cotangents)
        return outputs, gradients

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `jax.jvp`."""
        outputs, results = self._compiled.derivative(routes.jvp, function)(primals, tangents)
        return outputs, results

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """`jax.grad`, and `jax.vjp` of each primitive by itself."""
        return {**{name: self._compiled.each(route) for name, route in routes.REVERSE.items()}, "jax.vjp without jit": routes.plain(routes.vjp)}

    def forward_routes(self) -> Mapping[str, Jvp]:
        """`jax.linearize`, and `jax.jvp` of each primitive by itself."""
        return {**{name: self._compiled.each(route) for name, route in routes.FORWARD.items()}, "jax.jvp without jit": routes.plain(routes.jvp)}

    def hvps(self) -> Mapping[str, Hvp]:
        """All compositions of the two modes that give a Hessian times a vector."""
        return {name: self._compiled.each(route) for name, route in routes.HVPS.items()}

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """`jax.jvp` of `jax.jvp`."""
        return tuple(self._compiled.derivative(routes.nested_jvp, function)(primals, tangents, others))

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """By `jax.vmap`."""
        return tuple(self._compiled.derivative(routes.batched_vjp, function)(primals, cotangents))

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """By `jax.vmap`."""
        return tuple(self._compiled.derivative(routes.batched_jvp, function)(primals, tangents))

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`jnp.array(...)`."""
        return f"jnp.array({numbers(values)}, dtype={dtype if values.dtype.kind in 'fc' else values.dtype.name!r})"

    def _called(self, device: Any) -> str:
        return "cpu" if device.platform == "cpu" else f"{'cuda' if device.platform == 'gpu' else device.platform}:{device.id}"

    def _device(self, name: str) -> Any:
        return next(device for device in (*jax.devices(), *jax.devices("cpu")) if self._called(device) == name)
