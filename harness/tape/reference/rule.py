"""What the reference tape knows of an op: its value, and the adjoint of its derivative per operand.

y = f(x_0, x_1, ...)        pull_i(g) = (df/dx_i)^T g
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from harness.tape.reference.graph import Tensor

Ops = Callable[..., Tensor]  # k("multiply", g, y): the tape's own ops


class Context(Protocol):
    """What a pull may know without anything saved: the operands' shapes and the parameters."""

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]: ...

    @property
    def params(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Pull:
    """`formula(k, g, context, *saved)`, with the saved values in the order of `saves`."""

    formula: Callable[..., Tensor]
    saves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A differentiable op."""

    forward: Callable[..., Any]
    pulls: tuple[Pull, ...]
    looks: bool = False  # the result is a view of the first operand's memory
