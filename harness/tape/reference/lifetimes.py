"""Storages of the reference tape watched by weak references."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from harness.tape.lifetimes import Lifetimes


class ReferenceLifetimes(Lifetimes):
    """Tensors and saved values hold their storage, and nothing else does."""

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""

    def watch(self, handle: Any) -> Callable[[], bool]:
        """Whether the storage is still there."""
        watched = weakref.ref(handle.storage)
        return lambda: watched() is not None
