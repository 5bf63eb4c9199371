"""Forward mode, Jacobians and maps as functions: they agree with reverse mode, with loops, and with each other.

jacfwd(f) = jacrev(f)          vmap(grad(f))(X)[i] = grad(f)(X[i])          linearize(f, x)[1](v) = f'(x) v
"""

from __future__ import annotations

import numpy as np

from harness.tape.transforming import Transforms
from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.transforms import constant, cubes, summed

family = Family("transforms forward", "https://docs.pytorch.org/docs/stable/generated/torch.func.jvp.html")


def rows(stage: Stage) -> np.ndarray:
    """Three samples: (3, *shape)."""
    return np.stack([stage.seed, 2 * stage.seed, -stage.seed])


@family.law(
    "jacobians-agree",
    "Forward and reverse mode give one Jacobian.",
    "jacfwd(f) = jacrev(f)",
    faults=("func-transposes",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.jacrev.html",
)
def jacobians(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func, x = stage.tape.part(Transforms), constant(stage)
    square = lambda x: stage.times(x, x)  # noqa: E731
    due = np.diag(2 * stage.seed.ravel()).reshape(2 * stage.seed.shape)
    shear = np.arange(stage.seed.size**2, dtype=stage.seed.real.dtype).reshape(2 * stage.seed.shape) % 5
    for mode in ("forward", "reverse"):
        expect(stage.equals(func.jacobian(square, mode=mode)(x), due), f"the Jacobian of x^2 by {mode} mode is not diag(2 x)")
    if stage.seed.ndim == 1:
        stage.needs_ops("matmul")
        matrix = stage.tape.leaf(shear.astype(stage.seed.dtype), requires_grad=False)
        for mode in ("forward", "reverse"):
            found = func.jacobian(lambda x: stage.tape.apply("matmul", matrix, x), mode=mode)(x)
            expect(stage.equals(found, shear), f"the Jacobian of A x by {mode} mode is not A")


@family.law(
    "jvp-linear",
    "jvp is linear in the tangent, negative and large ones included; a tangent of zero gives zero.",
    "f'(x) (a u + b v) = a f'(x) u + b f'(x) v",
    faults=("func-bends-tangents",),
)
def linear(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, constant(stage)

    def push(tangent: np.ndarray) -> np.ndarray:
        made = tape.part(Transforms).jvp(lambda x: stage.times(x, x), [x], [tape.leaf(tangent, requires_grad=False)])[1]
        return np.zeros_like(tangent) if made is None else tape.value(made)

    u, v = stage.seed, stage.small
    for a, b in ((1.0, 1.0), (-1.0, 0.0), (0.0, 0.0), (1024.0, -0.5)):
        due = a * push(u) + b * push(v)
        expect(
            np.array_equal(push((a * u + b * v).astype(u.dtype)), due),
            f"the output tangent of {a} u + {b} v is not {a} times one + {b} times the other",
        )
    expect(np.array_equal(push(u), 2 * stage.seed * u), "the output tangent of x^2 is not 2 x v")


@family.law(
    "linearize-reusable",
    "What linearize returns is f'(x), to be called at will.",
    "push(v) = f'(x) v",
    faults=("func-pulls-once",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.linearize.html",
)
def linearized(stage: Stage, expect: Expect) -> None:
    x = constant(stage)
    value, push = stage.tape.part(Transforms).linearize(lambda x: stage.times(x, x), x)
    expect(stage.equals(value, stage.seed**2), "the value is wrong")
    for factor in (1.0, -2.0, 1.0):
        tangent = push(stage.tape.leaf(factor * stage.seed, requires_grad=False))
        expect(stage.equals(tangent, 2 * factor * stage.seed**2), f"the push of {factor} v is wrong")


@family.law(
    "jvp-product-rule", "A jvp is linear in its tangents and sums over all arguments.", "d(x y) = y dx + x dy", faults=("func-drops-tangent",)
)
def product_rule(stage: Stage, expect: Expect) -> None:
    func, x, y = stage.tape.part(Transforms), constant(stage), stage.tape.leaf(2 * stage.seed, requires_grad=False)
    value, tangent = func.jvp(lambda x, y: stage.times(x, y), (x, y), (y, x))
    expect(stage.equals(value, 2 * stage.seed**2), "the value is wrong")
    expect(stage.equals(tangent, 5 * stage.seed**2), "the tangent is not y dx + x dy")


@family.law(
    "vmap-grad-eq-loop",
    "Gradients per sample are those of a loop, and sum to that of the summed loss.",
    "vmap(grad(f))(X)[i] = grad(f)(X[i])",
    faults=("func-maps-first",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html",
)
def per_sample(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func, samples = stage.tape.part(Transforms), rows(stage)
    one = func.grad(lambda w, x: summed(stage, stage.times(stage.times(w, w), x)))
    w = np.stack([stage.seed] * len(samples))
    mapped = func.vmap(one)(stage.tape.leaf(w, requires_grad=False), stage.tape.leaf(samples, requires_grad=False))
    expect(stage.equals(mapped, 2 * w * samples), "the gradients per sample are not those of a loop")
    together = stage.tape.leaf(samples.sum(0), requires_grad=False)
    total = func.grad(lambda w: summed(stage, stage.times(stage.times(w, w), together)))(constant(stage))
    expect(stage.equals(total, 2 * stage.seed * samples.sum(0)), "the gradient of the summed loss is not the sum over the samples")


@family.law(
    "vmap-noise-needs-policy",
    "A random function is mapped only when it is said whether all samples share their numbers.",
    "vmap(noise) raises",
    faults=("func-maps-noise",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html",
)
def policy(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func, samples = stage.tape.part(Transforms), stage.tape.leaf(rows(stage), requires_grad=False)
    expect.refusal(lambda: func.vmap(func.noise)(samples), "a random function was mapped without a word on its random numbers")
    same = stage.tape.value(func.vmap(func.noise, randomness="same")(samples))
    expect(bool((same == same[:1]).all()), "with randomness='same' the samples differ")


@family.law(
    "strict-jacobian",
    "A strict Jacobian refuses an output that does not depend on its input; another has zeros.",
    "jacobian(c, strict) raises",
    faults=("func-never-strict",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html",
)
def strict(stage: Stage, expect: Expect) -> None:
    func, x = stage.tape.part(Transforms), constant(stage)
    independent = lambda _: stage.times(x, x)  # noqa: E731
    zeros = np.zeros(2 * stage.seed.shape, stage.seed.dtype)
    expect(stage.equals(func.strict_jacobian(independent, x, strict=False), zeros), "the Jacobian of a constant is not zero")
    expect.refusal(lambda: func.strict_jacobian(independent, x, strict=True), "a strict Jacobian of a constant was not refused")


@family.law(
    "func-hessian",
    "The Hessian by any two modes is the same, and symmetric.",
    "jac(jac(f)) by 2 x 2 modes",
    faults=("func-transposes",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.hessian.html",
)
def hessians(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func, x = stage.tape.part(Transforms), constant(stage)
    due = np.diag(6 * stage.seed.ravel()).reshape(2 * stage.seed.shape)
    for outer in ("forward", "reverse"):
        for within in ("forward", "reverse"):
            found = func.jacobian(func.jacobian(lambda x: cubes(stage, x), mode=within), mode=outer)(x)
            expect(stage.equals(found, due), f"the Hessian of the sum of cubes, {outer} over {within}, is not diag(6 x)")


LAWS = family.laws
