"""Faults of modules: leaves that are forgotten, replaced or shared, hooks that run twice or for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.hooking import Gradients, Remove
from harness.tape.modules import Body, Module, Modules
from harness.tape.writing import Aliasing


class SpoiledModule(Spoiled):
    """Another module; what it hands out and is called with is the inner one's."""

    def __call__(self, x: Any) -> Any:
        return self.inner(x)

    def copy(self) -> Module:
        made: Module = type(self)(self.inner.copy())
        return made


def module_fault(name: str, summary: str) -> Callable[[type[SpoiledModule]], type[SpoiledModule]]:
    """Register the class of modules as the fault `name`."""

    def registered(spoiled: type[SpoiledModule]) -> type[SpoiledModule]:
        class OfPart(Spoiled):
            def module(self, values: Mapping[str, np.ndarray], body: Body, inner: Any = None) -> Any:
                made = spoiled(self.inner.module(values, body, inner=inner.inner if isinstance(inner, SpoiledModule) else inner))
                made.tape = self.tape
                return made

        part_fault(name, Modules, summary)(OfPart)
        return spoiled

    return registered


@module_fault("module-zeroes-outside", "zero_grad of a module forgets the inner module")
class ZeroesOutside(SpoiledModule):
    def zero_grad(self, *, to_none: bool = True) -> None:
        for name, leaf in self.inner.parameters().items():
            if not name.startswith("inner."):
                self.tape.clear_grad(leaf) if to_none else self.tape.zero_grad(leaf)


@module_fault("module-zero-clears", "zero_grad(to_none=False) of a module sets gradients to None")
class ZeroClears(SpoiledModule):
    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(to_none=True)


@module_fault("module-eval-freezes", "a module that does not train gets no gradients")
class EvalFreezes(SpoiledModule):
    def train(self, on: bool) -> None:
        self.inner.train(on)
        self.inner.require_grad(on)


@module_fault("module-freeze-ignored", "a module cannot be frozen")
class FreezeIgnored(SpoiledModule):
    def require_grad(self, flag: bool) -> None:
        return None


@module_fault("module-hooks-twice", "hooks around a module run twice")
class HooksTwice(SpoiledModule):
    def after_backward(self, function: Callable[[Gradients, Gradients], Gradients | None]) -> Remove:
        first, second = self.inner.after_backward(function), self.inner.after_backward(function)

        def removed() -> None:
            first()
            second()

        return removed


@module_fault("module-hooks-look-only", "what hooks around a module return is ignored")
class HooksLookOnly(SpoiledModule):
    def before_backward(self, function: Callable[[Gradients], Gradients | None]) -> Remove:
        made: Remove = self.inner.before_backward(lambda results: function(results) and None)
        return made


@module_fault("module-state-tracked", "the state of a module is its leaves")
class StateTracked(SpoiledModule):
    def state(self) -> Mapping[str, Any]:
        leaves: Mapping[str, Any] = self.inner.parameters()
        return leaves


@module_fault("module-load-replaces", "a state is loaded behind the back of the graphs that used the leaves")
class LoadReplaces(SpoiledModule):
    def load(self, state: Mapping[str, Any]) -> None:
        for name, leaf in self.inner.parameters().items():
            self.tape.part(Aliasing).bypass(leaf)[...] = state[name]


@module_fault("module-copy-shares", "a copy of a module is the module")
class CopyShares(SpoiledModule):
    def copy(self) -> Module:
        made: Module = self
        return made


class _Replaced(SpoiledModule):
    """A module whose leaves are `fresh` ones, once there are some."""

    fresh: Mapping[str, Any] | None = None

    def parameters(self) -> Mapping[str, Any]:
        return self.fresh or self.inner.parameters()


@module_fault("module-cast-replaces", "a module that is cast has new leaves")
class CastReplaces(_Replaced):
    def cast(self, dtype: str) -> None:
        self.inner.cast(dtype)
        self.fresh = {name: self.tape.leaf(self.tape.value(leaf)) for name, leaf in self.inner.parameters().items()}


@module_fault("module-cast-drops-gradients", "a module that is cast loses its gradients")
class CastDropsGradients(SpoiledModule):
    def cast(self, dtype: str) -> None:
        self.inner.cast(dtype)
        self.inner.zero_grad()


@module_fault("module-move-replaces", "a module that is moved has new leaves")
class MoveReplaces(_Replaced):
    def move(self, device: str) -> None:
        self.inner.move(device)
        self.fresh = {name: self.tape.move(self.tape.leaf(self.tape.value(leaf)), device) for name, leaf in self.inner.parameters().items()}


@module_fault("module-move-leaves-gradients", "a module that is moved leaves its gradients behind")
class MoveLeavesGradients(SpoiledModule):
    def move(self, device: str) -> None:
        self.inner.move(device)
        self.inner.zero_grad()
