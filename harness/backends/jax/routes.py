"""jax's several ways to the same derivative."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from harness.backends.protocol import Arrays, Function, Unsupported


def vjp(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.vjp`; an unused primal has a gradient of zeros."""
    outputs, pull_back = jax.vjp(function, *primals)
    return tuple(outputs), _conjugated(pull_back(_conjugated(tuple(cotangents))))


def vjp_by_grad(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.grad` of Re <w, f(x)>."""

    def paired(*points: Any) -> Any:
        outputs = function(*points)
        return sum(jnp.vdot(w, y).real for w, y in zip(cotangents, outputs, strict=True)), outputs

    gradients, outputs = jax.grad(paired, argnums=tuple(range(len(primals))), has_aux=True)(*primals)
    return tuple(outputs), _conjugated(gradients)


def jvp(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.jvp`."""
    with _limits_told():
        outputs, results = jax.jvp(function, primals, tuple(tangents))
        return outputs, results


def jvp_by_linearize(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`jax.linearize`."""
    with _limits_told():
        outputs, linear = jax.linearize(function, *primals)
        return outputs, linear(*tangents)


def _conjugated(arrays: Arrays) -> Arrays:
    return tuple(jnp.conj(array) if jnp.iscomplexobj(array) else array for array in arrays)


@contextmanager
def _limits_told() -> Iterator[None]:
    """A function with a `custom_vjp` has no forward mode: an answer, not an error."""
    try:
        yield
    except TypeError as error:
        if "custom_vjp" in str(error):
            raise Unsupported("the function has a custom_vjp, and so no forward mode.") from error
        raise
