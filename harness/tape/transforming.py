"""Transforms of functions as a part of a tape: a derivative is a function again.

    grad(f)(x) = f'(x)          vjp(f, x) = f(x), w -> f'(x)^T w          jvp(f, x, v) = f(x), f'(x) v          vmap(f)(X) = stack of f(X[i])

Source: https://docs.pytorch.org/docs/stable/func.api.html, https://docs.jax.dev/en/latest/jax.html#automatic-differentiation
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.tape.errors import Unsupported
from harness.tape.features import Handles

Function = Callable[..., Any]


class Transforms:
    """Functions of functions.

    Each takes a function of handles and gives another. What is not overridden is not offered. With `trees` arguments may be nested in tuples, lists
    and dicts.
    """

    trees: bool = False

    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        """The gradient of a scalar function with respect to one argument, or several, in that order.

        With `aux` the function returns (scalar, anything), and so does this.
        """
        raise Unsupported("this tape transforms no function into its gradient.")

    def value_and_grad(self, function: Function) -> Function:
        """The value and the gradient with respect to the first argument."""
        raise Unsupported("this tape transforms no function into its value and gradient.")

    def vjp(self, function: Function, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The value, and w -> f'(x)^T w, to be called at will."""
        raise Unsupported("this tape has no functional vjp.")

    def jvp(self, function: Function, primals: Handles, tangents: Handles) -> tuple[Any, Any]:
        """The value, and f'(x) v."""
        raise Unsupported("this tape has no functional jvp.")

    def linearize(self, function: Function, *primals: Any) -> tuple[Any, Callable[..., Any]]:
        """The value, and v -> f'(x) v, to be called at will."""
        raise Unsupported("this tape linearizes no function.")

    def vmap(self, function: Function, *, randomness: str = "error") -> Function:
        """The function over the first axis of all arguments."""
        raise Unsupported("this tape maps no function over an axis.")

    def jacobian(self, function: Function, *, mode: str) -> Function:
        """The Jacobian, (*shape of f(x), *shape of x), by "forward" or "reverse" mode."""
        raise Unsupported("this tape has no functional Jacobian.")

    def strict_jacobian(self, function: Function, x: Any, *, strict: bool) -> Any:
        """The Jacobian; with `strict` an output that does not depend on x is refused, without it there are zeros."""
        raise Unsupported("this tape has no strict Jacobian.")

    def noise(self, like: Any) -> Any:
        """Random numbers in the shape of a handle, drawn anew."""
        raise Unsupported("this tape draws no random numbers in a transformed function.")
