"""Several actions that belong together, being written down: results get the names that they will have when the plan is carried out."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose
from harness.tape.walks.action import Action
from harness.tape.walks.world import World

Plan = list[Action]


class Draft:
    """A plan being written; results get the names that they will have."""

    def __init__(self, world: World) -> None:
        self.plan: Plan = []
        self._first = len(world.actions)

    def make(self, verb: str, *args: str, **params: Any) -> str:
        """An action with a result; its name."""
        name = f"t{self._first + len(self.plan)}"
        self.plan.append(Action(verb, args, name, params))
        return name

    def leaf(self, choose: Choose, world: World, shape: tuple[int, ...]) -> str:
        """A leaf of this shape that requires grad: one that there is, or a new one."""
        names = [name for name, tensor in world.tensors.items() if tensor.flag and tensor.array.shape == shape]
        if names and choose.boolean():
            return choose.element(names)
        return self.make("leaf", values=numbers(choose, shape), requires_grad=True)

    def do(self, verb: str, *args: str, **params: Any) -> None:
        """An action without a result."""
        self.plan.append(Action(verb, args, "", params))

    def backward(self, choose: Choose, root: str, shape: tuple[int, ...], *, retain: bool = False, create: bool = False) -> None:
        """A backward with a cotangent of numbers that differ."""
        self.do("backward", root, cotangent=numbers(choose, shape), retain=retain, create=create)


def tracked(choose: Choose, world: World) -> str | None:
    """A handle that requires grad."""
    names = [name for name, tensor in world.tensors.items() if world.expected.tape.requires_grad(tensor)]
    return choose.element(names) if names else None


def numbers(choose: Choose, shape: tuple[int, ...]) -> Any:
    """Nested lists of numbers that differ."""
    flat = [choose.element((1.0, -2.0, 0.5, 3.0)) for _ in range(int(np.prod(shape)))]
    return np.array(flat).reshape(shape).tolist()
