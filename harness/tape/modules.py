"""Modules as a part of a tape: functions that own leaves, one inside the other, and are zeroed, frozen, copied, cast and hooked as a whole.

    module(x) = f(parameters, inner(x))          grad_output -> hooks before -> module -> grad_input -> hooks after

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from harness.tape.hooking import Gradients, Remove

Body = Callable[[Mapping[str, Any], Any], Any]


class Module(Protocol):
    """A function of one value, and everything that it owns."""

    def __call__(self, x: Any) -> Any:
        """The value at x."""

    def parameters(self) -> Mapping[str, Any]:
        """Its leaves by name; those of the inner module begin with "inner."."""

    def zero_grad(self, *, to_none: bool = True) -> None:
        """Forget the gradients of all its leaves, or zero them in place."""

    def train(self, on: bool) -> None:
        """Whether layers that know two modes are in that of training."""

    def require_grad(self, flag: bool) -> None:
        """Freeze or unfreeze all its leaves."""

    def state(self) -> Mapping[str, Any]:
        """The values of its leaves, as constants."""

    def load(self, state: Mapping[str, Any]) -> None:
        """Copy these values into its leaves."""

    def copy(self) -> Module:
        """A module of its own, with the same values."""

    def cast(self, dtype: str) -> None:
        """All its leaves, and their gradients, in another dtype."""

    def move(self, device: str) -> None:
        """All its leaves, and their gradients, on another device."""

    def before_backward(self, function: Callable[[Gradients], Gradients | None]) -> Remove:
        """Call `function(gradients of the results)` before backward enters the module; what it returns replaces them."""

    def after_backward(self, function: Callable[[Gradients, Gradients], Gradients | None]) -> Remove:
        """Call `function(gradients of the operands, of the results)` when backward leaves the module; what it returns replaces the former."""


class Modules(ABC):
    """Modules."""

    @abstractmethod
    def module(self, values: Mapping[str, np.ndarray], body: Body, inner: Module | None = None) -> Module:
        """A module with leaves of these values that computes `body(leaves, x)`, x having gone through `inner` first."""
