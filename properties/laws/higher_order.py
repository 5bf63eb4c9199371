"""Derivatives of derivatives on a tape: a gradient with a created graph is a value like any other.

g = grad(y, x) with a graph;   grad(g, x) = second derivative, and so on;   without one: refused
"""

from __future__ import annotations

import numpy as np

from properties.laws.deeds import Expect, Family, Stage

_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
_FEATURES = "functional higher_order"
higher_order = Family("higher order", _GRAD)


@higher_order.law(
    "double-backward-values",
    "Every order of derivative of a polynomial, down to its constant.",
    "(x^4)', '', ''', '''' = 4 x^3, 12 x^2, 24 x, 24",
    source=f"{_TEST} (test_hessian_vector)",
    faults=["gradient-first-order", "second-order-linear"],
    features=_FEATURES,
)
def orders(stage: Stage, expect: Expect) -> None:
    tape, x, numbers = stage.tape, stage.vector(2, -1, 0.5), stage.numbers(2, -1, 0.5)
    square = stage.times(x, x)
    value, ones = stage.times(square, square), stage.numbers(1, 1, 1)
    for order, due in enumerate((4 * numbers**3, 12 * numbers**2, 24 * numbers, 24 + 0 * numbers), start=1):
        (value,) = tape.gradient(value, [x], ones, create_graph=True)
        expect(stage.equals(value, due), f"derivative {order} of x^4 at {numbers} is {tape.value(value)}, not {due}")


@higher_order.law(
    "second-order-needs-create-graph",
    "A gradient without a created graph is a constant: there is no second one.",
    "grad(grad(y, x), x) raises",
    faults=["gradient-always-creates"],
    features=_FEATURES,
)
def needs_graph(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    (first,) = tape.gradient(stage.times(x, x), [x], stage.seed)
    expect.refusal(lambda: tape.gradient(first, [x], stage.seed), "a gradient without a created graph was differentiated", "no graph")


@higher_order.law(
    "double-backward-wrt-seed",
    "A created graph also leads to the cotangent: the derivative of J^T w along u with respect to w is J u.",
    "d <J^T w, u> / dw = J u",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html (double backwards trick)",
    faults=["seed-is-constant"],
    features=_FEATURES,
)
def towards_seed(stage: Stage, expect: Expect) -> None:
    tape, x, w = stage.tape, stage.vector(2, -1, 0.5), stage.vector(1, 1, 1)
    u = stage.numbers(1, -2, 4)
    (pulled,) = tape.gradient(stage.times(x, x), [x], w, create_graph=True)
    (pushed,) = tape.gradient(pulled, [w], u)
    expect(stage.equals(pushed, 2 * stage.numbers(2, -1, 0.5) * u), f"J u of x^2 through two walks is {tape.value(pushed)}")


@higher_order.law(
    "mixed-partials-commute",
    "Mixed derivatives do not depend on the order of the variables, at third order neither.",
    "d^2 f / dx dy = d^2 f / dy dx",
    source="https://en.wikipedia.org/wiki/Symmetry_of_second_derivatives",
    faults=["second-order-linear"],
    features=_FEATURES,
)
def mixed(stage: Stage, expect: Expect) -> None:
    tape, ones = stage.tape, stage.numbers(1, 1)
    x, y, a, b = stage.vector(2, -1), stage.vector(3, 4), stage.numbers(2, -1), stage.numbers(3, 4)
    f = stage.times(stage.times(x, stage.times(x, x)), stage.times(y, y))
    for order, due in (((x, y), 6 * a**2 * b), ((y, x), 6 * a**2 * b), ((x, y, x), 12 * a * b), ((y, x, x), 12 * a * b), ((x, x, y), 12 * a * b)):
        value = f
        for variable in order:
            (value,) = tape.gradient(value, [variable], ones, create_graph=True)
        names = " ".join("x" if variable is x else "y" for variable in order)
        expect(stage.equals(value, due), f"the derivative of x^3 y^2 by {names} is {tape.value(value)}, not {due}")


@higher_order.law(
    "nested-gradients-apart",
    "Nested derivatives do not mix their levels.",
    "d/dx [x d/dy (x + y)] = 1,  d/dx [x d/dy (x y)] = 2 x",
    source="Siskind and Pearlmutter, Perturbation confusion and referential transparency (2005)",
    faults=["second-order-linear", "gradient-sums-inputs"],
    features=_FEATURES,
)
def levels(stage: Stage, expect: Expect) -> None:
    tape, one = stage.tape, stage.numbers(1)
    for name, inner, due in (("x + y", stage.plus, 1), ("x y", stage.times, 6)):
        x, y = stage.vector(3), stage.vector(1)
        (by_y,) = tape.gradient(inner(x, y), [y], one, create_graph=True)
        (by_x,) = tape.gradient(stage.times(x, by_y), [x], one)
        expect(stage.equals(by_x, stage.numbers(due)), f"d/dx [x d/dy ({name})] at x = 3 is {tape.value(by_x)}, not {due}")


@higher_order.law(
    "linear-second-order",
    "The gradient of a linear function is a constant, created graph or not: a second one is refused, or None where that is allowed.",
    "grad(grad(2 x, x), x) raises",
    faults=["gradient-requires-grad"],
    features=_FEATURES,
)
def linear(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    (first,) = tape.gradient(stage.times(x, 2.0), [x], stage.seed, create_graph=True)
    expect(stage.equals(first, 2 * stage.seed) and not tape.requires_grad(first), "the gradient of a linear function requires grad")
    expect.refusal(lambda: tape.gradient(first, [x], stage.seed), "the gradient of a linear function was differentiated", "no graph")


@higher_order.law(
    "gradient-penalty",
    "A loss may contain a gradient: its own gradient is the formula's.",
    "d (f + |df/dx|^2) / dw for f = w x^2:  x^2 + 8 w x^2",
    source=f"{_TEST} (test_grad_nonleaf)",
    faults=["gradient-first-order", "second-order-linear"],
    features=_FEATURES,
)
def penalty(stage: Stage, expect: Expect) -> None:
    tape, x, w = stage.tape, stage.vector(2, -1), stage.vector(3, 0.5)
    a, b = stage.numbers(2, -1), stage.numbers(3, 0.5)
    f = stage.times(w, stage.times(x, x))
    (slope,) = tape.gradient(f, [x], stage.numbers(1, 1), create_graph=True)
    tape.backward(tape.apply("sum", stage.plus(f, stage.times(slope, slope))))
    expect(stage.holds(w, a**2 + 8 * b * a**2), f"the gradient of a loss with a gradient in it is {tape.grad(w)}")
    expect(stage.holds(x, 2 * b * a + 8 * b**2 * a), "its gradient by the other variable is wrong")


@higher_order.law(
    "retain-defaults-to-create-graph",
    "A created graph leaves the old one alive as well.",
    "grad with a graph; grad again",
    faults=["created-frees"],
    features=_FEATURES,
)
def retained(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.small)
    y = stage.times(x, x)
    results = [tape.gradient(y, [x], stage.seed, create_graph=True)[0] for _ in range(2)]
    (last,) = tape.gradient(y, [x], stage.seed)
    expect(all(np.array_equal(tape.value(g), 2 * stage.small * stage.seed) for g in (*results, last)), "walks with created graphs differ")


LAWS = higher_order.laws
