"""jax as a backend: reverse and forward mode, their compositions and batches, compiled once per program and set of shapes.

    <a, b> = Re sum conj(a_i) b_i:   jax's vjp is f'(x)^T w without conjugation, so that w goes in and g comes out conjugated

Loading this switches jax to 64 bits (`jax_enable_x64`): without it there is no float64 to compare in.
Source: https://docs.jax.dev/en/latest/notebooks/autodiff_cookbook.html; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from harness.backends.compiling import Compiled, uncompiled
from harness.backends.jax.routes import jvp, jvp_by_linearize, vjp, vjp_by_grad
from harness.backends.jax.script import DERIVATIVES, IMPORTS
from harness.backends.jax.templates import TEMPLATES
from harness.backends.protocol import Arrays, Description, Function, Jvp, Vjp
from harness.backends.spelled import spelling_of
from harness.backends.spelling import numbers
from harness.backends.transforming import Batching, MappedTransforms, third_of
from harness.program import Case

jax.config.update("jax_enable_x64", True)

_NAMESPACE = {"jax": jax, "jnp": jnp, "jsp": jax.scipy.special, "np": np}


class JaxBackend(Batching):
    """The installed jax on its devices."""

    name = "jax"
    version = jax.__version__
    capabilities = frozenset({"jvp", "reverse_routes", "forward_routes", "complex", "second_order", "third_order", "batching"})
    shape_pool = 4
    spelling = spelling_of("jax", TEMPLATES, {"xp": "jnp", "sp": "jsp"}, _NAMESPACE)
    imports, script = IMPORTS, DERIVATIVES
    transforms = MappedTransforms(vjp, jvp, jax.vmap)

    def __init__(self) -> None:
        self._compiled = Compiled(jax.jit)

    def devices(self) -> tuple[str, ...]:
        """The CPU and every accelerator that jax sees."""
        return ("cpu", *(_called(device) for device in jax.devices() if device.platform != "cpu"))

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The floating and complex ones."""
        return ("float64", "float32", "bfloat16", "float16", "complex128", "complex64")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> jax.Array:
        """A copy on `device`; jax's arrays have no strides."""
        given = np.array(values, order="C")
        made = jnp.array(given, dtype=dtype if given.dtype.kind in "fc" else given.dtype, copy=True)
        return made if device == "cpu" else jax.device_put(made, next(each for each in jax.devices() if _called(each) == device))

    def numpy(self, array: jax.Array) -> np.ndarray:
        """A copy on the host."""
        return np.array(array.astype("float32") if array.dtype == jnp.bfloat16 else array)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device; of a tracer too."""
        if not isinstance(array, jax.Array):
            raise TypeError(f"expected a jax.Array; got {type(array).__name__}")
        where = "cpu" if isinstance(array, jax.core.Tracer) else _called(next(iter(array.devices())))
        return Description(tuple(array.shape), str(array.dtype), where)

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """A program is compiled, once for all laws that ask for it at these shapes; a user's function stays as it is."""
        return self._compiled.prepare(function, case, dtype)

    def ready(self, route: Callable[..., Any], function: Function) -> Callable[..., Any]:
        """Compiled with the function, where that was."""
        return self._compiled.derivative(route, function)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """`jax.grad`, and `jax.vjp` of each primitive by itself."""
        return {"jax.grad": self.each(vjp_by_grad), "jax.vjp without jit": uncompiled(vjp)}

    def forward_routes(self) -> Mapping[str, Jvp]:
        """`jax.linearize`, and `jax.jvp` of each primitive by itself."""
        return {"jax.linearize": self.each(jvp_by_linearize), "jax.jvp without jit": uncompiled(jvp)}

    def third(self, function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """Reverse mode three times."""
        return tuple(self.ready(third_of(self.transforms.vjp), function)(primals, cotangents, tangents, others))

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`jnp.array(...)`."""
        return f"jnp.array({numbers(values)}, dtype={dtype if values.dtype.kind in 'fc' else values.dtype.name!r})"


def _called(device: Any) -> str:
    """The name by which torch would call it."""
    return "cpu" if device.platform == "cpu" else f"{'cuda' if device.platform == 'gpu' else device.platform}:{device.id}"
