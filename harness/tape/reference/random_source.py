"""Where the reference tape's random numbers come from: one generator, which can be seeded, remembered and put back."""

from __future__ import annotations

from typing import Any

import numpy as np


class RandomSource:
    """The numbers in [0, 1) of one generator."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng()

    def seed(self, number: int) -> None:
        """From here on the same numbers as whenever this was the seed."""
        self._generator = np.random.default_rng(number)

    def draw(self, shape: tuple[int, ...]) -> np.ndarray:
        """The next numbers."""
        return self._generator.random(shape)

    def state(self) -> Any:
        """Where the generator stands."""
        return self._generator.bit_generator.state

    def restore(self, state: Any) -> None:
        """Go on from there."""
        self._generator.bit_generator.state = state


SOURCE = RandomSource()
