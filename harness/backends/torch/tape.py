"""torch's imperative side: tensors that record, `.backward()`, `.grad` that accumulates, `no_grad`, and every optional feature of a tape.

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from harness.backends.torch.deeds import WRITERS
from harness.backends.torch.parts import PARTS
from harness.backends.torch.refusals import refusal
from harness.tape.errors import Unsupported
from harness.tape.features import FEATURES, Handles, Hook
from harness.tape.interface import Tape

if TYPE_CHECKING:
    from harness.backends.protocol import Backend


class TorchTape(Tape):
    """Handles are tensors on one device."""

    writers = WRITERS

    def __init__(self, backend: Backend, device: str) -> None:
        self._backend, self._device, self.parts = backend, device, PARTS
        self.features = frozenset(FEATURES) if torch.cuda.is_available() else frozenset(FEATURES) - {"devices"}

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> torch.Tensor:
        """A leaf of the values' own dtype."""
        return self._tensor(values).requires_grad_(requires_grad)

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """The op as the backend calls it."""
        call = torch.clone if op == "clone" else self._backend.op(op)
        if call is None:
            raise Unsupported(f"torch has no op {op!r}.")
        return call(*args, **params)

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """`output.backward(cotangent)`."""
        with warnings.catch_warnings():
            if create_graph:  # that a leaf and its gradient now refer to each other is known, and no concern of a short test
                warnings.filterwarnings("ignore", "Using backward\\(\\) with create_graph=True")
            torch.autograd.backward(output, self.seed(cotangent), retain_graph=retain_graph or create_graph, create_graph=create_graph, inputs=inputs)

    def gradient(
        self, output: Any, wrt: Handles, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, allow_unused: bool = False
    ) -> tuple[Any, ...]:
        """`torch.autograd.grad`."""
        keep, seed = retain_graph or create_graph, self.seed(cotangent)
        return torch.autograd.grad(output, wrt, seed, retain_graph=keep, create_graph=create_graph, allow_unused=allow_unused)

    def grad(self, leaf: Any) -> np.ndarray | None:
        """A copy of `leaf.grad`."""
        slot = self.slot(leaf)
        return None if slot is None else self._backend.numpy(slot)

    def slot(self, leaf: Any) -> Any:
        """`leaf.grad`; None, without torch's warning, for a computed value that retains none."""
        return leaf.grad if leaf.is_leaf or leaf.retains_grad else None

    def assign_grad(self, leaf: Any, gradient: Any) -> None:
        """`leaf.grad = gradient`."""
        leaf.grad = gradient

    def clear_grad(self, leaf: Any) -> None:
        """`leaf.grad = None`."""
        leaf.grad = None

    def zero_grad(self, leaf: Any) -> None:
        """What `zero_grad(set_to_none=False)` of a module does."""
        if leaf.grad is not None:
            leaf.grad = leaf.grad.detach_() if leaf.grad.grad_fn is not None else leaf.grad.requires_grad_(False)
            leaf.grad.zero_()

    def no_grad(self) -> AbstractContextManager[Any]:
        """`torch.no_grad()`."""
        return torch.no_grad()

    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        """`torch.enable_grad()` or `torch.no_grad()`."""
        return torch.enable_grad() if recording else torch.no_grad()

    def set_recording(self, recording: bool) -> None:
        """`torch.set_grad_enabled`."""
        torch.set_grad_enabled(recording)

    def is_recording(self) -> bool:
        """`torch.is_grad_enabled()`."""
        return torch.is_grad_enabled()

    def requires_grad(self, handle: Any) -> bool:
        """`tensor.requires_grad`."""
        return bool(handle.requires_grad)

    def is_leaf(self, handle: Any) -> bool:
        """`tensor.is_leaf`."""
        return bool(handle.is_leaf)

    def has_history(self, handle: Any) -> bool:
        """`tensor.grad_fn is not None`."""
        return handle.grad_fn is not None

    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        """`tensor.requires_grad_(flag)`."""
        handle.requires_grad_(flag)

    def retain_grad(self, handle: Any) -> None:
        """`tensor.retain_grad()`."""
        handle.retain_grad()

    def retains_grad(self, handle: Any) -> bool:
        """`tensor.retains_grad`."""
        return bool(handle.retains_grad)

    def hook(self, handle: Any, function: Hook) -> Callable[[], None]:
        """`tensor.register_hook`."""
        registered = handle.register_hook(function)
        return lambda: registered.remove()

    def detach(self, handle: Any) -> Any:
        """`tensor.detach()`."""
        return handle.detach()

    def scale_in_place(self, handle: Any, factor: float) -> None:
        """`tensor.mul_(factor)`."""
        handle.mul_(factor)

    def add_in_place(self, handle: Any, other: Any) -> None:
        """`tensor.add_(other)`."""
        handle.add_(other)

    def view(self, handle: Any, shape: tuple[int, ...]) -> Any:
        """`tensor.view(shape)`."""
        return handle.view(shape)

    def narrow(self, handle: Any, start: int, stop: int) -> Any:
        """`tensor[start:stop]`."""
        return handle[start:stop]

    def version(self, handle: Any) -> int:
        """`tensor._version`."""
        return int(handle._version)

    def memory(self, handle: Any) -> int | None:
        """The address of the storage."""
        return handle.untyped_storage().data_ptr() or None

    def move(self, handle: Any, device: str) -> Any:
        """`tensor.to(device)`."""
        return handle.to(device)

    def device(self, handle: Any) -> str:
        return str(handle.device)

    def refusal(self, error: Exception) -> str:
        """By class and text."""
        return refusal(error)

    def value(self, handle: Any) -> np.ndarray:
        """A copy of the tensor's value."""
        return self._backend.numpy(handle)

    def seed(self, cotangent: Any) -> Any:
        """A cotangent as a tensor."""
        return self._tensor(np.asarray(cotangent)) if isinstance(cotangent, np.ndarray | np.generic) else cotangent

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.asarray(values), device=self._device)
