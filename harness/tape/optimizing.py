"""Optimizers as a part of a tape: they read gradient slots, and move leaves in place.

    step():  x <- x - lr * direction(x.grad, ...)        for every leaf that has a gradient

Source: https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from harness.tape.features import Handles


class Optimizer(Protocol):
    """One optimizer, with the leaves that it was given."""

    def step(self, closure: Callable[[], Any] | None = None) -> None:
        """Move every leaf that has a gradient; `closure` computes loss and gradients anew, for algorithms that ask for it."""

    def zero_grad(self, *, to_none: bool = True) -> None:
        """Forget the gradients of the leaves, or zero them in place."""

    def state(self) -> Any:
        """A copy of everything that the next step depends on beside leaves and gradients."""

    def load(self, state: Any) -> None:
        """Go on from a copy made by `state`."""


class Optimizing(ABC):
    """Optimizers.

    `names` are those of the algorithms that it has: "sgd", "adam", ... as in harness.tape.algorithms, and others; options are torch's.
    """

    names: tuple[str, ...] = ()
    with_closure: frozenset[str] = frozenset()  # these step with a closure only
    defaults: Mapping[str, Mapping[str, Any]] = {}  # options without which an algorithm does not start

    @abstractmethod
    def optimizer(self, name: str, groups: Sequence[Handles], options: Sequence[Mapping[str, Any]]) -> Optimizer:
        """The algorithm on groups of leaves, each with its options."""

    @abstractmethod
    def accepts(self, name: str, shape: tuple[int, ...], dtype: str) -> bool:
        """Whether the algorithm is for leaves of that kind."""

    def ways(self, name: str, dtype: str) -> Mapping[str, Mapping[str, Any]]:
        """Options that choose another implementation of the same algorithm for leaves of that dtype, by its name."""
        return {}
