"""Storages of torch watched by weak references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.multiprocessing.reductions import StorageWeakRef

from harness.tape.lifetimes import Lifetimes


class TorchLifetimes(Lifetimes):
    """A storage is counted by its holders, handles and saved tensors alike."""

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""

    def watch(self, handle: Any) -> Callable[[], bool]:
        """`StorageWeakRef(tensor.untyped_storage()).expired()`, the other way round."""
        watched = StorageWeakRef(handle.untyped_storage())
        return lambda: not watched.expired()
