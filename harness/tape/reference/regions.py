"""Gradients through a part of a memory: the rules of nodes that a change in place of a view leaves behind.

    b' = b outside the region R,  op(R b, y) inside:     db = outside * g + R^T pull_0(R g)        dy = pull_1(R g)
    v  = R b':                                           db' = R^T g

Source: torch's CopySlices, https://docs.pytorch.org/docs/stable/notes/autograd.html (in-place operations)
"""

from __future__ import annotations

import numpy as np

from harness.tape.reference.graph import Step, Storage, Tensor
from harness.tape.reference.rule import Context, Ops, Pull, Rule
from harness.tape.reference.rules import RULES

Steps = tuple[Step, ...]


def regained_rule(steps: Steps) -> Rule:
    """The rule of a view whose history is taken anew from its base."""
    return Rule(np.copy, (Pull(lambda k, g, at: _back(k, g, steps)),))


def region_rule(inner: Rule, target: Tensor) -> Rule:
    """The rule of a base in which the region of `target` was replaced by `inner(target, other)`; saves what `inner` saves."""
    assert target.base is not None
    steps, device = target.steps, target.storage.device
    outside = np.ones_like(target.base.array)
    _region(outside, steps)[...] = 0.0
    first, second = inner.pulls

    def to_base(k: Ops, g: Tensor, at: Context, *saved: Tensor) -> Tensor:
        kept = k("multiply", g, Tensor(outside, Storage(device)))
        return k("add", kept, _back(k, first.formula(k, _there(k, g, steps), at, *saved), steps))

    def to_other(k: Ops, g: Tensor, at: Context, *saved: Tensor) -> Tensor:
        return second.formula(k, _there(k, g, steps), at, *saved)

    return Rule(np.copy, (Pull(to_base, first.saves), Pull(to_other, second.saves)))


def _region(array: np.ndarray, steps: Steps) -> np.ndarray:
    for step in steps:
        array = RULES[step.op].forward(array, **step.params)
    return array


def _there(k: Ops, g: Tensor, steps: Steps) -> Tensor:
    for step in steps:
        g = k(step.op, g, **step.params)
    return g


def _back(k: Ops, g: Tensor, steps: Steps) -> Tensor:
    for step in reversed(steps):
        g = RULES[step.op].pulls[0].formula(k, g, step)
    return g
