"""jax as a backend: reverse and forward mode, their compositions and batches, compiled once per program and set of shapes.

    vjp:  jax.jit of jax.vjp         "without jit": the same, one primitive at a time

Loading this switches jax to 64 bits (`jax_enable_x64`): without it there is no float64 to compare in.
Source: https://docs.jax.dev/en/latest/jax.html; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import msgspec
import numpy as np

from harness.backends import jax_routes as routes
from harness.backends.jax_script import DERIVATIVES
from harness.backends.jax_templates import TEMPLATES
from harness.backends.numpy_nn_templates import NN_CANDIDATES
from harness.backends.numpy_templates import CANDIDATES
from harness.backends.protocol import Arrays, Backend, Description, Function, Hvp, Jvp, Vjp
from harness.backends.spelling import Spelling, numbers
from harness.backends.words import first_known, missing_words
from harness.program import Case, Program

jax.config.update("jax_enable_x64", True)

_NAMESPACE = {"jax": jax, "jnp": jnp, "jsp": jax.scipy.special, "np": np}
_OWN = {op: template for op, template in TEMPLATES.items() if not missing_words(template, _NAMESPACE)}
SPELLING = Spelling("jax", {**first_known(NN_CANDIDATES | CANDIDATES, {"xp": "jnp", "sp": "jsp"}, _NAMESPACE), **_OWN}, _NAMESPACE)
T = TypeVar("T")
_KEPT = 64  # compiled programs in memory: those of the cells of a few ops, which come one after another


class JaxBackend(Backend):
    """The installed jax on its devices."""

    name = "jax"
    version = jax.__version__
    capabilities = frozenset({"jvp", "reverse_routes", "forward_routes", "complex", "second_order", "batching"})

    def __init__(self) -> None:
        self._prepared: OrderedDict[Any, Function] = OrderedDict()
        self._compiled: OrderedDict[Any, Callable[..., Any]] = OrderedDict()

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

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op as `spell` writes it."""
        return SPELLING.call(name)

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """A program is compiled, once for all laws that ask for it at these shapes; a user's function stays as it is."""
        if not isinstance(case.subject, Program):
            return function
        fixed = tuple(case.primals[i].tobytes() for i in range(len(case.primals)) if i not in case.differentiable)
        key = (msgspec.json.encode(case.subject), fixed, dtype, case.device, tuple(x.shape for x in case.primals))
        return _remembered(self._prepared, key, lambda: jax.jit(function))

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `jax.vjp`."""
        outputs, derivatives = self._fast(routes.vjp, function)(primals, cotangents)
        return outputs, derivatives

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `jax.jvp`."""
        outputs, derivatives = self._fast(routes.jvp, function)(primals, tangents)
        return outputs, derivatives

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """`jax.grad`, and `jax.vjp` of each primitive by itself."""
        return {**{name: self._fastened(route) for name, route in routes.REVERSE.items()}, "jax.vjp without jit": _plain(routes.vjp)}

    def forward_routes(self) -> Mapping[str, Jvp]:
        """`jax.linearize`, and `jax.jvp` of each primitive by itself."""
        return {**{name: self._fastened(route) for name, route in routes.FORWARD.items()}, "jax.jvp without jit": _plain(routes.jvp)}

    def hvps(self) -> Mapping[str, Hvp]:
        """All compositions of the two modes that give a Hessian times a vector."""
        return {name: self._fastened(route) for name, route in routes.HVPS.items()}

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """`jax.jvp` of `jax.jvp`."""
        return tuple(self._fast(routes.nested_jvp, function)(primals, tangents, others))

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """By `jax.vmap`."""
        return tuple(self._fast(routes.batched_vjp, function)(primals, cotangents))

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """By `jax.vmap`."""
        return tuple(self._fast(routes.batched_jvp, function)(primals, tangents))

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """`jnp.sum(x, axis=0)` and the like."""
        return SPELLING.spell(op, args, dict(params))

    def preamble(self) -> str:
        """Imports of a script."""
        return 'import jax\nimport jax.numpy as jnp\nimport jax.scipy.special as jsp\n\njax.config.update("jax_enable_x64", True)'

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`jnp.array(...)`."""
        return f"jnp.array({numbers(values)}, dtype={dtype if values.dtype.kind in 'fc' else values.dtype.name!r})"

    def derivatives(self) -> str:
        """By `jax.vjp` and `jax.jvp`."""
        return DERIVATIVES

    def _fast(self, route: Callable[..., Any], function: Function) -> Callable[..., Any]:
        """`route` of `function`, compiled if that was prepared."""
        if function not in self._prepared.values():
            return lambda *args: route(function, *args)
        return _remembered(self._compiled, (route, function), lambda: jax.jit(lambda *args: route(function, *args)))

    def _fastened(self, route: Callable[..., Any]) -> Callable[..., Any]:
        return lambda function, *args: self._fast(route, function)(*args)

    def _called(self, device: Any) -> str:
        return "cpu" if device.platform == "cpu" else f"{'cuda' if device.platform == 'gpu' else device.platform}:{device.id}"

    def _device(self, name: str) -> Any:
        return next(device for device in (*jax.devices(), *jax.devices("cpu")) if self._called(device) == name)


def _remembered(kept: OrderedDict[Any, T], key: Any, make: Callable[[], T]) -> T:
    """What `kept` has under `key`, made now if need be; the oldest are forgotten."""
    if key not in kept:
        kept[key] = make()
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


def _plain(route: Callable[..., Any]) -> Callable[..., Any]:
    """`route` of the function below `jax.jit`."""

    @wraps(route)
    def plain(function: Function, *args: Any) -> Any:
        return route(getattr(function, "__wrapped__", function), *args)

    return plain
