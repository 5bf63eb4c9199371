"""What an optimizer's zero_grad empties, how, and what it leaves alone.

zero_grad(): x.grad = None        zero_grad(to_none=False): x.grad <- 0 in place, without history        for the leaves that it was given
"""

from __future__ import annotations

from typing import Any

from harness.tape.optimizing import Optimizer, Optimizing
from properties.laws.tape.deeds import Expect, Stage, deed_law

_ZERO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html"


def over(stage: Stage, *leaves: Any) -> Optimizer:
    """Plain gradient descent on these leaves."""
    return stage.tape.part(Optimizing).optimizer("sgd", [leaves], [{"lr": 0.5}])


def to_none(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    optimizer = over(stage, x)
    stage.backward(stage.times(x, 2.0))
    optimizer.zero_grad()
    expect(stage.holds(x, None), "zero_grad does not set the gradient to None by default")


def in_place(stage: Stage, expect: Expect) -> None:
    tape, x, empty = stage.tape, stage.leaf(), stage.leaf()
    optimizer = over(stage, x, empty)
    stage.backward(stage.times(stage.times(x, x), 2.0), create_graph=True)
    slot = tape.slot(x)
    optimizer.zero_grad(to_none=False)
    expect(stage.holds(x, 0 * stage.seed), "the gradient is not zero")
    expect(not tape.value(slot).any(), "an earlier reference to the gradient does not see the zeros")
    expect(not tape.requires_grad(tape.slot(x)), "the zeroed gradient still has a history")
    expect(stage.holds(empty, None), "a gradient that was None is not None any more")


def fresh(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    optimizer = over(stage, x)
    for none in (True, False):
        stage.backward(stage.times(x, 2.0))
        optimizer.zero_grad(to_none=none)
        stage.backward(stage.times(x, 2.0))
        expect(stage.holds(x, 2 * stage.seed), f"after zero_grad(to_none={none}) a backward is not like the first")
        optimizer.zero_grad()


def pure(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    optimizer = over(stage, x)
    version = tape.version(x)
    pending = stage.times(stage.times(x, 2.0), 2.0)
    for none in (False, True):
        optimizer.zero_grad(to_none=none)
        optimizer.zero_grad(to_none=none)
    expect(stage.tape.value(x).tobytes() == stage.values.tobytes(), "zero_grad moves the leaf")
    expect(tape.version(x) == version, "zero_grad counts as a change of the leaf")
    stage.backward(pending)
    expect(stage.holds(x, 4 * stage.seed), "a graph recorded before zero_grad gives another gradient after it")


def scoped(stage: Stage, expect: Expect) -> None:
    tape, x, other = stage.tape, stage.leaf(), stage.leaf()
    rest, own = over(stage, other), over(stage, x)
    stage.backward(tape.apply("add", stage.times(x, 2.0), stage.times(other, 3.0)))
    own.zero_grad()
    expect(stage.holds(x, None), "zero_grad of an optimizer leaves the gradient of its own leaf")
    expect(stage.holds(other, 3 * stage.seed), "zero_grad of an optimizer empties the gradient of a leaf that it was not given")
    rest.zero_grad()
    expect(stage.holds(other, None), "zero_grad of another optimizer leaves the gradient of its own leaf")


LAWS = (
    deed_law(
        "zero-grad-none",
        "zeroing",
        "zero_grad sets gradients to None unless told otherwise.",
        "zero_grad() => x.grad = None",
        _ZERO_GRAD,
        to_none,
        faults=("optimizer-zeroes-for-none",),
    ),
    deed_law(
        "zero-grad-in-place",
        "zeroing",
        "zero_grad(set_to_none=False) zeroes in place and drops the history; None stays None.",
        "x.grad <- 0, the same object",
        _ZERO_GRAD,
        in_place,
        faults=("optimizer-clears-for-zero",),
        features={"slots", "higher_order"},
    ),
    deed_law(
        "zero-then-fresh",
        "zeroing",
        "After zero_grad, in both forms, a backward is like the first.",
        "zero_grad(); backward(y): x.grad = g",
        _ZERO_GRAD,
        fresh,
        faults=("optimizer-zero-ignored",),
    ),
    deed_law(
        "zero-grad-is-pure",
        "zeroing",
        "zero_grad twice is zero_grad once, and moves no leaf and breaks no graph.",
        "x and pending graphs as before",
        _ZERO_GRAD,
        pure,
        faults=("optimizer-zero-moves",),
        features={"slots", "version"},
    ),
    deed_law(
        "optimizer-zero-scope",
        "zeroing",
        "zero_grad of an optimizer empties the gradients of the leaves that it was given, and no others.",
        "x not in params => x.grad unchanged",
        _ZERO_GRAD,
        scoped,
        faults=("optimizer-zeroes-all",),
    ),
)
