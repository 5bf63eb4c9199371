"""What `torch.set_...` and `torch.manual_seed` change in the whole process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from harness.backends.settled import Settled

DTYPE, GRAD, RANDOM, DETERMINISTIC = "the default dtype", "the grad mode", "the random state", "the choice of deterministic algorithms"


class TorchSettings(Settled):
    """Torch's global state, as far as it changes results."""

    def settings(self) -> Mapping[str, Any]:
        """Default dtype, grad mode, random state of the CPU, deterministic algorithms."""
        return {
            DTYPE: torch.get_default_dtype(),
            GRAD: torch.is_grad_enabled(),
            RANDOM: torch.get_rng_state().numpy().tobytes(),
            DETERMINISTIC: torch.get_deterministic_debug_mode(),
        }

    def reset(self) -> None:
        """Back to recording: a mode is all that an exception leaves behind."""
        torch.set_grad_enabled(True)

    def restore(self, settings: Mapping[str, Any]) -> None:
        """All of `settings`."""
        torch.set_default_dtype(settings[DTYPE])
        torch.set_grad_enabled(settings[GRAD])
        torch.set_rng_state(torch.frombuffer(bytearray(settings[RANDOM]), dtype=torch.uint8))
        torch.set_deterministic_debug_mode(settings[DETERMINISTIC])
