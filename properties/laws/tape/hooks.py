"""Hooks on values: each sees the whole gradient of its value once per backward, and may replace it.

hooks f_1, f_2 on h:    dh <- f_2(f_1(sum over the uses of h))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from properties.laws.tape.deeds import Expect, Family, Stage

_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#backward-hooks-execution"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
hooks = Family("hooks", "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html")


def watch(stage: Stage, handle: Any, factor: float | None = None) -> list[np.ndarray]:
    """What a hook sees that multiplies by `factor`."""
    seen: list[np.ndarray] = []

    def called(gradient: Any) -> Any:
        seen.append(stage.tape.value(gradient))
        return None if factor is None else stage.times(gradient, factor)

    stage.tape.hook(handle, called)
    return seen


def saw(seen: list[np.ndarray], *due: np.ndarray) -> bool:
    return len(seen) == len(due) and all(np.array_equal(s, d) for s, d in zip(seen, due, strict=True))


@hooks.law(
    "tensor-hook-total-once",
    "A hook sees the sum over all uses, once per backward.",
    "f(sum of uses)",
    faults=["hook-twice", "hook-once"],
    features="hooks",
)
def total(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    seen, at_leaf = watch(stage, h), watch(stage, x)
    y = stage.plus(stage.times(h, 4.0), stage.plus(h, stage.times(h, -1.0)))
    for _ in range(2):
        stage.backward(y, retain_graph=True)
    expect(saw(seen, 4 * stage.seed, 4 * stage.seed), f"a hook on a value used three times saw {seen}")
    expect(saw(at_leaf, 8 * stage.seed, 8 * stage.seed), f"a hook on a leaf saw {at_leaf}")


@hooks.law(
    "tensor-hook-replaces",
    "What a hook returns counts for everything below; None changes nothing.",
    "dx = dh/dx^T f(dh)",
    faults=["hook-ignored"],
    features="hooks",
)
def replaces(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    watch(stage, h)
    watch(stage, h, -4.0)
    stage.backward(stage.times(h, 2.0))
    expect(stage.holds(x, -16 * stage.seed), "what a hook returned does not reach the leaf")


@hooks.law(
    "hook-order-and-remove",
    "Hooks run in the order in which they were registered, each sees what the one before returned; removed, and removed again, it is not called.",
    "dh <- f_2(f_1(dh))",
    source=_NOTES,
    faults=["hooks-reversed", "hooks-parallel", "hook-stays"],
    features="hooks",
)
def ordered(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    order: list[str] = []
    first = watch(stage, x, 2.0)
    remove = tape.hook(x, lambda gradient: order.append("middle"))
    last = watch(stage, x, -1.0)
    y = stage.times(x, 4.0)
    stage.backward(y, retain_graph=True)
    expect(saw(first, 4 * stage.seed) and saw(last, 8 * stage.seed), f"the first of two hooks saw {first}, the second {last}")
    expect(stage.holds(x, -8 * stage.seed), "two hooks that multiply by 2 and by -1 do not multiply by -2")
    remove()
    remove()
    stage.backward(y)
    expect(order == ["middle"], f"a hook that was removed after one backward was called {len(order)} times")


@hooks.law(
    "hook-before-accumulate",
    "A hook on a leaf sees the gradient of this backward; what it returns is what is accumulated.",
    "x.grad <- x.grad + f(g)",
    source=_NOTES,
    faults=["hook-sees-slot"],
    features="hooks",
)
def before(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    stage.backward(stage.times(x, 2.0))
    seen = watch(stage, x, 2.0)
    stage.backward(stage.times(x, 4.0))
    expect(saw(seen, 4 * stage.seed), f"beside an earlier gradient of 2 w a hook on a leaf saw {seen}, not 4 w")
    expect(stage.holds(x, 10 * stage.seed), "what a hook on a leaf returned was not added to what is there")


@hooks.law(
    "hook-needs-grad",
    "A hook is for values that require grad.",
    "hook(c) raises",
    source=f"{_TEST} (test_hooks)",
    faults=["hook-on-constants"],
    features="hooks",
)
def needs_grad(stage: Stage, expect: Expect) -> None:
    c = stage.leaf(requires_grad=False)
    expect.refusal(lambda: stage.tape.hook(c, lambda gradient: None), "a hook on a constant was accepted", "hook")


@hooks.law(
    "hook-shape-checked",
    "A hook returns a gradient of the shape it was given.",
    "f(g) of another shape raises",
    faults=["hook-shape-unchecked"],
    features="hooks",
)
def shape(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1.0, 2.0)
    tape.hook(x, lambda gradient: tape.apply("sum", gradient))
    expect.refusal(lambda: tape.backward(stage.times(x, 2.0), stage.numbers(1, 1)), "a hook could return a gradient of another shape", "hook shape")


LAWS = hooks.laws
