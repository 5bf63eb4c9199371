"""Cycles that would keep memory for good: a gradient that refers to its leaf's graph, a hook that refers to its own value.

x.grad = None: graph(x.grad) is free          hook(h, lambda g: h): collected
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any

from harness.tape.lifetimes import Lifetimes
from properties.laws.tape.deeds import Expect, Family, Look, Stage
from properties.laws.tape.memory import saving, wants_entries

_TESTS = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"

family = Family("memory cycles", "https://docs.pytorch.org/docs/stable/notes/autograd.html#saved-tensors")


def with_few_objects(look: Look) -> Look:
    """The look, while the collector leaves everything alone that was there before: a process with torch in it has a million objects to go through."""

    @wraps(look)
    def looked(stage: Stage, expect: Expect) -> None:
        gc.freeze()
        try:
            look(stage, expect)
        finally:
            gc.unfreeze()

    return looked


@family.law(
    "created-cycle-breaks",
    "A gradient with a created graph holds its leaf's graph; emptying the slot lets it go.",
    "x.grad = None: graph is free",
    faults=("slots-are-kept",),
    features="slots higher_order",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html",
)
@with_few_objects
def cycle(stage: Stage, expect: Expect) -> None:
    x = stage.tape.leaf(stage.seed)
    y, alive = saving(stage, x)
    stage.backward(y, create_graph=True)
    del y
    expect(alive() or not wants_entries(stage), "the graph of a gradient is gone before the gradient")
    stage.tape.clear_grad(x)
    gc.collect()
    expect(not alive() or not wants_entries(stage), "the graph of a gradient outlives the gradient")


@family.law(
    "hook-cycle-collected",
    "A hook that refers to its own leaf is collected with it.",
    "hook(x, lambda g: x)",
    faults=("hooked-are-kept",),
    features="hooks",
    source=f"{_TESTS} (test_hook_closure_cycle)",
)
@with_few_objects
def leaf_cycle(stage: Stage, expect: Expect) -> None:
    alive = cycled(stage, stage.tape.leaf(stage.seed))
    gc.collect()
    expect(not alive() or not wants_entries(stage), "a leaf that its own hook refers to is never collected")


@family.law(
    "hook-cycle-computed",
    "A hook that refers to its own computed value is collected with it.",
    "hook(h, lambda g: h)",
    faults=("outputs-are-kept",),
    features="hooks",
    source=f"{_TESTS} (test_hook_closure_cycle)",
)
@with_few_objects
def computed_cycle(stage: Stage, expect: Expect) -> None:
    alive = cycled(stage, stage.times(stage.tape.leaf(stage.seed), 2.0))
    gc.collect()
    expect(not alive() or not wants_entries(stage), "a computed value that its own hook refers to is never collected")


def cycled(stage: Stage, h: Any) -> Callable[[], bool]:
    """The watch on a value whose hook refers to it, walked once and dropped by everyone else."""

    def hook(gradient: Any) -> None:
        assert h is not gradient

    alive = stage.tape.part(Lifetimes).watch(h)
    stage.tape.hook(h, hook)
    stage.backward(stage.times(h, 2.0))
    return alive


LAWS = family.laws
