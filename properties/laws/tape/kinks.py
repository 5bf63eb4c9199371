"""Points where a derivative has to be chosen.

convex f:  the smallest subgradient         d relu / dx = d |x| / dx = d max(x, 0) / dx = 0 at 0
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Family, Stage

kinks = Family("kinks", "https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions")


@kinks.law(
    "nondiff-convention",
    "Where there is no derivative, the smallest subgradient; at ties of two operands equal shares.",
    "relu'(0) = abs'(0) = 0, d maximum(x, x) = 1/2",
    faults=["ones-at-kinks"],
)
def chosen(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    stage.needs_ops("relu", "abs", "maximum", "vector_norm")
    tape = stage.tape
    for op, due in (("relu", [0, 1]), ("abs", [0, 1])):
        x = stage.vector(0, 2)
        tape.backward(tape.apply(op, x), stage.numbers(1, 1))
        expect(stage.holds(x, stage.numbers(*due)), f"the gradient of {op} at 0 and 2 is {tape.grad(x)}")
    x, y = stage.vector(1, 2), stage.vector(1, 0)
    tape.backward(tape.apply("maximum", x, y), stage.numbers(1, 1))
    expect(
        stage.holds(x, stage.numbers(0.5, 1)) and stage.holds(y, stage.numbers(0.5, 0)),
        "the gradient of a maximum of equal operands is not shared equally",
    )
    tape.backward(tape.apply("vector_norm", x := stage.vector(0, 0)))
    expect(stage.holds(x, stage.numbers(0, 0)), f"the gradient of the norm of 0 is {tape.grad(x)}")


@kinks.law(
    "nondiff-clamp",
    "A clamp from below is convex: at its limit it has the smallest subgradient.",
    "d max(x, 0) / dx = 0 at x = 0",
    faults=["ones-at-kinks"],
)
def clamped(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    stage.needs_ops("clamp_min")
    x = stage.vector(0, 2)
    stage.tape.backward(stage.tape.apply("clamp_min", x, limit=0.0), stage.numbers(1, 1))
    expect(stage.holds(x, stage.numbers(0, 1)), f"the gradient of a clamp at its limit and above it is {stage.tape.grad(x)}")


LAWS = kinks.laws
