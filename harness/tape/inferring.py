"""Inference mode, as a part of a tape: nothing is recorded, and what is made there can never be.

    made in inference mode  =>  no version, never saved for backward, not changed in place outside

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html,
    https://docs.pytorch.org/docs/stable/notes/autograd.html#inference-mode
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any


class Inferring(ABC):
    """Inference mode."""

    @abstractmethod
    def mode(self, on: bool = True) -> AbstractContextManager[Any]:
        """A context in inference mode, or out of it."""

    @abstractmethod
    def is_inference(self, handle: Any) -> bool:
        """Whether the value was made in inference mode."""
