"""torch.utils.checkpoint as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/checkpoint.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from torch.utils.checkpoint import checkpoint

from harness.tape.checkpointing import Checkpointing


class TorchCheckpointing(Checkpointing):
    """Both values of `use_reentrant`; only False compares what the second run saves."""

    variants = ("reentrant", "not reentrant")
    first_order = frozenset({"reentrant"})
    watchful = frozenset({"not reentrant"})

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""

    def checkpoint(self, function: Callable[..., Any], *args: Any, variant: str, keep_random: bool = True) -> Any:
        return checkpoint(function, *args, use_reentrant=variant == "reentrant", preserve_rng_state=keep_random)

    def unnamed(self, function: Callable[..., Any], *args: Any) -> Any:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "torch.utils.checkpoint: the use_reentrant parameter")  # the law looks for an exception
            return checkpoint(function, *args)
