"""What people do with values and memory, and where tapes have broken: plans of actions that one by one would seldom meet.

a training step; two views added and walked twice; a part changed in place; a saved value changed; a stretched operand; a leaf frozen in between
"""

from __future__ import annotations

from collections.abc import Callable

from harness.ops.choose import Choose
from harness.tape.walks.draft import Draft, Plan, tracked
from harness.tape.walks.world import World


def training_step(choose: Choose, world: World) -> Plan:
    """A loss, sum(w * w); backward; step under no_grad; zero, in one way or the other."""
    draft = Draft(world)
    weight = draft.leaf(choose, world, choose.element(((4,), (2,))))
    square = draft.make("op", weight, weight, op="multiply")
    loss = draft.make("op", square, op="sum")
    draft.do("backward", loss, cotangent=None, retain=choose.boolean(), create=False)
    draft.do("step", weight, rate=0.25)
    draft.do(choose.element(("zero", "clear")), weight)
    return draft.plan


def shared_views(choose: Choose, world: World) -> Plan:
    """Two leaves of one size, both viewed, added, and walked twice."""
    draft, shape = Draft(world), choose.element(((4,), (2, 2)))
    a, b = (draft.leaf(choose, world, choose.element(((4,), (2, 2)))) for _ in range(2))
    total = draft.make("op", draft.make("view", a, shape=shape), draft.make("view", b, shape=shape), op="add")
    for _ in range(2):
        draft.backward(choose, total, shape, retain=True)
    return draft.plan


def saved_then_changed(choose: Choose, world: World) -> Plan:
    """H * h or tanh(h) for a computed h; then h, a detached alias of it, or the result is changed; then backward."""
    x = tracked(choose, world)
    if x is None:
        return []
    draft, shape = Draft(world), world.tensors[x].array.shape
    h = draft.make("op", x, op="multiply", number=choose.element((2.0, -1.0)))
    y = draft.make("op", h, op="tanh") if choose.boolean() else draft.make("op", h, h, op="multiply")
    changed = choose.element((h, y))
    draft.do("scale in place", draft.make("detach", changed) if choose.boolean() else changed, factor=2.0)
    draft.backward(choose, y, shape)
    return draft.plan


def changed_view(choose: Choose, world: World) -> Plan:
    """A part of a computed value is changed in place; then the whole, or the part, is walked."""
    draft = Draft(world)
    x = draft.leaf(choose, world, (4,))
    base = draft.make("op", x, op="multiply", number=2.0)
    start = choose.integer(0, 2)
    part = draft.make("narrow", base, start=start, stop=start + 2)
    draft.do("scale in place", choose.element((part, base)), factor=choose.element((-1.0, 3.0)))
    root, shape = choose.element(((base, (4,)), (part, (2,))))
    draft.backward(choose, draft.make("op", root, root, op="multiply"), shape, retain=choose.boolean())
    return draft.plan


def stretched(choose: Choose, world: World) -> Plan:
    """A scalar leaf times a vector: its gradient is a sum."""
    draft = Draft(world)
    vector, scalar = draft.leaf(choose, world, (4,)), draft.leaf(choose, world, ())
    product = draft.make("op", vector, scalar, op=choose.element(("multiply", "add")))
    draft.backward(choose, product, (4,))
    return draft.plan


def frozen_between(choose: Choose, world: World) -> Plan:
    """A leaf is frozen after the forward: its slot stays as it is, those of others do not."""
    draft = Draft(world)
    x, y = draft.leaf(choose, world, (2,)), draft.leaf(choose, world, (2,))
    product = draft.make("op", x, y, op="multiply")
    draft.do("flag", x, flag=False)
    draft.backward(choose, product, (2,))
    draft.do("flag", x, flag=True)
    return draft.plan


PLANS: dict[str, Callable[[Choose, World], Plan]] = {
    "training step": training_step,
    "shared views": shared_views,
    "saved then changed": saved_then_changed,
    "changed view": changed_view,
    "stretched": stretched,
    "frozen between": frozen_between,
}
