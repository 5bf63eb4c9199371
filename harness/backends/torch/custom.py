"""torch.autograd.Function as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/autograd.html#function
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from harness.tape.custom_function import CustomFunctions


class TorchCustomFunctions(CustomFunctions):
    """A subclass made for each pair; forward and backward get torch's ctx in our words."""

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""

    def function(self, forward: Callable[..., Any], backward: Callable[..., Any] | None, *, once: bool = False) -> Callable[..., Any]:
        """`Made.apply`."""
        methods: dict[str, Any] = {"forward": staticmethod(lambda ctx, *args: forward(_Context(ctx), *args))}
        if backward is not None:
            given = backward  # not None in the closure either

            def called(ctx: Any, *gradients: Any) -> Any:
                return given(_Context(ctx), *gradients)

            methods["backward"] = staticmethod(once_differentiable(called) if once else called)
        made: Callable[..., Any] = type("Made", (torch.autograd.Function,), methods).apply  # type: ignore[attr-defined]
        return made


class _Context:
    """ctx in the words of harness.tape.custom_function.Context."""

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx

    def save(self, *handles: Any) -> None:
        self._ctx.save_for_backward(*handles)

    def saved(self) -> tuple[Any, ...]:
        return tuple(self._ctx.saved_tensors)

    @property
    def kept(self) -> Any:
        return self._ctx.kept

    @kept.setter
    def kept(self, value: Any) -> None:
        self._ctx.kept = value

    @property
    def needs(self) -> tuple[bool, ...]:
        return tuple(self._ctx.needs_input_grad)

    def nondifferentiable(self, *handles: Any) -> None:
        self._ctx.mark_non_differentiable(*handles)

    def dirty(self, *handles: Any) -> None:
        self._ctx.mark_dirty(*handles)

    def materialize(self, zeros: bool) -> None:
        self._ctx.set_materialize_grads(zeros)
