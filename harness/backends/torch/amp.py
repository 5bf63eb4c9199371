"""torch.amp as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/amp.html
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch

from harness.tape.mixed_precision import MixedPrecision, Scaler

LOW = "bfloat16"  # the only low precision that autocast has everywhere


class TorchMixedPrecision(MixedPrecision):
    """`torch.autocast` and `torch.amp.GradScaler` for the kind of device that the tape is on."""

    low = LOW

    def __init__(self, tape: Any) -> None:
        self._kind = torch.device(tape.device(tape.leaf(np.zeros(())))).type

    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        return torch.autocast(self._kind, dtype=getattr(torch, LOW), enabled=enabled)

    def scaler(self, factor: float) -> Scaler:
        return _Scaler(torch.amp.GradScaler(self._kind, init_scale=factor))


class _Scaler:
    def __init__(self, inner: torch.amp.GradScaler) -> None:
        self._inner = inner

    def scale(self, loss: Any) -> Any:
        return self._inner.scale(loss)

    def unscale(self, optimizer: Any) -> None:
        self._inner.unscale_(optimizer.inner)

    def step(self, optimizer: Any) -> None:
        self._inner.step(optimizer.inner)

    def update(self) -> None:
        self._inner.update()

    def factor(self) -> float:
        return float(self._inner.get_scale())
