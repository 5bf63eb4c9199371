"""torch.nn.Module as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from harness.tape.hooking import Gradients, Remove
from harness.tape.modules import Body, Module, Modules


class TorchModules(Modules):
    """Modules whose parameters are `nn.Parameter`s."""

    def __init__(self, tape: Any) -> None:
        self._tape = tape

    def module(self, values: Mapping[str, np.ndarray], body: Body, inner: Module | None = None) -> Module:
        made = {name: torch.nn.Parameter(self._tape.leaf(x, requires_grad=False)) for name, x in values.items()}
        return _Module(_Body(made, body, inner.inner if isinstance(inner, _Module) else None))


class _Body(torch.nn.Module):
    def __init__(self, own: dict[str, torch.nn.Parameter], body: Body, inner: torch.nn.Module | None) -> None:
        super().__init__()
        self.names, self.body = tuple(own), body
        for name, parameter in own.items():
            self.register_parameter(name, parameter)
        self.inner = inner

    def forward(self, x: Any) -> Any:
        return self.body({name: self.get_parameter(name) for name in self.names}, x if self.inner is None else self.inner(x))


class _Module:
    def __init__(self, inner: torch.nn.Module) -> None:
        self.inner = inner

    def __call__(self, x: Any) -> Any:
        return self.inner(x)

    def parameters(self) -> Mapping[str, Any]:
        return dict(self.inner.named_parameters())

    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(set_to_none=to_none)

    def train(self, on: bool) -> None:
        self.inner.train(on)

    def require_grad(self, flag: bool) -> None:
        self.inner.requires_grad_(flag)

    def state(self) -> Mapping[str, Any]:
        return self.inner.state_dict()

    def load(self, state: Mapping[str, Any]) -> None:
        self.inner.load_state_dict(state)

    def copy(self) -> Module:
        return _Module(copy.deepcopy(self.inner))

    def cast(self, dtype: str) -> None:
        self.inner.to(getattr(torch, dtype))

    def move(self, device: str) -> None:
        self.inner.to(device)

    def before_backward(self, function: Callable[[Gradients], Gradients | None]) -> Remove:
        registered = self.inner.register_full_backward_pre_hook(lambda module, results: function(results))
        return lambda: registered.remove()

    def after_backward(self, function: Callable[[Gradients, Gradients], Gradients | None]) -> Remove:
        registered = self.inner.register_full_backward_hook(lambda module, operands, results: function(operands, results))
        return lambda: registered.remove()
