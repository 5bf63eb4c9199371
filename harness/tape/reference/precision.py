"""The reference tape's mixed precision: products of single precision computed in half, and a scaler of losses that adapts itself.

    under autocast   x @ y = cast(x) @ cast(y), the casts recorded       finite: x <- step(g / s);   not finite: s <- s / 2

Source: https://docs.pytorch.org/docs/stable/amp.html, https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.tape.mixed_precision import MixedPrecision, Scaler
from harness.tape.reference.graph import Tensor
from harness.tape.reference.walking import ReferencePart

if TYPE_CHECKING:
    from harness.tape.reference.walker import Engine

LOW = "float16"
LOWERED = frozenset({"matmul"})
BACKOFF, GROWTH, PATIENCE = 0.5, 2.0, 2000  # torch.amp.GradScaler's defaults


class Autocast(threading.local):
    """Whether products are lowered now, in this thread."""

    on: bool = False

    def operands(self, engine: Engine, op: str, given: Sequence[Any]) -> Sequence[Any]:
        """What the op is computed from: under autocast half precision in place of single, by casts that are recorded."""
        if not (self.on and op in LOWERED):
            return given
        return [engine.cast(x, LOW) if isinstance(x, Tensor) and x.array.dtype == np.float32 else x for x in given]


class ReferenceMixedPrecision(ReferencePart, MixedPrecision):
    low = LOW

    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        return self._switched(enabled)

    @contextmanager
    def _switched(self, on: bool) -> Iterator[None]:
        autocast = self.tape.autocast
        before, autocast.on = autocast.on, on
        try:
            yield
        finally:
            autocast.on = before

    def scaler(self, factor: float) -> Scaler:
        return _Scaler(self.tape, factor)


class _Scaler:
    def __init__(self, tape: Any, factor: float) -> None:
        self.tape, self._factor = tape, factor
        self._finite, self._since = True, 0
        self._unscaled = False

    def scale(self, loss: Any) -> Any:
        return self.tape.apply("multiply", loss, self._factor)

    def unscale(self, optimizer: Any) -> None:
        gradients = [leaf.grad for leaves, _ in optimizer.groups for leaf in leaves if leaf.grad is not None]
        for gradient in gradients:
            gradient.array[...] /= self._factor
            self.tape.engine.bump(gradient)
        self._finite = self._finite and all(bool(np.isfinite(gradient.array).all()) for gradient in gradients)
        self._unscaled = True

    def step(self, optimizer: Any) -> None:
        if not self._unscaled:
            self.unscale(optimizer)
        if self._finite:
            optimizer.step()

    def update(self) -> None:
        self._since = self._since + 1 if self._finite else 0
        grown = self._since == PATIENCE
        self._factor *= BACKOFF if not self._finite else GROWTH if grown else 1.0
        self._since, self._finite, self._unscaled = 0 if grown else self._since, True, False

    def factor(self) -> float:
        return self._factor
