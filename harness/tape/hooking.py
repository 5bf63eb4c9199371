"""Hooks of every other kind, as parts of a tape: after a slot was filled, before and after a node, on a group, on what is saved.

    tensor hooks -> node's hooks before -> retained slot -> node -> node's hooks after;      at a leaf: tensor hooks -> slot -> hooks after it

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#backward-hooks-execution, #hooks-for-saved-tensors
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

Remove = Callable[[], None]
Gradients = tuple[Any, ...]


class Hooking(ABC):
    """Hooks after accumulation, and before and after a node."""

    @abstractmethod
    def after_slot(self, leaf: Any, function: Callable[[Any], Any]) -> Remove:
        """Call `function(leaf)` whenever a gradient was added to its slot; it returns None."""

    @abstractmethod
    def before_node(self, handle: Any, function: Callable[[Gradients], Gradients | None]) -> Remove:
        """Call `function(gradients of the results)` before the node that computed `handle` runs; what it returns replaces them."""

    @abstractmethod
    def after_node(self, handle: Any, function: Callable[[Gradients, Gradients], Gradients | None]) -> Remove:
        """Call `function(gradients of the operands, gradients of the results)` after the node ran; what it returns replaces the former."""


class HookGroups(ABC):
    """Hooks on several values at once."""

    @abstractmethod
    def all(self, handles: Sequence[Any], function: Callable[[Sequence[Any]], None]) -> Remove:
        """Call `function` with the gradients of all once those that this backward reaches are there; None for the others."""

    @abstractmethod
    def any(self, handles: Sequence[Any], function: Callable[[Any], None]) -> Remove:
        """Call `function` with the first gradient of any of them."""


class Saving(ABC):
    """Hooks on what is saved for backward."""

    @abstractmethod
    def hooks(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> AbstractContextManager[Any]:
        """A context in which what is saved is `pack(value)`; when it is used, `unpack` makes a value of that again."""
