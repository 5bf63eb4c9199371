"""Ways to fill an array so that it lies at an edge: by one number, in order, with ties, with zeros.

full_of(0)    increasing    one_tie    zeros(2)    equal_along(0)    ulps_apart
"""

from __future__ import annotations

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import Domain
from harness.strategies.regimes import QUARTERS, Fill, distinct, inside
from harness.strategies.rounding import ULP_OF_ONE

ULPS = (0.0, *ULP_OF_ONE.values())


def full_of(value: float) -> Fill:
    return lambda rng, shape, domain: np.full(shape, value)


def one_of_numbers(*values: float) -> Fill:
    return lambda rng, shape, domain: rng.choice(values, shape)


def equal(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return np.full(shape, rng.choice(inside(QUARTERS, domain)))


def increasing(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape) * 0.25 + 0.5


def decreasing(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    """All below 0 where the domain has such, the first the largest: what begins with 0, or is filled up with it, shows."""
    rising = increasing(rng, shape, domain)
    return np.flip(rising) if np.isfinite(domain.low) else -rising


def equal_along(axis: int) -> Fill:
    """The same number wherever the index along `axis` is a certain one; all others differ."""

    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        numbers = distinct(rng, shape, domain)
        if numbers.ndim > axis and numbers.size:
            np.moveaxis(numbers, axis, 0)[rng.integers(shape[axis])] = rng.choice(inside(QUARTERS, domain))
        return numbers

    return fill


def one_hot(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    """Along the last axis a 1, of either sign, among zeros: of length 1, and a corner of the simplex."""
    last = shape[-1] if shape else 1
    if not last:
        return np.zeros(shape)
    rows = shape[:-1]
    return np.asarray(np.eye(last)[rng.integers(last, size=rows)] * rng.choice([-1.0, 1.0], (*rows, 1))).reshape(shape)


def ulps_apart(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return np.asarray(rng.choice(inside(QUARTERS, domain)) * (1 + rng.choice(ULPS, shape)))


def readable(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return rng.choice(inside(QUARTERS, domain), shape)


def zeros(count: int) -> Fill:
    """So many numbers are 0."""

    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        numbers = readable(rng, shape, domain)
        numbers.flat[rng.permutation(numbers.size)[:count]] = 0.0
        return numbers

    return fill


def one_tie(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    """All different but for two."""
    numbers = distinct(rng, shape, domain)
    if numbers.size > 1:
        one, other = rng.permutation(numbers.size)[:2]
        numbers.flat[one] = numbers.flat[other]
    return numbers
