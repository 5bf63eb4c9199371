"""Dual numbers: what goes in comes out, what cannot be carried is refused, and modes of recording are none of their business.

(x + e v) (y + e u) = x y + e (v y + x u)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.custom_function import CustomFunctions
from harness.tape.forward_mode import ForwardMode
from harness.tape.inferring import Inferring
from properties.laws.tape.deeds import Expect, Family, Stage

_LEVEL = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.forward_ad.dual_level.html"

family = Family("forward mode", "https://docs.pytorch.org/docs/stable/autograd.html#forward-mode-automatic-differentiation")


def pair(stage: Stage) -> tuple[Any, Any]:
    """A primal and a tangent, both untracked: x and 2 x."""
    return stage.tape.leaf(stage.seed, requires_grad=False), stage.tape.leaf(2 * stage.seed, requires_grad=False)


@family.law(
    "dual-unpacks",
    "A dual gives back its primal and its tangent; outside its level the tangent is gone.",
    "parts(dual(x, v)) = (x, v)",
    faults=("dual-outlives",),
)
def unpacked(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    with forward.level():
        made = forward.dual(x, v)
        primal, tangent = forward.parts(made)
        expect(stage.equals(primal, stage.seed), "the primal is not the one that went in")
        expect(stage.equals(tangent, 2 * stage.seed), "the tangent is not the one that went in")
        expect(forward.parts(x)[1] is None, "a value that is no dual has a tangent")
    with forward.level():
        expect(forward.parts(made)[1] is None, "a tangent outlives its level")


@family.law(
    "dual-checked",
    "A dual needs a level, and a tangent of its primal's shape; levels do not nest.",
    "dual(x, v), shape v != shape x, raises",
    faults=("dual-unchecked",),
    source=_LEVEL,
)
def checked(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    longer = stage.tape.leaf(np.ones((*stage.seed.shape, 2), stage.seed.dtype), requires_grad=False)
    expect.refusal(lambda: forward.dual(x, v), "a dual was made without a level")
    with forward.level():
        expect.refusal(lambda: forward.dual(x, longer), "a tangent of another shape was accepted")
        expect.refusal(lambda: forward.level().__enter__(), "a level inside a level was accepted")


@family.law(
    "dual-product-rule", "Tangents follow the product rule, through several duals and constants.", "d(x y) = dx y + x dy", faults=("dual-forgets",)
)
def product(stage: Stage, expect: Expect) -> None:
    tape, forward, (x, v) = stage.tape, stage.tape.part(ForwardMode), pair(stage)
    with forward.level():
        one, two = forward.dual(x, v), forward.dual(v, x)
        expect(stage.equals(forward.parts(stage.times(one, one))[1], 4 * stage.seed**2), "the tangent of x x is not 2 x v")
        expect(stage.equals(forward.parts(stage.times(one, two))[1], 5 * stage.seed**2), "the tangent of x y is not v y + x u")
        expect(stage.equals(forward.parts(tape.apply("add", stage.times(one, 3.0), x))[1], 6 * stage.seed), "the tangent of 3 x + c is not 3 v")


@family.law(
    "dual-in-place", "A change in place carries the tangent along.", "x <- 3 x: v <- 3 v", faults=("dual-keeps-tangent",), features="in_place"
)
def in_place(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    with forward.level():
        h = stage.times(forward.dual(x, v), 1.0)
        stage.tape.scale_in_place(h, 3.0)
        expect(stage.equals(forward.parts(h)[1], 6 * stage.seed), "a change in place leaves the tangent behind")
        stage.tape.add_in_place(h, forward.dual(x, v))
        expect(stage.equals(forward.parts(h)[1], 8 * stage.seed), "what was added in place adds no tangent")


@family.law(
    "dual-ignores-modes",
    "no_grad does not stop forward mode, inference mode does.",
    "no_grad: f(x + e v) = f(x) + e f'(x) v",
    faults=("dual-obeys-no-grad",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
)
def modes(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    with forward.level(), stage.tape.no_grad():
        expect(stage.equals(forward.parts(stage.times(forward.dual(x, v), 3.0))[1], 6 * stage.seed), "no_grad stops forward mode")
    inference = stage.tape.part(Inferring)
    with forward.level():
        made = forward.dual(x, v)
        with inference.mode():
            expect(forward.parts(stage.times(made, 3.0))[1] is None, "inference mode does not stop forward mode")


@family.law(
    "detach-drops-tangent",
    "detach drops the tangent too.",
    "parts(detach(x))[1] = None",
    faults=("dual-survives-detach",),
    features="detach",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html",
)
def detached(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    with forward.level():
        made = forward.dual(x, v)
        expect(forward.parts(stage.tape.detach(made))[1] is None, "a detached dual has a tangent")
        expect(stage.equals(forward.parts(made)[1], 2 * stage.seed), "detaching a dual costs it its own tangent")


@family.law(
    "dual-missing-is-loud",
    "Forward mode through a function without a forward derivative is refused, never zero.",
    "no jvp => error",
    faults=("dual-missing-is-zero",),
    source="https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_not_implemented_fwad)",
)
def missing(stage: Stage, expect: Expect) -> None:
    forward, (x, v) = stage.tape.part(ForwardMode), pair(stage)
    function = stage.tape.part(CustomFunctions).function(lambda context, x: stage.times(x, 2.0), lambda context, g: stage.times(g, 2.0))

    def through() -> None:
        with forward.level():
            forward.parts(function(forward.dual(x, v)))

    expect.refusal(through, "forward mode through a function that has no forward derivative gave one")


@family.law(
    "forward-over-reverse",
    "The tangent of a gradient is the Hessian times the tangent.",
    "parts(grad f(x + e v))[1] = H v",
    faults=("dual-forgets",),
    features="functional higher_order",
)
def over_reverse(stage: Stage, expect: Expect) -> None:
    tape, forward, (_, v) = stage.tape, stage.tape.part(ForwardMode), pair(stage)
    with forward.level():
        point = forward.dual(tape.leaf(stage.seed), v)
        (gradient,) = tape.gradient(stage.times(stage.times(point, point), point), [point], stage.seed, create_graph=True)
        primal, tangent = forward.parts(gradient)
        expect(stage.equals(primal, 3 * stage.seed**3), "the gradient of x^3 is not 3 x^2 w")
        expect(stage.equals(tangent, 12 * stage.seed**3), "its tangent is not 6 x w v")


LAWS = family.laws
