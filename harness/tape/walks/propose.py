"""What may be done next: per verb, a choice of its arguments among the handles there are. Illegal deeds are proposed too; they must be refused.

propose(choose, world, verb)  ->  actions: none where nothing fits; `possible` has the last word on each when its turn comes
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness.ops.choose import Choose
from harness.tape.reference.graph import Tensor
from harness.tape.walks.action import Action
from harness.tape.walks.more import MORE
from harness.tape.walks.plans import PLANS
from harness.tape.walks.plans_walks import PLANS_OF_WALKS
from harness.tape.walks.world import World

HANDLES = 9  # more are not kept: what matters happens among few
SHAPES: tuple[tuple[int, ...], ...] = ((4,), (2, 2), (2,), ())
NUMBERS = (1.0, 2.0, -1.0, 0.5, -3.0, 0.25)
FACTORS = (2.0, -1.0, 0.5, 3.0)

Fits = Callable[[Tensor], bool]
Proposal = Callable[[Choose, World], "Action | None"]


def propose(choose: Choose, world: World, verb: str) -> list[Action]:
    """An action of this verb, or a plan; where there are too many handles, to forget one comes first."""
    if verb in ALL_PLANS:
        planned = ALL_PLANS[verb](choose, world)
    else:
        action = VERBS[verb](choose, world)
        planned = [] if action is None else [action]
    surplus = list(world.tensors)[: max(0, len(world.tensors) + len(planned) - HANDLES)]
    forgotten = [name for name in surplus if choose.integer(0, 3)]  # the oldest first; what a plan needs it does not find then, and does without
    return [*planned, *(Action("forget", params={"name": name}) for name in forgotten)]


def _pick(choose: Choose, world: World, fits: Fits = lambda t: True) -> str | None:
    """The newest handles first: what was made last is the most entangled."""
    names = [name for name, tensor in reversed(world.tensors.items()) if fits(tensor)]
    return choose.element(names) if names else None


def _fresh(world: World) -> str:
    return f"t{len(world.actions)}"


def _values(choose: Choose, shape: tuple[int, ...]) -> Any:
    flat = [choose.element(NUMBERS) for _ in range(int(np.prod(shape)))]
    return np.array(flat).reshape(shape).tolist()


def _on_one(verb: str, choose: Choose, world: World, *, makes: bool = False, fits: Fits = lambda t: True, **params: Any) -> Action | None:
    x = _pick(choose, world, fits)
    return None if x is None else Action(verb, (x,), _fresh(world) if makes else "", params)


def _on_two(verb: str, choose: Choose, world: World, *, makes: bool = False, scalars: bool = True, **params: Any) -> Action | None:
    x = _pick(choose, world)
    if x is None:
        return None
    shape = world.tensors[x].array.shape
    y = _pick(choose, world, lambda t: t.array.shape == shape or (scalars and t.array.shape == ()))
    return None if y is None else Action(verb, (x, y), _fresh(world) if makes else "", params)


def _leaf(choose: Choose, world: World) -> Action:
    shape = choose.element(SHAPES)
    return Action("leaf", (), _fresh(world), {"values": _values(choose, shape), "requires_grad": not choose.boolean()})


def _view(choose: Choose, world: World) -> Action | None:
    x = _pick(choose, world, lambda t: t.array.size == 4)
    return None if x is None else Action("view", (x,), _fresh(world), {"shape": (2, 2) if world.tensors[x].array.ndim == 1 else (4,)})


def _narrow(choose: Choose, world: World) -> Action | None:
    start = choose.integer(0, 2)
    return _on_one("narrow", choose, world, makes=True, fits=lambda t: t.array.shape == (4,), start=start, stop=start + 2)


def _hook(choose: Choose, world: World) -> Action | None:
    return _on_one("hook", choose, world, name=f"h{len(world.actions)}", factor=choose.element((None, 2.0, -1.0)))


def _unhook(choose: Choose, world: World) -> Action | None:
    hooks = list(world.expected.hooks)
    return Action("unhook", params={"name": choose.element(hooks)}) if hooks else None


def _enter(choose: Choose, world: World) -> Action | None:
    return Action("enter", params={"recording": choose.boolean()}) if len(world.expected.contexts) < 3 else None


def _root(choose: Choose, world: World) -> tuple[str, Any] | None:
    """A root, seldom one that does not require grad, and a cotangent, sometimes none."""
    tracked = world.expected.tape.requires_grad
    root = _pick(choose, world, tracked) if choose.integer(0, 9) else _pick(choose, world)
    if root is None:
        return None
    if not choose.integer(0, 30):
        return root, [1.0, 2.0, 3.0]  # no handle has this shape
    return root, _values(choose, world.tensors[root].array.shape) if choose.integer(0, 4) else None


def _backward(choose: Choose, world: World) -> Action | None:
    start = _root(choose, world)
    if start is None:
        return None
    leaf = None if choose.integer(0, 4) else _pick(choose, world)
    params = {"cotangent": start[1], "retain": choose.boolean(), "create": not choose.integer(0, 5)}
    return Action("backward", (start[0], *([leaf] if leaf else [])), params=params)


def _gradient(choose: Choose, world: World) -> Action | None:
    start = _root(choose, world)
    wrt = _pick(choose, world)
    if start is None or wrt is None:
        return None
    params = {"cotangent": start[1], "retain": choose.boolean(), "create": choose.boolean(), "allow_unused": bool(choose.integer(0, 2))}
    return Action("gradient", (start[0], wrt), _fresh(world), params)


def _more(verb: str, choose: Choose, world: World) -> Action | None:
    proposed = MORE[verb].propose(choose, world.tensors, f"h{len(world.actions)}")
    return None if proposed is None else Action(verb, proposed[0], "", proposed[1])


def _forget(choose: Choose, world: World) -> Action | None:
    return Action("forget", params={"name": choose.element(list(world.tensors))}) if world.tensors else None


VERBS: dict[str, Proposal] = {
    "leaf": _leaf,
    **{op: partial(_on_two, "op", makes=True, op=op) for op in ("add", "multiply")},
    **{op: partial(_on_one, "op", makes=True, op=op) for op in ("tanh", "exp", "sum", "clone")},
    "scale": lambda choose, world: _on_one("op", choose, world, makes=True, op="multiply", number=choose.element(FACTORS)),
    "view": _view,
    "narrow": _narrow,
    "detach": partial(_on_one, "detach", makes=True),
    "scale in place": lambda choose, world: _on_one("scale in place", choose, world, factor=choose.element(FACTORS)),
    "add in place": partial(_on_two, "add in place", scalars=False),
    "flag": lambda choose, world: _on_one("flag", choose, world, flag=choose.boolean()),
    "retain": partial(_on_one, "retain"),
    "hook": _hook,
    "unhook": _unhook,
    "enter": _enter,
    "leave": lambda choose, world: Action("leave", params={"by_exception": choose.boolean()}),
    "set recording": lambda choose, world: Action("set recording", params={"recording": bool(choose.integer(0, 3))}),
    "backward": _backward,
    "gradient": _gradient,
    "take": partial(_on_one, "take", makes=True, fits=lambda t: t.grad is not None),
    "zero": partial(_on_one, "zero"),
    "clear": partial(_on_one, "clear"),
    "assign": partial(_on_two, "assign"),
    "step": lambda choose, world: _on_one("step", choose, world, fits=lambda t: t.grad is not None, rate=choose.element((0.5, 0.25))),
    "forget": _forget,
    **{verb: partial(_more, verb) for verb in MORE},
}
ALL_PLANS = PLANS | PLANS_OF_WALKS
ALL = (*VERBS, *ALL_PLANS)
# How often each is tried: backward most, since it is what everything else is for.
WEIGHTS: dict[str, int] = dict.fromkeys(ALL, 3) | {
    "backward": 14,
    "multiply": 6,
    "leaf": 5,
    "gradient": 4,
    "flag": 2,
    "enter": 1,
    "leave": 4,
    "forget": 1,
    "set recording": 1,
    "backward both": 2,
    "watch slot": 1,
}
