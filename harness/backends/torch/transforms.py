"""torch.func as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/func.api.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch

from harness.backends.torch.routes import load_forward_mode
from harness.tape.features import Handles
from harness.tape.transforming import Function, Transforms


class TorchTransforms(Transforms):
    """Every transform is torch.func's, but for the strict Jacobian."""

    trees = True

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""
        load_forward_mode()

    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        return torch.func.grad(function, argnums=argument, has_aux=aux)

    def value_and_grad(self, function: Function) -> Function:
        transformed = torch.func.grad_and_value(function)

        def turned(*args: Any) -> tuple[Any, Any]:
            gradient, value = transformed(*args)
            return value, gradient

        return turned

    def vjp(self, function: Function, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        result: tuple[Any, ...] = torch.func.vjp(function, *primals)
        return result[0], result[1]

    def jvp(self, function: Function, primals: Handles, tangents: Handles) -> tuple[Any, Any]:
        result: tuple[Any, ...] = torch.func.jvp(function, tuple(primals), tuple(tangents))
        return result[0], result[1]

    def linearize(self, function: Function, *primals: Any) -> tuple[Any, Callable[..., Any]]:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Attempted to insert a get_attr Node")  # torch's own business
            value, push = torch.func.linearize(function, *primals)
        return value, push

    def vmap(self, function: Function, *, randomness: str = "error") -> Function:
        return torch.func.vmap(function, randomness=randomness)

    def jacobian(self, function: Function, *, mode: str) -> Function:
        made: Function = torch.func.jacfwd(function) if mode == "forward" else torch.func.jacrev(function)
        return made

    def strict_jacobian(self, function: Function, x: Any, *, strict: bool) -> Any:
        return torch.autograd.functional.jacobian(function, x, strict=strict)

    def noise(self, like: Any) -> Any:
        return torch.rand_like(like)
