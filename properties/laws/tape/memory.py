"""How long memory lives: as long as someone may need it, and no longer.

backward(y): saved values are free          del y: the graph is free          step after step: nothing is left behind
"""

from __future__ import annotations

import gc
from typing import Any

from harness.tape.lifetimes import Lifetimes
from harness.tape.optimizing import Optimizing
from properties.laws.tape.deeds import Expect, Family, Stage

_SAVED = "https://docs.pytorch.org/docs/stable/notes/autograd.html#saved-tensors"
_TESTS = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
ITERATIONS = 1000

family = Family("memory", _SAVED)


def saving(stage: Stage, x: Any) -> tuple[Any, Any]:
    """A result whose graph has saved a value, and a watch on that value, to which nobody else holds."""
    saved = stage.tape.apply("tanh", x)
    return stage.times(saved, saved), stage.tape.part(Lifetimes).watch(saved)


def wants_entries(stage: Stage) -> bool:
    """An array without entries has no memory to watch."""
    return stage.seed.size > 0


@family.law(
    "saved-freed-by-backward",
    "After a walk the saved values are let go, though the output is still held.",
    "backward(y): saved(y) is free",
    faults=("saved-outlive-backward",),
)
def freed_by_backward(stage: Stage, expect: Expect) -> None:
    y, alive = saving(stage, stage.tape.leaf(stage.seed))
    if not wants_entries(stage):
        return
    expect(alive(), "a saved value is gone before it was used")
    stage.backward(y, retain_graph=True)
    expect(alive(), "a saved value is gone although its graph was retained")
    stage.backward(y)
    expect(not alive(), "a saved value is held after the walk that freed its graph")


@family.law(
    "graph-freed-with-output",
    "When the last output is dropped its graph is free at once, walked or not.",
    "del y: graph(y) is free",
    faults=("outputs-are-kept",),
    source=f"{_TESTS} (test_backward_graph_destruction)",
)
def freed_with_output(stage: Stage, expect: Expect) -> None:
    x = stage.tape.leaf(stage.seed)
    gc.disable()
    try:
        y, alive = saving(stage, x)
        del y
        expect(not alive() or not wants_entries(stage), "the graph outlives its only output")
        y, alive = saving(stage, x)
        stage.backward(y, retain_graph=True)
        del y
        expect(not alive() or not wants_entries(stage), "a retained graph outlives its only output")
    finally:
        gc.enable()


@family.law(
    "training-leaves-nothing",
    f"{ITERATIONS} training steps leave nothing behind.",
    "memory after step 1000 = memory after step 1",
    faults=("outputs-are-kept", "slots-are-kept"),
    source="https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory",
)
def training(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.seed)
    optimizer, watch = tape.part(Optimizing).optimizer("sgd", [[x]], [{"lr": 2.0**-10}]), tape.part(Lifetimes).watch
    watched = []
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        y, alive = saving(stage, x)
        stage.backward(y)
        watched += [alive, watch(y), watch(tape.slot(x))]
        optimizer.step()
    held = sum(alive() for alive in watched)
    expect(
        held <= 2 or not wants_entries(stage),
        f"after {ITERATIONS} steps {held} memories of earlier steps are held; the last output and gradient are 2",
    )


@family.law(
    "unrecorded-saves-nothing",
    "Where nothing is recorded, or no gradient can be asked for, nothing is saved.",
    "no_grad: saved = {}",
    faults=("records-in-no-grad",),
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
)
def unrecorded(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.tape.leaf(stage.seed), stage.tape.leaf(stage.seed, requires_grad=False)
    with tape.no_grad():
        inside, alive_inside = saving(stage, x)
    constant, alive_constant = saving(stage, c)
    expect(not alive_inside() or not wants_entries(stage), "a value is saved although nothing is recorded")
    expect(not alive_constant() or not wants_entries(stage), "a value is saved although no operand requires grad")
    expect(not tape.requires_grad(inside) and not tape.requires_grad(constant), "a result that nothing was recorded for requires grad")


@family.law(
    "running-sum-holds",
    "A running sum of losses holds every graph; one of detached losses holds none.",
    "total = total + y",
    faults=("detach-tracks",),
    features="detach",
    source="https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory",
)
def running(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.seed)
    if not wants_entries(stage):
        return
    for detached in (False, True):
        total, watched = stage.tape.leaf(0 * stage.seed, requires_grad=False), []
        for _ in range(5):
            y, alive = saving(stage, x)
            watched.append(alive)
            total = tape.apply("add", total, tape.detach(y) if detached else y)
        del y
        held = sum(alive() for alive in watched)
        due = 0 if detached else 5
        expect(held == due, f"a running sum of {'detached ' if detached else ''}losses holds {held} of 5 graphs")
        del total


LAWS = family.laws
