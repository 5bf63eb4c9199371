"""The reference tape's modules: leaves by name, and a border at which hooks see the gradients of results and operands.

    x' = x (clone);  y = body(leaves, inner(x'));  y' = y (clone)          before: sees and replaces g(y')      after: sees and replaces g(x')

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.tape.hooking import Gradients, Remove
from harness.tape.modules import Body, Module, Modules
from harness.tape.reference.graph import Storage, Tensor
from harness.tape.reference.walking import ReferencePart, registered
from harness.tape.writing import Leaving

Before = Callable[[Gradients], Gradients | None]
After = Callable[[Gradients, Gradients], Gradients | None]


class ReferenceModules(ReferencePart, Modules):
    def module(self, values: Mapping[str, np.ndarray], body: Body, inner: Module | None = None) -> Module:
        return _Module(self.tape, {name: self.tape.leaf(x) for name, x in values.items()}, body, inner)


class _Module:
    """What is done to it is done to all its leaves, those of the inner module too."""

    def __init__(self, tape: Any, own: dict[str, Tensor], body: Body, inner: Module | None) -> None:
        self.tape, self.own, self.body, self.inner = tape, own, body, inner
        self.before: dict[int, Before] = {}
        self.after: dict[int, After] = {}

    def __call__(self, x: Any) -> Any:
        if not (self.before or self.after):
            return self._computed(x)
        entered = self.tape.apply("clone", x)
        result = self.tape.apply("clone", self._computed(entered))
        border = _Border(tuple(self.before.values()), tuple(self.after.values()))
        self.tape.hook(result, border.enter)
        self.tape.hook(entered, border.leave)
        return result

    def _computed(self, x: Any) -> Any:
        return self.body(self.own, x if self.inner is None else self.inner(x))

    def parameters(self) -> Mapping[str, Any]:
        inner = {} if self.inner is None else self.inner.parameters()
        return self.own | {f"inner.{name}": leaf for name, leaf in inner.items()}

    def zero_grad(self, *, to_none: bool = True) -> None:
        for leaf in self.parameters().values():
            self.tape.clear_grad(leaf) if to_none else self.tape.zero_grad(leaf)

    def train(self, on: bool) -> None:
        """No layer here knows two modes."""

    def require_grad(self, flag: bool) -> None:
        for leaf in self.parameters().values():
            self.tape.set_requires_grad(leaf, flag)

    def state(self) -> Mapping[str, Any]:
        return {name: self.tape.detach(leaf) for name, leaf in self.parameters().items()}

    def load(self, state: Mapping[str, Any]) -> None:
        """In place, and counted, so that a graph recorded before is refused."""
        with self.tape.no_grad():
            for name, leaf in self.parameters().items():
                self.tape.engine.change("write", leaf, state[name])

    def copy(self) -> Module:
        copy = self.tape.part(Leaving).copy
        return _Module(self.tape, {name: copy(leaf) for name, leaf in self.own.items()}, self.body, None if self.inner is None else self.inner.copy())

    def cast(self, dtype: str) -> None:
        self._renewed(lambda tensor: (tensor.array.astype(dtype), tensor.storage.device))

    def move(self, device: str) -> None:
        self._renewed(lambda tensor: (tensor.array.copy(), device))

    def _renewed(self, change: Callable[[Tensor], tuple[np.ndarray, str]]) -> None:
        """New memory for each leaf and its gradient; the leaf stays the object that it is."""
        for leaf in self.parameters().values():
            for tensor in (leaf, leaf.grad):
                if tensor is not None:
                    array, device = change(tensor)
                    tensor.array, tensor.storage = array, Storage(device)

    def before_backward(self, function: Before) -> Remove:
        return registered(self.before, function)

    def after_backward(self, function: After) -> Remove:
        return registered(self.after, function)


class _Border:
    """One call of a module: what the hooks after it are told of its results' gradients is known when those before it have run."""

    def __init__(self, before: tuple[Before, ...], after: tuple[After, ...]) -> None:
        self.before, self.after = before, after
        self.results: Gradients = ()

    def enter(self, gradient: Any) -> Any:
        self.results = (gradient,)
        for function in self.before:
            self.results = function(self.results) or self.results
        return self.results[0]

    def leave(self, gradient: Any) -> Any:
        operands: Gradients = (gradient,)
        for function in self.after:
            operands = function(operands, self.results) or operands
        return operands[0]
