"""What an array and its entries are called: out[2, 0], or what each flat index stands for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Name = str | Callable[[int], str]  # of the array, or of the entry at each flat index


def entry(name: Name, flat: int, shape: tuple[int, ...]) -> str:
    """The entry at a flat index; that of an array without axes has no name of its own."""
    if callable(name):
        return name(flat)
    return f"{name}[{', '.join(str(int(k)) for k in np.unravel_index(flat, shape))}]" if shape else ""


def whole(name: Name) -> str:
    """The array itself."""
    return "the array" if callable(name) else name
