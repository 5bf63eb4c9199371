"""What an optimizer's algorithm remembers between its steps.

average:  a_t = beta a_{t-1} + (1 - beta) new,   a_0 = 0
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Array = Any  # an np.ndarray, or a NumPy scalar: the formulas do not care


@dataclass
class Memory:
    """The count `t` of steps, from 1, and arrays by name, zero before their first use."""

    t: int = 0
    arrays: dict[str, Any] = field(default_factory=dict)

    def average(self, name: str, beta: float, new: Array) -> Array:
        """The running average `name` with `new` in it."""
        self.arrays[name] = beta * self.arrays.get(name, 0.0) + (1 - beta) * new
        return self.arrays[name]
