"""A function of a user's with a `jax.custom_vjp` or `jax.custom_jvp`: right, wrong, and what forward mode cannot do there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness import Verdict, check_gradients
from harness.record.signature import signature

jax = pytest.importorskip("jax", reason="jax is not installed; make verify-backends BACKENDS=jax makes an environment for it")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
X = np.array([[0.3, -0.7, 1.1], [0.2, 2.0, -1.4]])


def with_vjp(factor: float) -> Any:
    """x sigmoid(x), whose pullback is off by `factor`."""

    @jax.custom_vjp
    def swish(x: Any) -> Any:
        return x * jax.nn.sigmoid(x)

    def forward(x: Any) -> Any:
        return swish(x), x

    def backward(x: Any, w: Any) -> Any:
        s = jax.nn.sigmoid(x)
        return (factor * w * (s + x * s * (1 - s)),)

    swish.defvjp(forward, backward)
    return swish


def with_jvp(factor: float) -> Any:
    """The same with a tangent that is off by `factor`; jax transposes it for reverse mode."""

    @jax.custom_jvp
    def swish(x: Any) -> Any:
        return x * jax.nn.sigmoid(x)

    @swish.defjvp
    def tangent(primals: Any, tangents: Any) -> Any:
        (x,), (v,) = primals, tangents
        s = jax.nn.sigmoid(x)
        return x * s, factor * v * (s + x * s * (1 - s))

    return swish


def verdicts(function: Any, *primals: Any, **options: Any) -> dict[str, Verdict]:
    report = check_gradients(function, *map(jnp.array, primals), **options)
    return {result.law: result.verdict for result in report.results}


@pytest.mark.parametrize("made", [with_vjp, with_jvp])
def test_a_right_rule_holds_in_every_default_law(made: Any):
    report = check_gradients(made(1.0), jnp.array(X))
    report.require_holds()
    assert {"vjp-eq-fd", "hvp-eq-fd"} <= {result.law for result in report.results if result.verdict is Verdict.HOLDS}


@pytest.mark.parametrize("made", [with_vjp, with_jvp])
def test_a_rule_that_is_off_by_a_thousandth_is_broken(made: Any):
    assert verdicts(made(1.001), X)["vjp-eq-fd"] is Verdict.BROKEN


def test_forward_mode_of_a_custom_vjp_is_unsupported_and_that_of_a_custom_jvp_is_judged():
    assert verdicts(with_vjp(1.0), X, laws=["jvp-eq-fd"]) == {"jvp-eq-fd": Verdict.UNSUPPORTED}
    assert verdicts(with_jvp(1.0), X, laws=["jvp-eq-fd"]) == {"jvp-eq-fd": Verdict.HOLDS}
    assert verdicts(with_jvp(0.999), X, laws=["jvp-eq-fd"]) == {"jvp-eq-fd": Verdict.BROKEN}


def test_a_pullback_that_ignores_one_of_two_arguments_is_broken_there():
    @jax.custom_vjp
    def product(x: Any, y: Any) -> Any:
        return x * y

    product.defvjp(lambda x, y: (x * y, (x, y)), lambda kept, w: (w * kept[1], jnp.zeros_like(w)))
    report = check_gradients(product, jnp.array(X), jnp.array(X + 1.0))
    broken = next(result for result in report.results if result.law == "vjp-eq-fd")
    assert broken.verdict is Verdict.BROKEN
    assert "zero where" in signature("", "", broken.pattern)


def test_a_pullback_for_another_shape_is_told_and_no_error_of_the_harness():
    @jax.custom_vjp
    def total(x: Any) -> Any:
        return jnp.sum(x)

    total.defvjp(lambda x: (jnp.sum(x), None), lambda _, w: (w,))  # a number, where x has six entries
    assert verdicts(total, X)["vjp-eq-fd"] is Verdict.BROKEN
