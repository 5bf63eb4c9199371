"""How large and how small numbers of a dtype may be: readable ones times a size, near the ends of its range and near the roots of these.

    huge       1 / eps, its square, the root of the largest number        what is added to them is lost, their squares and cubes overflow
    tiny       the inverses of these                                      what they are added to does not see them, their squares underflow
    largest    the largest number by HEADROOM (harness.strategies.rounding), so that directions do not make it overflow
    smallest   the smallest normal number; below double precision, where there is room in the oracle's numbers, a subnormal one as well

Rounded down to powers of ten (float16: of two), so that a quarter of a size still is of its kind.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import Domain
from harness.strategies.regimes import QUARTERS, Fill
from harness.strategies.rounding import real_dtype

Sizes = MappingProxyType[str, tuple[float, ...]]

HUGE: Sizes = MappingProxyType({"float64": (1e15, 1e30, 1e150), "float32": (1e7, 1e14, 1e19), "bfloat16": (1e2, 1e4, 1e19), "float16": (2.0**4,)})
TINY: Sizes = MappingProxyType(
    {"float64": (1e-15, 1e-30, 1e-150), "float32": (1e-7, 1e-14, 1e-19), "bfloat16": (1e-2, 1e-4, 1e-19), "float16": (2.0**-7, 2.0**-10)}
)
LARGEST: Sizes = MappingProxyType({"float64": (1e300,), "float32": (1e35,), "bfloat16": (1e35,), "float16": (2.0**4,)})
SMALLEST: Sizes = MappingProxyType({"float64": (1e-300,), "float32": (1e-37, 1e-40), "bfloat16": (1e-37,), "float16": (2.0**-12, 2.0**-20)})


def scaled(sizes: Sizes, dtype: str) -> tuple[Fill, ...]:
    """Readable numbers, of both signs or of one, times each of the sizes of `dtype`."""
    return tuple(map(_times, sizes[real_dtype(dtype)]))


def _times(size: float) -> Fill:
    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        numbers, sign = rng.choice(QUARTERS, shape), rng.choice((0.0, 1.0, -1.0))
        return np.asarray(size * (sign * np.abs(numbers) if sign else numbers))

    return fill
