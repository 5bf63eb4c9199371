"""Derivatives as functions: they equal those of the tape, keep their hands off its slots, and nest without mixing up their levels.

grad(f)(x) = f'(x)          d/dx [x * d/dy (x + y)] = 1
"""

from __future__ import annotations

from typing import Any

from harness.tape.transforming import Transforms
from properties.laws.tape.deeds import Expect, Family, Stage

_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.func.grad.html"

family = Family("transforms", _GRAD)


def summed(stage: Stage, x: Any) -> Any:
    """A scalar: the sum of the entries of x."""
    return stage.tape.apply("sum", x)


def cubes(stage: Stage, x: Any) -> Any:
    """A scalar: the sum of the cubes."""
    return summed(stage, stage.times(stage.times(x, x), x))


def constant(stage: Stage) -> Any:
    """The stage's exact numbers, untracked."""
    return stage.tape.leaf(stage.seed, requires_grad=False)


@family.law(
    "func-grad-is-gradient",
    "grad and value_and_grad give the value and the gradient, by any argument.",
    "grad(f)(x) = f'(x)",
    faults=("func-doubles",),
)
def gradients(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func, x = stage.tape.part(Transforms), constant(stage)
    expect(stage.equals(func.grad(lambda x: cubes(stage, x))(x), 3 * stage.seed**2), "grad of the sum of cubes is not 3 x^2")
    product = func.grad(lambda x, y: summed(stage, stage.times(stage.times(x, x), y)), argument=1)
    expect(stage.equals(product(x, x), stage.seed**2), "the gradient by the second argument is wrong")
    value, gradient = func.value_and_grad(lambda x: cubes(stage, x))(x)
    expect(stage.equals(value, stage.tape.value(cubes(stage, x))), "the value beside the gradient is not that of the function")
    expect(stage.equals(gradient, 3 * stage.seed**2), "the gradient beside the value is wrong")


@family.law(
    "func-aux-untouched",
    "What a function returns beside its value passes through a derivative untouched.",
    "grad(f, aux)(x) = f'(x), aux",
    faults=("func-drops-aux",),
)
def auxiliary(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    x = constant(stage)
    gradient, aux = stage.tape.part(Transforms).grad(lambda x: (cubes(stage, x), {"note": stage.times(x, 2.0)}), aux=True)(x)
    expect(stage.equals(gradient, 3 * stage.seed**2), "the gradient is wrong")
    expect(isinstance(aux, dict) and stage.equals(aux.get("note"), 2 * stage.seed), "the rest is not what the function returned")


@family.law("func-grad-scalar-only", "grad is for scalar functions; another is refused.", "grad(x -> x) raises", faults=("func-sums-outputs",))
def scalars(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func = stage.tape.part(Transforms)
    vector = stage.tape.leaf(stage.seed.reshape(-1)[:1] if stage.seed.size else stage.seed.reshape(-1), requires_grad=False)
    expect.refusal(lambda: func.grad(lambda x: stage.times(x, x))(vector), "the gradient of a function with an axis was not refused")
    expect.refusal(lambda: func.grad(lambda x: 1.0)(vector), "the gradient of a function that returns no value of the tape was not refused")


@family.law(
    "func-touches-no-slot",
    "A derivative as a function fills no slot, not even of a leaf that the function uses.",
    "x.grad unchanged",
    faults=("func-fills-slots",),
)
def pure(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    x, used = stage.leaf(), stage.leaf()
    stage.tape.part(Transforms).grad(lambda x: summed(stage, stage.times(x, used)))(x)
    expect(stage.holds(x, None), "the slot of the argument was filled")
    expect(stage.holds(used, None), "the slot of a leaf that the function uses was filled")


@family.law(
    "func-grad-in-no-grad",
    "no_grad outside does not switch a derivative off; inside the function it does.",
    "no_grad: grad(f)(x) = f'(x)",
    faults=("func-obeys-no-grad",),
)
def modes(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, func, x = stage.tape, stage.tape.part(Transforms), constant(stage)
    with tape.no_grad():
        outside = func.grad(lambda x: cubes(stage, x))(x)
    expect(stage.equals(outside, 3 * stage.seed**2), "no_grad around a derivative changes it")

    def partly(x: Any) -> Any:
        with tape.no_grad():
            factor = stage.times(x, x)
        return summed(stage, stage.times(factor, x))

    expect(stage.equals(func.grad(partly)(x), stage.seed**2), "no_grad inside a differentiated function has no effect")


@family.law(
    "vjp-reusable",
    "The function that vjp returns can be called again and again.",
    "pull(w), pull(2 w), pull(w)",
    faults=("func-pulls-once",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.vjp.html",
)
def reused(stage: Stage, expect: Expect) -> None:
    x = constant(stage)
    value, pull = stage.tape.part(Transforms).vjp(lambda x: stage.times(x, x), x)
    expect(stage.equals(value, stage.seed**2), "the value is wrong")
    for factor in (1.0, 2.0, 1.0):
        (g,) = pull(stage.tape.leaf(factor * stage.seed, requires_grad=False))
        expect(stage.equals(g, 2 * factor * stage.seed**2), f"the pull of {factor} w is wrong when it is called again")


@family.law(
    "no-perturbation-confusion",
    "Nested derivatives do not mix up their levels, in either mode.",
    "d/dx [x d/dy (x + y)] = 1",
    faults=("func-confuses",),
    source="Siskind and Pearlmutter, Perturbation Confusion and Referential Transparency (2005)",
)
def nested(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, func = stage.tape, stage.tape.part(Transforms)
    one = tape.leaf(stage.seed.dtype.type(1), requires_grad=False)

    def inner(x: Any) -> Any:
        return stage.times(x, func.grad(lambda y: tape.apply("add", x, y))(one))

    def squared(x: Any) -> Any:
        return stage.times(x, func.grad(lambda y: stage.times(x, stage.times(y, y)))(x))

    expect(stage.equals(func.grad(inner)(one), 1), "d/dx [x d/dy (x + y)] at (1, 1) is not 1")
    expect(stage.equals(func.grad(squared)(one), 6), "d/dx [x d/dy (x y^2) at y = x] at 1 is not 6")


LAWS = family.laws
