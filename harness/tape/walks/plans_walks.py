"""What people do with walks, hooks and modes, and where tapes have broken: plans of actions that one by one would seldom meet.

a graph walked again; chosen inputs; a gradient of a gradient, as a result and from a slot; hooks in order and removed; modes inside modes
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.ops.choose import Choose
from harness.tape.walks.draft import Draft, Plan, tracked
from harness.tape.walks.world import World


def walked_again(choose: Choose, world: World) -> Plan:
    """One graph twice or three times, retained or not."""
    root = tracked(choose, world)
    if root is None:
        return []
    draft, shape = Draft(world), world.tensors[root].array.shape
    for _ in range(choose.integer(2, 3)):
        if choose.integer(0, 2):
            draft.backward(choose, root, shape, retain=choose.boolean(), create=not choose.integer(0, 3))
        else:
            ones = np.ones(shape).tolist()
            draft.make(
                "gradient",
                root,
                choose.element([name for name, t in world.tensors.items() if t.flag] or [root]),
                cotangent=ones,
                retain=False,
                create=False,
                allow_unused=True,
            )
    return draft.plan


def gradient_of_gradient(choose: Choose, world: World) -> Plan:
    """The gradient g of x * x * x, with a graph; then backward through g."""
    x = tracked(choose, world)
    if x is None:
        return []
    draft, shape = Draft(world), world.tensors[x].array.shape
    y = draft.make("op", draft.make("op", x, x, op="multiply"), x, op="multiply")
    ones = np.ones(shape).tolist()
    g = draft.make("gradient", y, x, cotangent=ones, retain=False, create=True, allow_unused=False)
    draft.backward(choose, g, shape)
    return draft.plan


def created_by_backward(choose: Choose, world: World) -> Plan:
    """The slot of a leaf after a created graph is a value with history; zeroed, it has none."""
    draft = Draft(world)
    x = draft.leaf(choose, world, (2,))
    y = draft.make("op", draft.make("op", x, x, op="multiply"), x, op="multiply")
    draft.backward(choose, y, (2,), create=True)
    g = draft.make("take", x)
    draft.backward(choose, g, (2,), retain=choose.boolean())
    draft.do(choose.element(("zero", "clear")), x)
    return draft.plan


def hooked_twice(choose: Choose, world: World) -> Plan:
    """Two hooks on one value, which do not commute with what they see; one is removed; seldom, one returns another shape."""
    draft = Draft(world)
    x = draft.leaf(choose, world, (2,))
    y = draft.make("op", x, op="multiply", number=2.0) if choose.boolean() else x
    first, second = f"{y}a", f"{y}b"
    kinds: tuple[float | str | None, ...] = (None, -3.0) if choose.integer(0, 4) else (None, "sum")
    draft.do("hook", y, name=first, factor=choose.element(kinds))
    draft.do("hook", y, name=second, factor=choose.element((2.0, None)))
    root = draft.make("op", y, y, op="multiply")
    draft.backward(choose, root, (2,), retain=True)
    draft.do("unhook", name=choose.element((first, second)))
    draft.backward(choose, root, (2,))
    return draft.plan


def chosen_inputs(choose: Choose, world: World) -> Plan:
    """Two leaves, one of which is chosen; then the same graph for both."""
    draft = Draft(world)
    x, y = draft.leaf(choose, world, (2,)), draft.leaf(choose, world, (2,))
    product = draft.make("op", x, y, op="multiply")
    draft.do("backward", product, choose.element((x, y)), cotangent=[1.0, -2.0], retain=True, create=False)
    draft.backward(choose, product, (2,))
    return draft.plan


def retained_twice(choose: Choose, world: World) -> Plan:
    """A computed value with a hook retains its gradient, which accumulates."""
    draft = Draft(world)
    y = draft.make("op", draft.leaf(choose, world, (2,)), op="multiply", number=2.0)
    if choose.boolean():
        draft.do("hook", y, name=f"{y}a", factor=-3.0)
    draft.do("retain", y)
    root = draft.make("op", y, y, op="multiply")
    for retain in (True, False):
        draft.backward(choose, root, (2,), retain=retain)
    return draft.plan


def modes_nested(choose: Choose, world: World) -> Plan:
    """Recording off, on inside, and off again; what is made where."""
    draft = Draft(world)
    x = draft.leaf(choose, world, (2,))
    for recording in (False, True, choose.boolean()):
        draft.do("enter", recording=recording)
        draft.make("op", x, op="multiply", number=2.0)
    for _ in range(3):
        draft.do("leave", by_exception=choose.boolean())
        draft.make("op", x, op="clone")
    return draft.plan


PLANS_OF_WALKS: dict[str, Callable[[Choose, World], Plan]] = {
    "walked again": walked_again,
    "gradient of gradient": gradient_of_gradient,
    "created by backward": created_by_backward,
    "hooked twice": hooked_twice,
    "retained twice": retained_twice,
    "chosen inputs": chosen_inputs,
    "modes nested": modes_nested,
}
