"""Checkpoints as a part of a tape: nothing is saved inside a function, which runs again when backward needs what it would have saved.

checkpoint(f, x) = f(x), with the gradients of f

Source: https://docs.pytorch.org/docs/stable/checkpoint.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any


class Checkpointing(ABC):
    """Memory paid for in time.

    `variants` are the names of the implementations. Those in `first_order` are for `backward` into all leaves only; those that are `watchful`
    refuse a function that does something else when it runs again.
    """

    variants: tuple[str, ...] = ()
    first_order: frozenset[str] = frozenset()
    watchful: frozenset[str] = frozenset()

    @abstractmethod
    def checkpoint(self, function: Callable[..., Any], *args: Any, variant: str, keep_random: bool = True) -> Any:
        """The value of the function; with `keep_random` it draws the same random numbers when it runs again."""

    @abstractmethod
    def unnamed(self, function: Callable[..., Any], *args: Any) -> Any:
        """A checkpoint whose variant nobody chose; torch documents that since 2.9 it is refused."""
