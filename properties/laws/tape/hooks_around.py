"""Hooks and the rest of the tape: exceptions, changes in place, created graphs, grad modes.

h' = 4 h in place:  a hook on h sees 4 dh';     with a created graph:  d f(g) / dx
"""

from __future__ import annotations

from typing import Any

from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.hooks import saw, watch

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
hooks_around = Family("hooks around", "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html")


class _Deliberate(Exception):
    """Raised by a hook."""


@hooks_around.law(
    "hook-exception",
    "An exception in a hook reaches the caller of backward as it is, and leaves the tape usable and its mode as it was.",
    "backward raises what f raised",
    source=f"{_TEST} (test_reentrant_child_error)",
    faults=["hook-errors-swallowed", "failed-backward-leaves-off"],
    features="hooks",
)
def raises(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()

    def fail(gradient: Any) -> None:
        raise _Deliberate

    h = stage.times(x, 2.0)
    remove = tape.hook(h, fail)
    try:
        stage.backward(stage.times(h, 2.0), retain_graph=True)
    except _Deliberate:
        expect(tape.is_recording(), "recording is off after a hook raised")
    except Exception as error:  # any other class is the deviation
        expect(False, f"an exception in a hook arrived as {type(error).__name__}: {error}")
    else:
        expect(False, "an exception in a hook did not reach the caller")
    remove()
    tape.clear_grad(x)
    stage.backward(stage.times(x, 2.0))
    expect(stage.holds(x, 2 * stage.seed), "after an exception in a hook backward gives another gradient")


@hooks_around.law(
    "hook-inplace-binding",
    "A hook stays with the value that it was registered on: a change in place later makes a new value.",
    "h' = 4 h:  f sees dh = 4 dh'",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#behavior-of-tensor-hooks-when-tensor-is-modified-in-place",
    faults=["hook-follows-handle"],
    features="hooks in_place",
)
def bound(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    old = watch(stage, h)
    stage.tape.scale_in_place(h, 4.0)
    new = watch(stage, h)
    stage.backward(stage.times(h, 2.0))
    expect(saw(old, 8 * stage.seed), f"a hook from before a change in place saw {old}")
    expect(saw(new, 2 * stage.seed), f"a hook from after it saw {new}")


@hooks_around.law(
    "hook-under-create-graph",
    "Where a graph is created, what a hook does to a gradient is part of it.",
    "d (g f(g)) / dx",
    source=f"{_TEST} (test_full_backward_hook_double_backward)",
    faults=["hook-result-detached"],
    features="hooks functional higher_order",
)
def created(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.small)
    h = stage.times(x, 1.0)
    remove = tape.hook(h, lambda gradient: stage.times(gradient, gradient))
    (first,) = tape.gradient(stage.times(h, h), [x], 0 * stage.seed + 1, create_graph=True)
    expect(stage.equals(first, 4 * stage.small * stage.small), "a hook that squares the gradient 2 x does not give 4 x^2")
    remove()
    (second,) = tape.gradient(first, [x], stage.seed)
    expect(stage.equals(second, 8 * stage.small * stage.seed), "the derivative of a gradient that a hook squared is not 8 x")


@hooks_around.law(
    "backward-mode",
    "Hooks run while nothing is recorded, unless a graph is created; the caller's mode comes back.",
    "recording in f = create_graph",
    source=f"{_TEST} (test_grad_mode_restored_reentrant)",
    faults=["mode-of-caller"],
    features="hooks higher_order",
)
def modes(stage: Stage, expect: Expect) -> None:
    tape, seen = stage.tape, []
    for create in (False, True):
        x = stage.leaf()
        tape.hook(x, lambda gradient: seen.append(tape.is_recording()))
        stage.backward(stage.times(x, 2.0), create_graph=create)
        expect(tape.is_recording(), "recording is off after a backward")
    expect(seen == [False, True], f"recording inside hooks is {seen} without and with a created graph")


LAWS = hooks_around.laws
