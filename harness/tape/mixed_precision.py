"""Mixed precision as a part of a tape: some ops computed in fewer digits, and losses scaled so that small gradients survive them.

    autocast:  x @ y in a low precision, x.grad in x's own          scaled:  d (s loss) / s = d loss;  a step is skipped where that is not finite

Source: https://docs.pytorch.org/docs/stable/amp.html, https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, Protocol

from harness.tape.optimizing import Optimizer


class Scaler(Protocol):
    """A factor for losses, which adapts itself."""

    def scale(self, loss: Any) -> Any:
        """The loss times the factor, recorded."""

    def unscale(self, optimizer: Optimizer) -> None:
        """Divide the gradients of the optimizer's leaves by the factor."""

    def step(self, optimizer: Optimizer) -> None:
        """Divide the gradients unless that was done, and step; not where one of them is not finite."""

    def update(self) -> None:
        """A smaller factor after gradients that were not finite, in time a larger one."""

    def factor(self) -> float:
        """The factor now."""


class MixedPrecision(ABC):
    """`low` is the dtype, by NumPy's name or "bfloat16", in which `autocast` computes matrix products of single precision."""

    low: str

    @abstractmethod
    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        """A context in which ops choose their precision; not `enabled` they take that of their operands again."""

    @abstractmethod
    def scaler(self, factor: float) -> Scaler:
        """A scaler that starts with this factor."""
