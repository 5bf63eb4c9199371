"""A function of the user's own is like any op: its gradients count, are checked, and belong to its inputs.

y = f(x) by forward and backward = y by ops:    value, gradient, second derivative, accumulation
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.custom_function import CustomFunctions
from properties.laws.tape.deeds import Expect, Family, Stage

family = Family("custom functions", "https://docs.pytorch.org/docs/stable/notes/extending.html#extending-torch-autograd")


def squared(stage: Stage, **options: Any) -> Any:
    """Square by x * x, with the backward 2 x g."""

    def forward(context: Any, x: Any) -> Any:
        context.save(x)
        return stage.times(x, x)

    def backward(context: Any, g: Any) -> Any:
        (x,) = context.saved()
        return stage.times(stage.times(x, g), 2.0)

    return stage.tape.part(CustomFunctions).function(forward, backward, **options)


def with_backward(stage: Stage, backward: Any) -> Any:
    """(x, y) -> x * y with any backward."""
    return stage.tape.part(CustomFunctions).function(lambda context, x, y: stage.times(x, y), backward)


@family.law(
    "custom-like-an-op",
    "A custom function with the right formula cannot be told from the op.",
    "f = forward, f'^T g = backward(g)",
    faults=("custom-drops-factor", "custom-first-order"),
    features="higher_order functional flags",
)
def like_an_op(stage: Stage, expect: Expect) -> None:
    tape, square = stage.tape, squared(stage)
    x = tape.leaf(stage.seed)
    y = square(x)
    expect(bool((tape.value(y) == stage.seed**2).all()), "the value is not that of forward")
    expect(tape.requires_grad(y) and not tape.is_leaf(y), "the result has no history")
    tape.backward(y, stage.seed)
    tape.backward(square(stage.times(x, 2.0)), stage.seed)
    expect(stage.holds(x, 10 * stage.seed**2), "the gradients of two backwards are not 2 x w + 8 x w")
    (first,) = tape.gradient(square(x), [x], stage.seed, create_graph=True)
    (second,) = tape.gradient(first, [x], stage.seed)
    expect(bool((tape.value(second) == 2 * stage.seed**2).all()), "the second derivative is not 2 w v")


@family.law(
    "custom-count-checked",
    "Backward returns one gradient per argument; one too few is refused.",
    "len(backward(g)) = len(arguments)",
    faults=("custom-unchecked",),
)
def counted(stage: Stage, expect: Expect) -> None:
    short = with_backward(stage, lambda context, g: g)
    expect.refusal(lambda: stage.backward(short(stage.leaf(), stage.leaf())), "one gradient for two arguments was accepted")
    long = with_backward(stage, lambda context, g: (g, g, g))
    expect.refusal(lambda: stage.backward(long(stage.leaf(), stage.leaf())), "three gradients for two arguments were accepted")
    x, y = stage.leaf(), stage.leaf()
    stage.backward(with_backward(stage, lambda context, g: (g, stage.times(g, 2.0), None))(x, y))
    expect(stage.holds(x, stage.seed) and stage.holds(y, 2 * stage.seed), "a surplus None changes the gradients")


@family.law(
    "custom-shape-checked", "A gradient that does not fit its argument is refused.", "shape(backward(g)_i) = shape(x_i)", faults=("custom-unchecked",)
)
def shaped(stage: Stage, expect: Expect) -> None:
    own = stage.seed.shape
    shape = own if own and own[0] > 1 else (4,)  # an axis of 1 would be a gradient to be summed down
    longer = (shape[0] + 1, *shape[1:])
    x = stage.tape.leaf(np.ones(shape, stage.seed.dtype))
    wrong = stage.tape.part(CustomFunctions).function(
        lambda context, x: stage.times(x, 2.0), lambda context, g: stage.tape.leaf(np.ones(longer, stage.seed.dtype))
    )
    expect.refusal(
        lambda: stage.tape.backward(wrong(x), np.ones(shape, stage.seed.dtype)),
        f"a gradient of shape {longer} was accepted for an argument of shape {shape}",
    )


@family.law(
    "custom-none-is-none",
    "None as a gradient is no gradient: the slot stays empty.",
    "backward(g) = None => x.grad = None",
    faults=("custom-none-is-zero",),
)
def undefined(stage: Stage, expect: Expect) -> None:
    x, y = stage.leaf(), stage.leaf()
    stage.backward(with_backward(stage, lambda context, g: (g, None))(x, stage.times(y, 2.0)))
    expect(stage.holds(x, stage.seed), "the gradient beside a None is wrong")
    expect(stage.holds(y, None), "an argument whose gradient is None has one")


@family.law(
    "custom-needs-input-grad",
    "The context tells which arguments want a gradient; one returned for another is ignored.",
    "needs_i = r(x_i)",
    faults=("custom-needs-everything",),
)
def needed(stage: Stage, expect: Expect) -> None:
    seen: list[tuple[bool, ...]] = []

    def backward(context: Any, g: Any) -> Any:
        seen.append(tuple(context.needs))
        return g, g

    x, c = stage.leaf(), stage.leaf(requires_grad=False)
    stage.backward(with_backward(stage, backward)(x, c))
    expect(seen == [(True, False)], f"for a leaf and a constant the context says {seen}")
    expect(stage.holds(x, stage.seed) and stage.holds(c, None), "a constant has got a gradient")


@family.law(
    "custom-passes-through",
    "Arguments that are no arrays reach forward as they are, and want no gradient.",
    "f(x, 2.0, 'text')",
    faults=("custom-drops-numbers",),
)
def passed(stage: Stage, expect: Expect) -> None:
    seen: list[Any] = []

    def forward(context: Any, x: Any, factor: float, note: str) -> Any:
        seen.extend([factor, note])
        context.kept = factor
        return stage.times(x, factor)

    function = stage.tape.part(CustomFunctions).function(forward, lambda context, g: (stage.times(g, context.kept), None, None))
    x = stage.leaf()
    stage.backward(function(x, 2.0, "a note"))
    expect(seen == [2.0, "a note"], f"forward saw {seen}")
    expect(stage.holds(x, 2 * stage.seed), "the gradient is wrong")


LAWS = family.laws
