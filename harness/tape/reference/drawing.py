"""The reference tape's random numbers: a sample is recorded, and walking to it is refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.reference.graph import Tensor
from harness.tape.reference.random_source import SOURCE
from harness.tape.reference.walking import ReferencePart
from harness.tape.special_values import Drawing


class ReferenceDrawing(ReferencePart, Drawing):
    samples = ("bernoulli",)

    def seed(self, number: int) -> None:
        SOURCE.seed(number)

    def sample(self, name: str, handle: Any) -> Tensor:
        return self.engine("bernoulli", handle)

    def dropout(self, handle: Any, probability: float) -> Tensor:
        """A product with a mask; the mask is saved like any factor."""
        kept = SOURCE.draw(handle.array.shape) >= probability
        mask = Tensor(np.asarray(kept / (1 - probability), handle.array.dtype))
        mask.storage.device = handle.storage.device
        return self.engine("multiply", handle, mask)
