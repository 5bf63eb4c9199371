"""Gradients and vjps of functions on the reference tape: its own graphs, which record each other.

grad(f)(x):  y = f(x') for a copy x' of x;  dy/dx', with a created graph: an outer transform differentiates it again
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.tape.reference.graph import Storage, Tensor
from harness.tape.transforming import Function, Transforms

if TYPE_CHECKING:
    from harness.tape.reference.tape import ReferenceTape


class ReferenceTransforms(Transforms):
    """Reverse mode, to any depth."""

    def __init__(self, tape: ReferenceTape) -> None:
        self.tape, self.engine = tape, tape.engine

    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        wanted = argument if isinstance(argument, tuple) else (argument,)

        def transformed(*args: Any) -> Any:
            fresh = [self.copied(a) if i in wanted else a for i, a in enumerate(args)]
            with self.tape.grad_mode(True):
                result = function(*fresh)
            value = result[0] if aux else result
            if value.array.ndim:
                raise RuntimeError(f"grad(f) wants a scalar f(x); its shape is {value.array.shape}. Use vjp.")
            found = self.pull(value, [fresh[i] for i in wanted], None)
            gradient = found if isinstance(argument, tuple) else found[0]
            return (gradient, result[1]) if aux else gradient

        return transformed

    def value_and_grad(self, function: Function) -> Function:
        def transformed(*args: Any) -> tuple[Any, Any]:
            gradient, value = self.grad(lambda *given: (lambda y: (y, y))(function(*given)), aux=True)(*args)
            return value, gradient

        return transformed

    def vjp(self, function: Function, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        fresh = [self.copied(x) for x in primals]
        with self.tape.grad_mode(True):
            value = function(*fresh)
        return value, lambda cotangent: self.pull(value, fresh, cotangent)

    def copied(self, x: Tensor) -> Tensor:
        """A value of its own, on which an outer derivative sees that `x` went in."""
        with self.tape.grad_mode(True):
            return self.engine("clone", x) if self.engine.requires_grad(x) else Tensor(x.array.copy(), Storage(x.storage.device), flag=True)

    def pull(self, value: Tensor, inputs: list[Tensor], cotangent: Tensor | None) -> tuple[Tensor, ...]:
        """Gradients that may be differentiated; zeros for what the value does not depend on."""
        zeros = [Tensor(0 * x.array, Storage(x.storage.device)) for x in inputs]
        if not self.engine.requires_grad(value):
            return tuple(zeros)
        found = self.engine.gradient(value, inputs, cotangent, keep=True, create=True, allow_unused=True)
        return tuple(zero if g is None else g for zero, g in zip(zeros, found, strict=True))
