"""Where an operand of an op may lie, and how to bring arbitrary numbers there.

domain.project(raw) is in the domain for every finite raw;  domain.contains(domain.project(raw)) is True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Domain:
    """A set of arrays: `contains` decides, `project` maps any finite array of the right shape into it.

    `name` is what reports print ("x > 0"). `low` and `high` bound each element where the domain is an interval (else infinite): the generators
    use them to place values near the edges.
    """

    name: str
    contains: Callable[[np.ndarray], bool]
    project: Callable[[np.ndarray], np.ndarray]
    low: float = -np.inf
    high: float = np.inf


def interval(low: float = -np.inf, high: float = np.inf, *, margin: float = 1e-3) -> Domain:
    """The open interval (low, high), kept `margin` away from a finite end (the derivative may be infinite there)."""
    inner_low, inner_high = low + margin, high - margin

    def contains(x: np.ndarray) -> bool:
        return bool(np.all((x >= inner_low) & (x <= inner_high)))

    def project(x: np.ndarray) -> np.ndarray:
        if np.isinf(low) and np.isinf(high):
            return x
        if np.isinf(high):
            return np.asarray(inner_low + np.abs(x - inner_low))
        if np.isinf(low):
            return np.asarray(inner_high - np.abs(x - inner_high))
        width = inner_high - inner_low  # reflect into the interval: continuous, and the identity inside it
        folded = np.mod(x - inner_low, 2 * width)
        return np.clip(inner_low + np.minimum(folded, 2 * width - folded), inner_low, inner_high)

    name = f"{'' if np.isinf(low) else f'{low:g} < '}x{'' if np.isinf(high) else f' < {high:g}'}"
    return Domain("any x" if name == "x" else name, contains, project, low, high)


REALS = Domain("any x", lambda x: bool(np.all(np.isfinite(x))), lambda x: x)
POSITIVE = interval(0.0)


def away_from_zero(margin: float = 1e-2) -> Domain:
    """|x| >= margin: denominators, and functions with a pole or a branch point at 0."""

    def project(x: np.ndarray) -> np.ndarray:
        small = np.abs(x) < margin
        direction = np.where(x == 0, 1.0, x / np.where(x == 0, 1.0, np.abs(x)))  # the sign, or the phase of a complex number
        return np.where(small, direction * (margin + np.abs(x)), x)

    return Domain(f"|x| >= {margin:g}", lambda x: bool(np.all(np.abs(x) >= margin)), project)


NONZERO = away_from_zero()


def off_the_cut(margin: float = 1e-3) -> Domain:
    """Reals: x > 0. Complex numbers: away from 0 and the negative real axis, across which log and sqrt jump."""
    reals = interval(0.0, margin=margin)

    def beside(x: np.ndarray) -> np.ndarray:
        return np.asarray((x.real < margin) & (np.abs(x.imag) < margin))

    def contains(x: np.ndarray) -> bool:
        return not np.any(beside(x)) if np.iscomplexobj(x) else reals.contains(x)

    def project(x: np.ndarray) -> np.ndarray:
        if not np.iscomplexobj(x):
            return reals.project(x)
        return np.asarray(np.where(beside(x), x.real + 1j * np.copysign(margin + np.abs(x.imag), x.imag), x))

    return Domain("x > 0, or off the negative real axis", contains, project, reals.low)


OFF_CUT = off_the_cut()
