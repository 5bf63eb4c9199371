"""The directions that a case is looked at in: random ones, and those that people's code sends.

w ~ N(0, 1)        w = e_i, a row of the Jacobian        w = 1, of f(x).sum()        half of w is 0, of a loss that leaves something out
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from harness.strategies.rounding import gaussian

Drawn = Callable[[np.random.Generator, np.ndarray, str], np.ndarray]  # (source of chance, an array of the shape, dtype) -> direction


def one_hot(rng: np.random.Generator, like: np.ndarray, dtype: str) -> np.ndarray:
    """1 at one entry, of those that are not 0 where there are any: a 0 need not move."""
    direction: np.ndarray = np.zeros(like.shape, _kind(like))
    places = np.flatnonzero(like)
    if like.size:
        direction.flat[rng.choice(places if places.size else like.size)] = 1.0
    return direction


def ones(rng: np.random.Generator, like: np.ndarray, dtype: str) -> np.ndarray:
    return np.ones(like.shape, _kind(like))


def half_zeros(rng: np.random.Generator, like: np.ndarray, dtype: str) -> np.ndarray:
    """Random numbers, every second of them 0, in places at random."""
    return np.asarray(gaussian(rng, like, dtype) * rng.permutation(np.arange(like.size) % 2 == 0).reshape(like.shape))


def _kind(like: np.ndarray) -> type:
    return complex if np.iscomplexobj(like) else float


def tells(directions: tuple[Drawn, Drawn], cotangents: Sequence[np.ndarray], tangents: Sequence[np.ndarray]) -> bool:
    """Whether one that is not random has numbers enough to look otherwise."""
    return any(kind is not gaussian and any(x.size > 2 for x in xs) for kind, xs in zip(directions, (cotangents, tangents), strict=True))


RANDOM = (gaussian, gaussian)
# (cotangents, tangents): of one entry on both sides one entry of the Jacobian would be all that is seen.
DIRECTIONS: MappingProxyType[str, tuple[Drawn, Drawn]] = MappingProxyType(
    {
        "one cotangent of 1": (one_hot, gaussian),
        "one tangent of 1": (gaussian, one_hot),
        "directions of ones": (ones, ones),
        "directions half 0": (half_zeros, half_zeros),
    }
)
