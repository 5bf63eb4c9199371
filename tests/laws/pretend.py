"""torch that pretends: to have TF32 on a CPU, so that what is decided about it can be seen without a GPU; that a function is another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.backends.faulty.products import of_rounded
from harness.backends.torch.backend import TorchBackend
from harness.ops.products import SUMS_OF_PRODUCTS


class InTf32(TorchBackend):
    """Rounds the operands of products while TF32 is asked for."""

    name = "torch that pretends to have TF32"
    _asked = False

    def op(self, name: str) -> Callable[..., Any] | None:
        call = super().op(name)
        return of_rounded(self, call) if call is not None and self._asked and name in SUMS_OF_PRODUCTS else call

    @contextmanager
    def tf32(self, device: str) -> Iterator[None]:
        self._asked = True
        try:
            yield
        finally:
            self._asked = False


class Doubled(TorchBackend):
    """Takes twice every function for the function."""

    name = "torch that doubles"

    def op(self, name: str) -> Callable[..., Any] | None:
        call = super().op(name)
        return None if call is None else lambda *args, **params: 2 * call(*args, **params)
