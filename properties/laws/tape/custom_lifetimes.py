"""What outlives a custom function's walk, and what must not: saved values, second derivatives, a backward that is not there.

backward(y); backward(y) raises          d/dx (x backward(y)) raises where backward is differentiable once
"""

from __future__ import annotations

from harness.tape.custom_function import CustomFunctions
from properties.laws.tape.custom_functions import squared
from properties.laws.tape.deeds import Expect, Family, Stage

family = Family("custom lifetimes", "https://docs.pytorch.org/docs/stable/notes/extending.html#extending-torch-autograd")


@family.law(
    "custom-saved-is-freed", "What a function saved is freed with the graph.", "backward(y); backward(y) raises", faults=("custom-saves-for-good",)
)
def freed(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    y = squared(stage)(x)
    stage.backward(y)
    expect.refusal(lambda: stage.backward(y), "a function's saved values outlived the walk")


@family.law(
    "custom-saved-is-checked",
    "A saved input that was changed in place is noticed.",
    "version(x) != saved => error",
    faults=("custom-saves-for-good",),
    features="in_place version",
)
def checked(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    y = squared(stage)(h)
    with tape.no_grad():
        tape.scale_in_place(h, 2.0)
    expect.refusal(lambda: stage.backward(y), "a saved input was changed in place, and backward did not notice")


@family.law(
    "custom-once",
    "A function that is differentiable once gives first derivatives, and refuses to be differentiated again.",
    "backward(backward(y)) raises",
    faults=("custom-once-ignored",),
    features="higher_order slots functional",
)
def once(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    square = squared(stage, once=True)
    y = square(tape.leaf(stage.seed))
    tape.backward(y, stage.seed)
    x = tape.leaf(stage.seed)

    def again() -> None:
        (first,) = tape.gradient(square(x), [x], tape.leaf(stage.seed), create_graph=True)
        tape.backward(first, stage.seed)

    expect.refusal(again, "a function that is differentiable once was differentiated twice")


@family.law(
    "custom-once-is-loud",
    "No second derivative of such a function is silently wrong.",
    "d/dx (x backward(y)) raises",
    faults=("custom-once-ignored",),
    features="functional higher_order",
    source="https://docs.pytorch.org/docs/stable/notes/extending.html#how-to-use",
)
def loud(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()

    def again() -> None:
        (first,) = tape.gradient(squared(stage, once=True)(x), [x], stage.seed, create_graph=True)
        tape.gradient(stage.times(first, x), [x], stage.seed)

    expect.refusal(again, "the second derivative through a function that is differentiable once lacks a part, without a word")


@family.law(
    "custom-without-backward",
    "A function without a backward is refused when it is asked for a gradient.",
    "no backward => error",
    faults=("custom-missing-is-zero",),
)
def missing(stage: Stage, expect: Expect) -> None:
    function = stage.tape.part(CustomFunctions).function(lambda context, x: stage.times(x, 2.0), None)
    y = function(stage.leaf())
    expect(stage.tape.requires_grad(y), "a function without a backward hides that its result depends on a leaf")
    expect.refusal(lambda: stage.backward(y), "a function without a backward gave a gradient")


@family.law(
    "custom-returns-its-input",
    "An input that is returned as it is has a new history; the caller's leaf stays one.",
    "y = x, dx = backward(g)",
    faults=("custom-skips-identity",),
    features="flags",
)
def returned(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = tape.part(CustomFunctions).function(lambda context, x: x, lambda context, g: stage.times(g, 3.0))(x)
    expect(tape.is_leaf(x) and not tape.is_leaf(y), "returning an input makes the result a leaf, or the leaf a result")
    stage.backward(y)
    expect(stage.holds(x, 3 * stage.seed), "the backward of a function that returns its input was not called")


LAWS = family.laws
