"""A user's own differentiable function as a part of a tape: a forward and a backward, written in the tape's ops.

    y = forward(context, x_0, x_1, ...)          (g_0, g_1, ...) = backward(context, dy)        g_i = (dy/dx_i)^T dy, or None

Source: https://docs.pytorch.org/docs/stable/notes/extending.html#extending-torch-autograd
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol


class Context(Protocol):
    """What forward tells backward, and the tape."""

    kept: Any  # anything that backward is to see, unchecked

    def save(self, *handles: Any) -> None:
        """Remember inputs or results for backward; they are freed with the graph, and changes in place are noticed."""

    def saved(self) -> tuple[Any, ...]:
        """What was saved. Raises once the graph is freed."""

    @property
    def needs(self) -> tuple[bool, ...]:
        """Per argument of forward, whether it wants a gradient."""

    def nondifferentiable(self, *handles: Any) -> None:
        """These results have no gradient."""

    def dirty(self, *handles: Any) -> None:
        """These inputs were changed in place, and are returned."""

    def materialize(self, zeros: bool) -> None:
        """Whether backward gets zeros, and not None, for a result whose gradient nobody computed; it does unless told otherwise."""


class CustomFunctions(ABC):
    """Differentiable functions of the user's own."""

    @abstractmethod
    def function(self, forward: Callable[..., Any], backward: Callable[..., Any] | None, *, once: bool = False) -> Callable[..., Any]:
        """The function. `forward(context, *arguments)` gives a handle or a tuple; `backward(context, *gradients)` one gradient per argument.

        With `once` backward is not to be differentiated itself: an attempt is refused.
        """
