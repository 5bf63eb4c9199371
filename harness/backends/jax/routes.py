"""jax's several ways to the same derivative: transforms, compiled and not, and their compositions.

    <a, b> = Re sum conj(a_i) b_i:   jax's vjp is f'(x)^T w without conjugation, so that w goes in and g comes out conjugated

Source: https://docs.jax.dev/en/latest/notebooks/autodiff_cookbook.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

from harness.backends.protocol import Arrays, Function, Hvp, Jvp, Unsupported, Vjp
from harness.backends.spelled import compositions


def conjugated(arrays: Arrays) -> Arrays:
    """Complex arrays conjugated, the others as they are."""
    return tuple(jnp.conj(array) if jnp.iscomplexobj(array) else array for array in arrays)


@contextmanager
def limits_told() -> Iterator[None]:
    """A function with a `custom_vjp` has no forward mode: an answer, not an error."""
    try:
        yield
    except TypeError as error:
        if "custom_vjp" in str(error):
            raise Unsupported("the function has a custom_vjp, and so no forward mode.") from error
        raise


def plain(route: Callable[..., Any]) -> Callable[..., Any]:
    """`route` of the function below `jax.jit`."""

    @wraps(route)
    def plain(function: Function, *args: Any) -> Any:
        return route(getattr(function, "__wrapped__", function), *args)

    return plain


def vjp(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.vjp`; an unused primal has a gradient of zeros."""
    outputs, pull_back = jax.vjp(function, *primals)
    return tuple(outputs), conjugated(pull_back(conjugated(tuple(cotangents))))


def vjp_by_grad(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.grad` of Re <w, f(x)>."""

    def paired(*points: Any) -> Any:
        outputs = function(*points)
        return sum(jnp.sum(jnp.real(jnp.conj(w) * y)) for w, y in zip(cotangents, outputs, strict=True)), outputs

    gradients, outputs = jax.grad(paired, argnums=tuple(range(len(primals))), has_aux=True)(*primals)
    return tuple(outputs), conjugated(gradients)


def jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.jvp`."""
    with limits_told():
        outputs, results = jax.jvp(function, primals, tuple(tangents))
    return tuple(outputs), tuple(results)


def jvp_by_linearize(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.linearize`."""
    with limits_told():
        outputs, linear = jax.linearize(function, *primals)
        return tuple(outputs), tuple(linear(*tangents))


def batched_vjp(function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
    """`jax.vmap` over the cotangents."""
    return tuple(jax.vmap(lambda *w: vjp(function, primals, w)[1])(*cotangents))


def batched_jvp(function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """`jax.vmap` over the tangents."""
    return tuple(jax.vmap(lambda *v: jvp(function, primals, v)[1])(*tangents))


def nested_jvp(function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
    """Forward over forward."""
    return jvp(lambda *x: jvp(function, x, tangents)[1], primals, others)[1]


def _reverse_over_forward(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    return vjp(lambda *x: jvp(function, x, tangents)[1], primals, cotangents)[1]


HVPS: dict[str, Hvp] = {
    **compositions(vjp, jvp),
    "reverse over forward": _reverse_over_forward,
}
REVERSE: dict[str, Vjp] = {"jax.grad": vjp_by_grad}
FORWARD: dict[str, Jvp] = {"jax.linearize": jvp_by_linearize}
