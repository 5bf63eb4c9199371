"""Backward and gradients in full, as a part of a tape: several outputs at once, and every option that the documents give.

    backward((y, z), (u, v)):  leaf.grad <- leaf.grad + (dy/dleaf)^T u + (dz/dleaf)^T v
    gradient(batched):         one gradient per row of the cotangent

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html, .../torch.autograd.grad.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from harness.tape.features import Handles


class Walking(ABC):
    """Several outputs at once, unused inputs as zeros, many cotangents in one call."""

    @abstractmethod
    def backward(
        self,
        outputs: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        inputs: Handles | None = None,
    ) -> None:
        """Accumulate the sum over the outputs; a cotangent is an array or a handle, None where the output has one element or is a constant."""

    @abstractmethod
    def gradient(
        self,
        outputs: Handles,
        wrt: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        allow_unused: bool | None = None,
        materialize: bool = False,
        batched: bool = False,
    ) -> tuple[Any, ...]:
        """One gradient per input, in their order.

        An unused input is refused, None where it is allowed, zeros with `materialize` (which must not be combined with allow_unused=False). With
        `batched` every cotangent, and every result, has one more axis in front: a gradient per row.
        """
