"""What the step of any optimizer does to the world, and what it does not.

x.grad = None => x and its state untouched          after a step: x.grad as before, x a leaf, nothing recorded
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from harness.tape.optimizing import Optimizer, Optimizing
from properties.laws.tape.deeds import Expect, Family, Stage

_ZERO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html"
RATE = 0.125

family = Family("stepping", "https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.step.html")


def each(stage: Stage, *, plain: bool = False) -> Iterator[tuple[str, Callable[..., Optimizer]]]:
    """Every optimizer that takes leaves like the stage's: its name, and what makes one for some leaves; `plain`: those without a closure."""
    part = stage.tape.part(Optimizing)
    for name in part.names:
        if part.accepts(name, stage.seed.shape, stage.dtype) and stage.seed.size and not (plain and name in part.with_closure):
            yield name, lambda *leaves, name=name, **options: part.optimizer(name, [leaves], [{"lr": RATE, **options}])


def start(stage: Stage) -> Any:
    """A leaf with numbers that no square of theirs leaves any dtype."""
    return stage.tape.leaf(stage.seed)


@family.law(
    "step-skips-none",
    "A step leaves a leaf without a gradient alone.",
    "x.grad = None => x unchanged",
    faults=("steps-on-none",),
    source=_ZERO_GRAD,
)
def skips_none(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for name, make in each(stage, plain=True):
        x, idle = start(stage), start(stage)
        optimizer = make(x, idle)
        for factor in (1.0, 0.5, 2.0):
            tape.clear_grad(x)
            stage.backward(stage.times(x, factor))
            optimizer.step()
        expect(not np.array_equal(tape.value(x), stage.seed), f"{name} does not move a leaf with a gradient")
        expect(np.array_equal(tape.value(idle), stage.seed), f"{name} moves a leaf whose gradient is None")
        expect(tape.grad(idle) is None, f"{name} fills a gradient that was None")


@family.law(
    "step-takes-zero", "A gradient of zeros is a gradient: weight decay acts.", "x.grad = 0 => x moves", faults=("skips-zero",), source=_ZERO_GRAD
)
def zero_is_no_none(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for name, options in (
        ("sgd", {"weight_decay": 0.5}),
        ("adam", {"weight_decay": 0.5, "eps": 1e-4}),
        ("adamw", {"weight_decay": 0.5, "eps": 1e-4}),
    ):
        make = dict(each(stage)).get(name)
        if make is None:
            continue
        x = start(stage)
        tape.backward(stage.times(x, 2.0), 0 * stage.seed)
        make(x, **options).step()
        moved = tape.value(x)
        expect(bool((np.abs(moved) < np.abs(stage.seed)).all()), f"{name} with weight decay does not move a leaf whose gradient is zero")


@family.law(
    "step-leaves-the-rest",
    "A step moves leaves in place and leaves gradients, flags and the graph alone.",
    "x.grad, r(x) as before",
    faults=("step-clears-grad",),
    features="slots flags version",
)
def leaves_the_rest(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for name, make in each(stage, plain=True):
        x = start(stage)
        optimizer = make(x)
        stage.backward(stage.times(x, 2.0))
        version = tape.version(x)
        optimizer.step()
        expect(stage.holds(x, 2 * stage.seed), f"a step of {name} changes the gradient")
        expect(tape.is_leaf(x) and tape.requires_grad(x), f"a step of {name} costs the leaf its leafness or its flag")
        expect(not tape.requires_grad(tape.slot(x)), f"a step of {name} gives the gradient a history")
        expect(tape.version(x) > version, f"a step of {name} is no counted change in place")


@family.law(
    "state-resumes",
    "An optimizer that is given the saved state of another goes on like it, bit for bit.",
    "load(state()); step() = step()",
    faults=("state-forgotten",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.load_state_dict.html",
)
def resumed(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for name, make in each(stage, plain=True):
        first, second = start(stage), start(stage)
        optimizer, other = make(first), make(second)
        for turn, factor in enumerate((1.0, -0.5, 2.0, 1.0, 0.5)):
            if turn == 3:
                second = tape.leaf(tape.value(first))
                other = make(second)
                other.load(optimizer.state())
            for x, taken in ((first, optimizer), (second, other)):
                tape.clear_grad(x)
                stage.backward(stage.times(x, factor))
                taken.step()
        same = np.array_equal(tape.value(first), tape.value(second), equal_nan=True)
        expect(same, f"{name} goes on otherwise from a saved state")


@family.law("groups-have-options", "Every group of leaves is moved with its own options.", "x_i -= lr_i g_i", faults=("one-group",))
def grouped(stage: Stage, expect: Expect) -> None:
    tape, x, y = stage.tape, start(stage), start(stage)
    optimizer = tape.part(Optimizing).optimizer("sgd", [[x], [y]], [{"lr": 0.5}, {"lr": 0.25}])
    stage.backward(tape.apply("add", stage.times(x, 1.0), stage.times(y, 1.0)))
    optimizer.step()
    expect(np.array_equal(tape.value(x), 0.5 * stage.seed), "the first group does not step at its own rate")
    expect(np.array_equal(tape.value(y), 0.75 * stage.seed), "the second group does not step at its own rate")


LAWS = family.laws
