"""Training: an optimizer, the update by hand, and the mistakes that cost a leaf its leafness or a graph its values.

with no_grad: w -= lr * w.grad     is SGD, bit for bit          w = w - lr * w.grad     is no leaf any more
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.tape.optimizing import Optimizer, Optimizing
from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.stepping import RATE, each, start

family = Family("training", "https://docs.pytorch.org/docs/stable/optim.html")


@family.law(
    "sgd-by-hand",
    "The update by hand under no_grad is that of SGD.",
    "w -= lr * w.grad = SGD",
    faults=("optimizer-oversteps",),
    features="in_place flags",
)
def by_hand(stage: Stage, expect: Expect) -> None:
    tape, hand, taken = stage.tape, start(stage), start(stage)
    optimizer = tape.part(Optimizing).optimizer("sgd", [[taken]], [{"lr": RATE}])
    for turn in range(8):
        for x in (hand, taken):
            tape.clear_grad(x)
            stage.backward(stage.times(stage.times(x, x), 0.25))
        with tape.no_grad():
            tape.add_in_place(hand, stage.times(tape.leaf(tape.grad(hand), requires_grad=False), -RATE))  # type: ignore[arg-type]
        optimizer.step()
        expect(np.array_equal(tape.value(hand), tape.value(taken)), f"after {turn + 1} updates by hand and by sgd the leaves differ")
    expect(tape.is_leaf(hand) and tape.requires_grad(hand), "an update in place under no_grad costs the leaf its leafness or its flag")


@family.law(
    "update-out-of-place",
    "An update out of place makes a computed value, or a constant, not a leaf.",
    "w = w - lr * g is no leaf",
    faults=("untracked-root-ok",),
    features="flags",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.is_leaf.html",
)
def out_of_place(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    step = tape.leaf(-RATE * stage.seed, requires_grad=False)
    moved = tape.apply("add", x, step)
    expect(not tape.is_leaf(moved), "a leaf updated out of place is still a leaf")
    stage.backward(stage.times(moved, 2.0))
    expect(stage.holds(moved, None) and stage.holds(x, 2 * stage.seed), "the gradient goes to the updated value, not to the leaf")
    with tape.no_grad():
        constant = tape.apply("add", x, step)
    expect.refusal(lambda: stage.backward(stage.times(constant, 2.0)), "a leaf updated out of place under no_grad is still trained")


@family.law(
    "step-between",
    "A step between forward and backward of a graph that saved the leaf is noticed.",
    "version(w) != saved => error",
    faults=("swallows-errors",),
    features="version",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-correctness-checks",
)
def between(stage: Stage, expect: Expect) -> None:
    x, c = start(stage), start(stage)
    optimizer = stage.tape.part(Optimizing).optimizer("sgd", [[x]], [{"lr": RATE}])
    stage.backward(stage.times(x, 2.0))
    pending = stage.times(x, c)
    optimizer.step()
    expect.refusal(lambda: stage.backward(pending), "a step between forward and backward changed a saved leaf, and backward did not notice")


@family.law(
    "closure-steps",
    "A step with a closure takes its gradients from it; every optimizer then descends on a sum of squares.",
    "f(x_3) < f(x_0)",
    faults=("closure-ignored",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.step.html",
)
def with_closure(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    for name, make in each(stage):
        x = start(stage)
        optimizer = make(x)
        before = float(np.sum(_squares(stage, x)))
        for _ in range(3):
            optimizer.step(loss(stage, x, optimizer))
        expect(float(np.sum(_squares(stage, x))) < before, f"three steps of {name} with a closure do not lower the sum of squares")


def loss(stage: Stage, x: Any, optimizer: Optimizer) -> Callable[[], Any]:
    """Sum of x^2 / 2 and its gradient, anew."""

    def evaluated() -> Any:
        optimizer.zero_grad()
        y = stage.times(stage.tape.apply("sum", stage.times(x, x)), 0.5)
        stage.tape.backward(y)
        return y

    return evaluated


def _squares(stage: Stage, x: Any) -> np.ndarray:
    return np.square(stage.tape.value(x).astype(np.float64))


LAWS = family.laws
