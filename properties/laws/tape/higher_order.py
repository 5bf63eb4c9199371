"""Derivatives of derivatives on the tape, with known values.

d^k x^4 = 12 x^2, 24 x, 24          d<J^T w, u>/dw = J u          d^2f/dxdy = d^2f/dydx
"""

from __future__ import annotations

from typing import Any

import numpy as np

from properties.laws.tape.deeds import Expect, Family, Stage

_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html"
_TESTS = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
_FEATURES = "functional higher_order"

family = Family("higher order", _GRAD)


def slope(stage: Stage, y: Any, x: Any, **options: Any) -> Any:
    """The gradient with cotangent 1, differentiable."""
    (found,) = stage.tape.gradient(y, [x], np.ones_like(stage.seed), create_graph=True, **options)
    return found


def power(stage: Stage, x: Any, exponent: int) -> Any:
    """The value x * x * ... * x."""
    y = x
    for _ in range(exponent - 1):
        y = stage.times(y, x)
    return y


@family.law(
    "n-fold-derivatives",
    "Derivatives of a polynomial, one of the other, end in its leading constant.",
    "x^4: 4 x^3, 12 x^2, 24 x, 24",
    faults=("created-once",),
    features=_FEATURES,
)
def polynomial(stage: Stage, expect: Expect) -> None:
    x = stage.tape.leaf(stage.seed)
    y = power(stage, x, 4)
    for order, due in enumerate((4 * stage.seed**3, 12 * stage.seed**2, 24 * stage.seed, 24 + 0 * stage.seed), start=1):
        y = slope(stage, y, x)
        expect(stage.equals(y, due), f"derivative {order} of x^4 is wrong")


@family.law(
    "second-needs-created-graph",
    "A gradient without a created graph is a constant, and cannot be differentiated.",
    "grad(grad(y)) raises",
    faults=("gradient-always-creates",),
    features=_FEATURES,
)
def uncreated(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.seed)
    (first,) = tape.gradient(power(stage, x, 2), [x], stage.seed)
    expect(not tape.requires_grad(first), "a gradient requires grad though no graph was created")
    expect.refusal(lambda: tape.gradient(first, [x], stage.seed), "a constant gradient was differentiated")


@family.law(
    "derivative-by-cotangent",
    "A gradient with a created graph is differentiable in the cotangent too: the way from vjp to jvp.",
    "d<J^T w, u>/dw = J u",
    faults=("created-forgets-cotangent",),
    features=_FEATURES,
    source="https://j-towns.github.io/2017/06/12/A-new-trick.html",
)
def by_cotangent(stage: Stage, expect: Expect) -> None:
    tape, x, w = stage.tape, stage.tape.leaf(stage.seed), stage.tape.leaf(2 * stage.seed)
    (pulled,) = tape.gradient(power(stage, x, 2), [x], w, create_graph=True)
    (pushed,) = tape.gradient(pulled, [w], 3 * stage.seed)
    expect(stage.equals(pulled, 4 * stage.seed**2), "J^T w is wrong")
    expect(stage.equals(pushed, 6 * stage.seed**2), "its derivative by the cotangent is not J u")


@family.law(
    "mixed-partials-commute",
    "Mixed derivatives do not depend on their order.",
    "d^3 f/dx dx dy in three orders",
    faults=("created-drops-leaf",),
    features=_FEATURES,
    source="Schwarz's theorem",
)
def mixed(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for order in ((0, 0, 1), (0, 1, 0), (1, 0, 0)):
        leaves = tape.leaf(stage.seed), tape.leaf(2 * stage.seed)
        y = stage.times(power(stage, leaves[0], 3), power(stage, leaves[1], 2))
        for position in order:
            y = slope(stage, y, leaves[position])
        expect(stage.equals(y, 24 * stage.seed**2), f"the derivative of x^3 y^2 by x, x and y in the order {order} is not 12 x y")


@family.law(
    "linear-has-no-second",
    "The gradient of a linear function does not depend on its leaf: a second derivative is refused, or None where that is allowed.",
    "d(c x)/dx = c",
    faults=("unused-accepted", "unused-zero"),
    features=_FEATURES,
)
def linear(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.seed)
    first = slope(stage, stage.times(x, 2.0), x)
    expect(stage.equals(first, 2 + 0 * stage.seed), "the gradient of 2 x is not 2")
    expect.refusal(lambda: tape.gradient(first, [x], stage.seed), "a gradient that does not depend on the leaf was differentiated")
    both = tape.apply("add", stage.times(x, 0.0), tape.leaf(stage.seed))
    other = tape.leaf(stage.seed)
    expect(tape.gradient(both, [other], stage.seed, allow_unused=True) == (None,), "the gradient by an unused leaf is not None where that is allowed")
    expect.refusal(lambda: tape.gradient(stage.times(x, 2.0), [other], stage.seed), "an unused leaf was accepted")


@family.law(
    "gradient-penalty",
    "A loss with the squared gradient in it trains like its formula.",
    "L = f + |f'|^2: dL/dw",
    faults=("gradient-first-order",),
    features=_FEATURES,
    source="Gulrajani et al., Improved Training of Wasserstein GANs (2017)",
)
def penalty(stage: Stage, expect: Expect) -> None:
    tape, x, w = stage.tape, stage.tape.leaf(stage.seed), stage.tape.leaf(2 * stage.seed)
    y = stage.times(w, power(stage, x, 2))
    inner = slope(stage, y, x)  # 2 w x
    tape.backward(tape.apply("add", y, power(stage, inner, 2)), np.ones_like(stage.seed))  # w x^2 + 4 w^2 x^2
    expect(stage.holds(w, stage.seed**2 + 16 * stage.seed**3), "the gradient by the weight is not x^2 + 8 w x^2")
    expect(stage.holds(x, 4 * stage.seed**2 + 32 * stage.seed**3), "the gradient by the input is not 2 w x + 8 w^2 x")


@family.law(
    "nested-derivatives-apart",
    "A derivative inside a derivative is taken at its own level.",
    "d/dx [x d/dy (x y^2)] at y = x is 4 x^2 + 2 x^2",
    faults=("created-drops-leaf",),
    features=_FEATURES,
    source=f"{_TESTS} (nested autograd)",
)
def levels(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.seed)
    y = tape.apply("add", x, 0.0)  # the inner variable, a function of the outer one
    inner = slope(stage, stage.times(x, power(stage, y, 2)), y)  # 2 x y
    expect(stage.equals(slope(stage, stage.times(x, inner), x), 6 * stage.seed**2), "d/dx [x d/dy (x y^2) at y = x] is not 6 x^2")


LAWS = family.laws
