"""Regimes: the kinds of numbers that a primal may consist of, from what a person reads at a glance to what breaks kernels.

A regime and a seed make an array of any size, so that a case costs few choices. Shrinking goes to the first regime and to seed 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import REALS, Domain

Fill = Callable[[np.random.Generator, Shape, Domain], np.ndarray]

WHOLE = (1.0, 2.0, -1.0, 0.0, 3.0, -2.0, -3.0)  # simplest first: 0 comes later, since there derivatives vanish or kink
QUARTERS = (0.5, -0.5, 0.25, 1.5, -1.5, 0.75, -0.25, 1.25, 2.5, -0.75, -1.25, 1.75, -2.5, -1.75)
LANDMARKS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 6.0)  # where ops of the catalogue have their kinks
SLOPES = (0.5, -0.75, 1.25)
NEAREST = (2.0**-52, -(2.0**-53), 2.0**-23, -(2.0**-24))  # beside 1, in double and in single precision
NUDGES = (0.0, 2.0**-52, -(2.0**-52), 1e-12, -1e-9, 1e-7, -1e-4)


@dataclass(frozen=True)
class Regime:
    """A way to fill an array of real numbers; `weight` says how often it is drawn among its like.

    An edge may also ask for one of the shapes `firsts` for the first operand, for a `pattern` of indices or masks, and for results up to `limit`
    times the usual (inf: up to what the dtype holds); what it says of several numbers says nothing of fewer than `least`. What it says of kinks, and
    many lie at parameters, `near` makes of where they are; what it says of sizes, `of_dtype` makes of the dtype, one fill per size. `parts` are the
    parts of complex numbers that are not 0, `layout` how the operands lie in memory. What says where numbers lie, complex ones have in both parts
    `alike`: the second is the first times one of `SLOPES`.
    """

    name: str
    weight: int
    fill: Fill
    firsts: tuple[Shape, ...] = ()
    pattern: str = ""
    limit: float = 1.0
    least: int = 0
    near: Callable[[tuple[float, ...]], Fill] | None = None
    of_dtype: Callable[[str], tuple[Fill, ...]] | None = None
    parts: tuple[bool, bool] = (True, True)
    layout: str = ""
    alike: bool = False

    def sized(self, dtype: str) -> Regime:
        """The same at any one of the sizes of `dtype`."""
        return self if self.of_dtype is None else replace(self, fill=one_of(self.of_dtype(dtype)), of_dtype=None)

    def each_size(self, dtype: str) -> tuple[Regime, ...]:
        """The same at each of the sizes of `dtype`."""
        return (self,) if self.of_dtype is None else tuple(replace(self, fill=fill, of_dtype=None) for fill in self.of_dtype(dtype))

    def among(self, params: dict[str, Any]) -> Regime:
        """The same with kinks at the real parameters, of both signs, and where most kinks are."""
        numbers = [float(value) for value in params.values() if isinstance(value, float) and np.isfinite(value)]
        if self.near is None or not numbers:
            return self
        return replace(self, fill=self.near((*numbers, *(-number for number in numbers), *LANDMARKS[:3])))


def one_of(fills: tuple[Fill, ...]) -> Fill:
    """Any one of `fills`, by chance."""
    return lambda rng, shape, domain: fills[rng.integers(len(fills))](rng, shape, domain)


def inside(candidates: tuple[float, ...], domain: Domain) -> np.ndarray:
    """Those of `candidates` well inside an interval domain; where none is, eighths of the interval."""
    kept = [c for c in candidates if domain.low < c < domain.high]
    low, high = max(domain.low, -1e3), min(domain.high, 1e3)
    return np.array(kept or [low + (high - low) * k / 8 for k in (4, 2, 6, 3, 5)])


def _whole(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return rng.choice(inside(WHOLE, domain), shape)


def _quarters(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return rng.choice(inside(QUARTERS, domain), shape)


def distinct(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    """Odd eighths, all different: no tie, no zero, no integer."""
    count = int(np.prod(shape))
    return np.asarray((rng.permutation(count).reshape(shape) - count // 2) * 0.25 + 0.125)


def _normal(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return rng.standard_normal(shape)


def _edges(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    """Within 1e-1 to 1e-6 of a finite end of the domain; small numbers where there is none."""
    gap = 10.0 ** rng.uniform(-6, -1, shape)
    ends = [end for end in (domain.low, domain.high) if np.isfinite(end)]
    if not ends:
        return np.asarray(gap * rng.choice([-1.0, 1.0], shape))
    end = rng.choice(ends, shape)
    return np.where(end == domain.low, end + gap, end - gap)


def _mixed(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return np.asarray(10.0 ** rng.uniform(-3, 2, shape) * rng.choice([-1.0, 1.0], shape))


def _zeros(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
    return rng.choice([0.0, -0.0, 1.0], shape, p=[0.4, 0.3, 0.3])


def _ties(kinks: tuple[float, ...]) -> Fill:
    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        landmarks = inside(kinks, domain)
        return rng.choice(landmarks[rng.integers(0, len(landmarks), 2)], shape)

    return fill


def every_one(points: tuple[float, ...]) -> Fill:
    """Each of `points` inside the domain comes up, if there is room: they take turns, from any one of them on, in places at random."""

    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        return rng.permutation(np.resize(np.roll(inside(points, domain), rng.integers(len(points))), shape).ravel()).reshape(shape)

    return fill


def all_beside(kinks: tuple[float, ...]) -> Fill:
    """Every kink's nearest neighbours on both sides, in double and in single precision."""
    return every_one(tuple(kink * (1 + step) if kink else step for step in NEAREST for kink in kinks))


def _beside(kinks: tuple[float, ...]) -> Fill:
    """Kinks, and a hair beside them."""

    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        landmarks = rng.choice(inside(kinks, domain), shape)
        return np.asarray(landmarks * (1 + rng.choice(NUDGES, shape)) + rng.choice(NUDGES, shape))

    return fill


REGIMES = (
    Regime("integers", 3, _whole),
    Regime("decimals", 3, _quarters),
    Regime("distinct", 2, distinct),
    Regime("normal", 4, _normal),
    Regime("domain edges", 1, _edges),
    Regime("mixed magnitudes", 1, _mixed),
)
KINKED = (
    Regime("ties", 2, _ties(LANDMARKS), near=_ties),
    Regime("beside kinks", 1, _beside(LANDMARKS), near=_beside),
    Regime("signed zeros", 1, _zeros),
)
ORDINARY = tuple(regime for regime in REGIMES for _ in range(regime.weight))
ON_PURPOSE = tuple(regime for regime in KINKED for _ in range(regime.weight))


def fill(regime: Regime, rng: np.random.Generator, shape: Shape, domain: Domain = REALS, *, complex: bool = False) -> np.ndarray:
    """An array of `shape` in the manner of `regime`, not yet in `domain`."""
    real = np.asarray(regime.fill(rng, shape, domain), dtype=np.float64)
    if not complex:
        return real
    both = np.empty(shape, dtype=np.complex128)
    second = real * rng.choice(SLOPES) if regime.alike else regime.fill(rng, shape, domain)
    both.real, both.imag = real * regime.parts[0], second * regime.parts[1]
    return both
