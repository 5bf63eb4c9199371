"""Which actions a walk may take in a world: those whose handles exist, whose numbers stay small, and about which there is a promise.

Left out, because the documents promise nothing or torch is known to deviate (docs/explanation/tape.md; direct laws look at the latter):
    views taken while nothing is recorded; switching the flag of memory that has views; adding memory to itself;
    changes in place of memory in which a computed value retains its gradient, or a constant with a gradient that then becomes a computed value;
    `gradient` while a computed value retains its own; `backward(inputs=)` with computed values; what was saved detached in place.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.tape.reference.graph import Tensor
from harness.tape.walks.action import Action
from harness.tape.walks.more import MORE
from harness.tape.walks.world import World

LARGEST = 100.0  # values beyond are left alone, so that rounding stays far below any fault
LARGEST_EXPONENT = 3.0


def possible(world: World, action: Action) -> bool:
    """Whether `action` may be taken now; it may well be refused."""
    tensors = world.tensors
    if not all(name in tensors for name in action.args) or not _needs(action) <= world.actual.tape.features:
        return False
    more = MORE.get(action.verb)
    if more is not None and not (world.offers(more.part) and more.allowed(world, action.params, *(tensors[name] for name in action.args))):
        return False
    allowed = _ALLOWED.get(action.verb)
    return allowed is None or allowed(world, action, *(tensors[name] for name in action.args))


def _needs(action: Action) -> frozenset[str]:
    """The features without which a tape cannot do it."""
    inputs = {"inputs"} if action.verb == "backward" and len(action.args) > 1 else set()
    create = {"higher_order"} if action.params.get("create") else set()
    return frozenset(_FEATURES.get(action.verb, set()) | inputs | create)


def size(tensor: Tensor) -> float:
    """The largest magnitude."""
    return float(np.max(np.abs(tensor.array), initial=0.0))


def is_leaf(world: World, tensor: Tensor) -> bool:
    """Whether nothing recorded made it."""
    return world.expected.tape.is_leaf(tensor)


def filled(tensor: Tensor) -> bool:
    """Whether there is a gradient to work with."""
    return tensor.grad is not None and size(tensor.grad) <= LARGEST


def _op(world: World, action: Action, x: Tensor, y: Tensor | None = None) -> bool:
    if action.params["op"] == "exp":
        return bool(np.max(x.array, initial=0.0) <= LARGEST_EXPONENT)
    return size(x) * (size(y) if y is not None and action.params["op"] == "multiply" else 1.0) <= LARGEST


def _look(world: World, action: Action, x: Tensor) -> bool:
    return world.expected.tape.is_recording()


def _change(world: World, action: Action, x: Tensor, y: Tensor | None = None) -> bool:
    retaining = any(t.storage is x.storage and (t.retains or (t.grad is not None and y is not None)) for t in world.tensors.values())
    small = size(x) <= LARGEST and (y is None or (size(y) <= LARGEST and y.storage is not x.storage))
    return small and not retaining


def _flag(world: World, action: Action, x: Tensor) -> bool:
    return not any(t.base is not None and t.storage is x.storage for t in world.tensors.values())


def _backward(world: World, action: Action, root: Tensor, *inputs: Tensor) -> bool:
    return all(is_leaf(world, leaf) for leaf in inputs)


def _gradient(world: World, action: Action, root: Tensor, wrt: Tensor) -> bool:
    return not any(t.retains for t in world.tensors.values())


def _step(world: World, action: Action, x: Tensor) -> bool:
    return is_leaf(world, x) and x.flag and filled(x) and size(x) <= LARGEST and _change(world, action, x)


def _assign(world: World, action: Action, leaf: Tensor, source: Tensor) -> bool:
    return is_leaf(world, leaf) and source.array.size == leaf.array.size


def _at_leaf(world: World, action: Action, x: Tensor) -> bool:
    return is_leaf(world, x)


_FEATURES: dict[str, set[str]] = {
    "write": {"views", "in_place"},
    "view": {"views"},
    "narrow": {"views"},
    "detach": {"detach"},
    "scale in place": {"in_place"},
    "add in place": {"in_place"},
    "flag": {"flags"},
    "retain": {"retain_grad"},
    "hook": {"hooks"},
    "enter": {"modes"},
    "set recording": {"modes"},
    "gradient": {"functional"},
    "take": {"slots"},
    "zero": {"slots"},
    "assign": {"slots"},
    "step": {"slots", "in_place"},
}
_ALLOWED: dict[str, Callable[..., bool]] = {
    "op": _op,
    "write": _change,
    "view": _look,
    "narrow": _look,
    "scale in place": _change,
    "add in place": _change,
    "flag": _flag,
    "unhook": lambda world, action: action.params["name"] in world.expected.hooks,
    "leave": lambda world, action: bool(world.expected.contexts),
    "backward": _backward,
    "gradient": _gradient,
    "take": lambda world, action, x: filled(x),
    "zero": _at_leaf,
    "clear": _at_leaf,
    "assign": _assign,
    "step": _step,
    "forget": lambda world, action: action.params["name"] in world.tensors,
}
