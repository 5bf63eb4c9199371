"""Points that are evaluated once and thrown away need no memory of their own.

    array(values)    shares no memory with values
    lent(values)     may lie in their memory: for one call of a function, whose outputs are copied before `values` change

A function of millions of entries is asked at dozens of points; copying them costs more than many an op.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np


class Lender(ABC):
    """A backend whose arrays may lie in memory of NumPy's."""

    @abstractmethod
    def lent(self, values: np.ndarray, *, dtype: str, device: str) -> Any:
        """As `Backend.array` of row-major `values`, in their memory where that can be."""
