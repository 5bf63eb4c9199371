"""torch's random ops, an op without a derivative, and its anomaly mode.

Source: https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch

from harness.backends.torch.tape_parts import TorchPart
from harness.tape.special_values import Anomalies, Drawing, Gaps

_SAMPLES: dict[str, Callable[[Any], Any]] = {
    "bernoulli": torch.bernoulli,
    "poisson": torch.poisson,
    "normal": lambda x: torch.normal(x, torch.ones_like(x)),
}


class TorchDrawing(TorchPart, Drawing):
    """`torch.bernoulli` and others, `torch.nn.functional.dropout`."""

    samples = tuple(_SAMPLES)

    def seed(self, number: int) -> None:
        torch.manual_seed(number)

    def sample(self, name: str, handle: Any) -> Any:
        return _SAMPLES[name](handle)

    def dropout(self, handle: Any, probability: float) -> Any:
        return torch.nn.functional.dropout(handle, probability)


class TorchGaps(TorchPart, Gaps):
    """`torch.igamma` by its first operand."""

    def underivable(self, handle: Any) -> Any:
        return torch.igamma(handle, torch.ones_like(handle))


class TorchAnomalies(TorchPart, Anomalies):
    """`torch.autograd.detect_anomaly`, without its warning that it is slow."""

    def watch(self, *, check_nan: bool = True) -> AbstractContextManager[Any]:
        return _watched(check_nan)


@contextmanager
def _watched(check_nan: bool) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Anomaly Detection has been enabled")
        warnings.filterwarnings("ignore", "Error detected in")  # the traceback of the forward, in words
        with torch.autograd.detect_anomaly(check_nan=check_nan):
            yield
