"""Random arguments for inputs: sizes that grow from draw to draw, so that the first counterexample is a small one.

x ~ N(0, 1), folded into its interval       i ~ uniform on {low, ..., high - 1}       sizes ~ uniform on {1, ..., min(draw + 1, 6)}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.checking.inputs import Input, Size
from harness.ops.domain import interval

LARGEST_SIZE = 6
INTEGERS = 4  # how many values an integer without an upper end takes


def draw_arguments(inputs: Sequence[Input], draw: int, seed: int) -> tuple[np.ndarray, ...]:
    """One array per input, in double precision (integers and masks in their own dtype); the same (seed, draw), the same arrays.

    Raises:
        ValueError: an interval of integers is empty.
    """
    rng = np.random.default_rng((seed, draw))
    symbols = dict.fromkeys(size for each in inputs for size in (*each.dims, each.high) if isinstance(size, str))
    sizes = {symbol: int(rng.integers(1, min(draw + 1, LARGEST_SIZE) + 1)) for symbol in symbols}
    return tuple(_values(each, sizes, rng) for each in inputs)


def _values(given: Input, sizes: Mapping[str, int], rng: np.random.Generator) -> np.ndarray:
    shape = tuple(_size(dim, sizes) for dim in given.dims)
    if given.dtype == "bool":
        return np.asarray(rng.integers(0, 2, shape), dtype=bool)
    if given.is_integer:
        return _integers(given, shape, sizes, rng)
    raw = np.asarray(rng.standard_normal(shape))
    if given.dtype.startswith("complex"):
        return np.asarray(raw + 1j * rng.standard_normal(shape))
    high = float(sizes[given.high]) if isinstance(given.high, str) else given.high
    width = high - given.low
    return np.asarray(interval(given.low, high, margin=min(1e-3, width / 16)).project(raw))


def _integers(given: Input, shape: tuple[int, ...], sizes: Mapping[str, int], rng: np.random.Generator) -> np.ndarray:
    """Integers low <= i < high, or low < i where only a lower end was written."""
    low = int(np.ceil(given.low))
    high = sizes[given.high] if isinstance(given.high, str) else int(np.ceil(given.high)) if np.isfinite(given.high) else low + INTEGERS
    if not low < high:
        raise ValueError(f"--input '{given.name}: {given.dtype}' must leave at least one integer; got {low} <= {given.name} < {high}. Widen it.")
    return rng.integers(low, high, shape).astype(given.dtype)


def _size(dim: Size, sizes: Mapping[str, int]) -> int:
    return sizes[dim] if isinstance(dim, str) else dim
