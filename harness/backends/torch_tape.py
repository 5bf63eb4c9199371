"""torch's imperative side: tensors that record, `.backward()`, `.grad` that accumulates, `no_grad`.

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from harness.tape.interface import Tape

if TYPE_CHECKING:
    from harness.backends.protocol import Backend


class TorchTape(Tape):
    """Handles are tensors on one device."""

    def __init__(self, backend: Backend, device: str) -> None:
        self._backend = backend
        self._device = device

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> torch.Tensor:
        """A float64 (or complex128) leaf."""
        return self._tensor(values).requires_grad_(requires_grad)

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """The op as the backend calls it."""
        call = self._backend.op(op)
        if call is None:
            raise LookupError(f"torch has no op {op!r}")
        return call(*args, **params)

    def backward(self, output: Any, cotangent: np.ndarray, *, retain_graph: bool = False, create_graph: bool = False) -> None:
        """`output.backward(cotangent)`."""
        torch.autograd.backward(output, self._tensor(cotangent), retain_graph=retain_graph or create_graph, create_graph=create_graph)

    def grad(self, leaf: Any) -> np.ndarray | None:
        """A copy of `leaf.grad`."""
        return None if leaf.grad is None else self._backend.numpy(leaf.grad)

    def clear_grad(self, leaf: Any) -> None:
        """`leaf.grad = None`."""
        leaf.grad = None

    def no_grad(self) -> AbstractContextManager[Any]:
        """`torch.no_grad()`."""
        return torch.no_grad()

    def requires_grad(self, handle: Any) -> bool:
        """`tensor.requires_grad`."""
        return bool(handle.requires_grad)

    def is_recording(self) -> bool:
        """`torch.is_grad_enabled()`."""
        return torch.is_grad_enabled()

    def value(self, handle: Any) -> np.ndarray:
        """A copy of the tensor's value."""
        return self._backend.numpy(handle)

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.asarray(values), device=self._device)
