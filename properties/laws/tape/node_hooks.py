"""Hooks of the other kinds: after a slot was filled, around a node, on a group; and the order in which all of them run.

tensor hooks -> before the node -> retained slot -> node -> after the node;     at a leaf:  tensor hooks -> slot -> after the slot
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.hooking import HookGroups, Hooking
from properties.laws.tape.deeds import Expect, Family, Stage

_ORDER = "https://docs.pytorch.org/docs/stable/notes/autograd.html#backward-hooks-execution"
_AFTER_SLOT = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_post_accumulate_grad_hook.html"
_GROUPS = "https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.register_multi_grad_hook"
node_hooks = Family("node hooks", _ORDER)


@node_hooks.law(
    "post-accumulate-hook",
    "A hook after a slot is for leaves, sees the slot filled, while nothing is recorded, may empty it, and returns nothing.",
    "f(x) after x.grad <- x.grad + g",
    source=_AFTER_SLOT,
    faults=["slot-hook-is-tensor-hook", "slot-hook-anywhere"],
)
def after_slot(stage: Stage, expect: Expect) -> None:
    tape, hooking, x = stage.tape, stage.tape.part(Hooking), stage.leaf()
    seen: list[Any] = []

    def called(leaf: Any) -> None:
        seen.append((leaf is x, tape.grad(leaf), tape.is_recording()))
        tape.clear_grad(leaf)

    hooking.after_slot(x, called)
    for _ in range(2):
        stage.backward(stage.times(x, 2.0))
        expect(stage.holds(x, None), "a hook after the slot cannot empty it")
    same = all(of_x and not recording and grad is not None and np.array_equal(grad, 2 * stage.seed) for of_x, grad, recording in seen)
    expect(len(seen) == 2 and same, f"hooks after the slot were called with {seen}")
    expect.refusal(lambda: hooking.after_slot(stage.times(x, 2.0), called), "a hook after a slot was accepted on a computed value", "slot hook place")
    other = stage.leaf()
    hooking.after_slot(other, lambda leaf: stage.times(leaf, 2.0))
    expect.refusal(lambda: stage.backward(stage.times(other, 2.0)), "a hook after a slot could return something", "slot hook")


@node_hooks.law(
    "post-accumulate-not-by-grad",
    "Gradients as results call tensor hooks, but no hook after a slot.",
    "grad(y, x) calls tensor hooks only",
    faults=["slot-hook-is-tensor-hook"],
    features="functional hooks",
)
def results(stage: Stage, expect: Expect) -> None:
    tape, x, called = stage.tape, stage.leaf(), list[str]()
    tape.part(Hooking).after_slot(x, lambda leaf: called.append("slot"))
    tape.hook(x, lambda gradient: called.append("tensor"))
    tape.gradient(stage.times(x, 2.0), [x], stage.seed)
    expect(called == ["tensor"], f"gradients as results called {called}")


@node_hooks.law(
    "hook-stage-order",
    "Tensor hooks, hooks before the node, the node, hooks after it; at a leaf tensor hooks, the slot, hooks after the slot.",
    "order of hooks",
    faults=["slot-hook-is-tensor-hook"],
    features="hooks",
)
def order(stage: Stage, expect: Expect) -> None:
    tape, hooking, x, called = stage.tape, stage.tape.part(Hooking), stage.leaf(), list[str]()
    h = stage.times(x, 2.0)
    hooking.after_slot(x, lambda leaf: called.append("leaf: slot"))
    hooking.after_node(h, lambda parts, gradients: called.append("after"))
    hooking.before_node(h, lambda gradients: called.append("before"))
    tape.hook(h, lambda gradient: called.append("tensor"))
    tape.hook(x, lambda gradient: called.append("leaf: tensor" + " (filled)" * (tape.grad(x) is not None)))
    stage.backward(stage.times(h, 2.0))
    due = ["tensor", "before", "after", "leaf: tensor", "leaf: slot"]
    expect(called == due, f"hooks ran in the order {called}, not {due}")


@node_hooks.law(
    "retained-after-prehooks",
    "A retained gradient is the one after the hooks on the value and those before its node.",
    "h.grad = before(f(dh))",
    source=f"{_ORDER} (the order in which the different hooks are fired: 2, then 3)",
    faults=["retain-before-hooks"],
    features="hooks retain_grad",
)
def retained(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    tape.retain_grad(h)
    tape.hook(h, lambda gradient: stage.times(gradient, 4.0))
    tape.part(Hooking).before_node(h, lambda gradients: (stage.times(gradients[0], -1.0),))
    stage.backward(stage.times(h, 2.0))
    expect(stage.holds(x, -16 * stage.seed), "a hook on a value and one before its node do not both count")
    expect(stage.holds(h, -8 * stage.seed), "a retained gradient is not the one after the hooks before its node")


@node_hooks.law(
    "node-hook-edits",
    "A hook before a node may replace the gradients of its results, one after it those of its operands.",
    "before(g) = 4 g, after(parts) = -parts",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.Node.register_prehook.html",
    faults=["node-hook-ignored"],
)
def edits(stage: Stage, expect: Expect) -> None:
    hooking, x = stage.tape.part(Hooking), stage.leaf()
    h = stage.times(x, 2.0)
    hooking.before_node(h, lambda gradients: tuple(stage.times(g, 4.0) for g in gradients))
    stage.backward(stage.times(h, 2.0), retain_graph=True)
    expect(stage.holds(x, 16 * stage.seed), "what a hook before a node returns does not replace its gradients")
    stage.tape.clear_grad(x)
    hooking.after_node(h, lambda parts, gradients: tuple(None if part is None else stage.times(part, -1.0) for part in parts))
    stage.backward(h)
    expect(stage.holds(x, -8 * stage.seed), "what a hook after a node returns does not replace the gradients of its operands")


@node_hooks.law(
    "node-hook-only-if-executed",
    "Where a value is the input that was asked for, its tensor hooks run, but not those of its node, which does not.",
    "grad(y, h) runs no node of h",
    faults=["node-hook-is-tensor-hook"],
    features="functional hooks",
)
def executed(stage: Stage, expect: Expect) -> None:
    tape, hooking, x, called = stage.tape, stage.tape.part(Hooking), stage.leaf(), list[str]()
    h = stage.times(x, 2.0)
    y = stage.times(h, 2.0)
    tape.hook(h, lambda gradient: called.append("tensor"))
    hooking.before_node(h, lambda gradients: called.append("before"))
    hooking.after_node(h, lambda parts, gradients: called.append("after"))
    tape.gradient(y, [h], stage.seed, retain_graph=True)
    expect(called == ["tensor"], f"asking for the gradient at a value called {called}")
    stage.backward(y)
    expect(called == ["tensor", "tensor", "before", "after"], f"a backward through it called {called[1:]}")


@node_hooks.law(
    "multi-grad-hook",
    "A hook on a group runs once per backward: with all gradients, None for values that are not reached, or with the first of them.",
    "f((g_1, None, g_3)) once",
    source=_GROUPS,
    faults=["group-hook-each"],
)
def groups(stage: Stage, expect: Expect) -> None:
    tape, part = stage.tape, stage.tape.part(HookGroups)
    a, b, c = stage.leaf(), stage.leaf(), stage.leaf()
    together: list[Any] = []
    first: list[Any] = []
    part.all([a, b, c], lambda gradients: together.append([None if g is None else tape.value(g) for g in gradients]))
    part.any([a, c], lambda gradient: first.append(tape.value(gradient)))
    stage.backward(stage.plus(stage.times(a, 2.0), stage.times(c, 2.0)))
    due = [2 * stage.seed, None, 2 * stage.seed]
    fits = len(together) == 1 and all(
        (s is None) == (d is None) and (d is None or np.array_equal(s, d)) for s, d in zip(together[0], due, strict=True)
    )
    expect(fits, f"a hook on three values, of which two are reached, saw {together}")
    expect(len(first) == 1 and np.array_equal(first[0], 2 * stage.seed), f"a hook on the first of two gradients saw {first}")


LAWS = node_hooks.laws
