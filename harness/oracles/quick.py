"""The quick oracle: a Richardson table on central differences, a handful of evaluations.

    D(h) = (phi(h) - phi(-h)) / 2h          = phi'(0) + c2 h^2 + c4 h^4 + ...
    K(h) = (phi(h) + phi(-h) - 2 phi(0)) / 2h = J/2   + c1 h   + c3 h^3 + ...     J = phi'(0+) - phi'(0-)

Halving h and extrapolating removes one power at a time from each. The limit of K is 0 where phi is smooth and half the kink where it is not, so
|K| joins the bound: no kink at 0 can hide from this table, and none of its bounds is small unless both series have settled.

Source: Richardson (1911); Fornberg, Numerical Differentiation of Analytic Functions, ACM TOMS 7 (1981).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.oracles.estimate import Rung
from harness.oracles.sampling import Sampler

FIRST_STEP = 3495 / 65536  # about 0.05, and no simple fraction of a period that anybody writes down
LEVELS = 6  # 13 evaluations; from there on the Chebyshev ladder gains more per evaluation
RESTARTS = 3  # times the first step shrinks by 32 when phi is not finite there
SAFETY = 3.0  # the difference of two diagonals estimates the error of the worse one, noise that of either
ROUNDINGS = 2.0  # errors of one ulp in phi(h) and phi(-h), amplified by the extrapolation weights (sum below 2)


@dataclass
class Table:
    """What the table says now: arrays (elements,)."""

    value: np.ndarray
    bound: np.ndarray
    floor: np.ndarray  # the part of the bound that is rounding: more levels cannot lower it
    rungs: tuple[Rung, ...]


def richardson(sample: Sampler, scale: float, grain: float, settled: Callable[[Table], bool]) -> Table:
    """Extend the table until `settled`, at most LEVELS rows; the bound is inf where phi is not finite around 0."""
    step = FIRST_STEP * scale
    for _ in range(RESTARTS):
        table = _extend(sample, step, grain, settled)
        if np.isfinite(table.bound).all():
            return table
        step /= 32
    return table


def _extend(sample: Sampler, step: float, grain: float, settled: Callable[[Table], bool]) -> Table:
    odd: list[np.ndarray] = []
    even: list[np.ndarray] = []
    rungs: list[Rung] = []
    for level in range(LEVELS):
        h = step / 2**level
        plus, minus = sample(h), sample(-h)
        before = (odd[-1], even[-1]) if odd else None
        odd = _next_row(odd, (plus - minus) / (2 * h), first_power=2)
        even = _next_row(even, ((plus - sample.centre) + (minus - sample.centre)) / (2 * h), first_power=1)
        size = np.maximum(np.abs(plus), np.abs(minus))
        floor = ROUNDINGS * (sample.eps * size / 2 + grain * np.abs(odd[-1]) / 2) / h
        spread = np.full_like(floor, np.inf) if before is None else np.abs(odd[-1] - before[0]) + np.abs(even[-1]) + np.abs(even[-1] - before[1])
        table = Table(odd[-1], _no_nan(SAFETY * spread + floor), floor, ())
        rungs.append(Rung(h, *_worst(table), kept=True, why="Richardson table"))
        if not np.isfinite(plus + minus).all() or (level > 0 and settled(table)):
            break
    table.rungs = tuple(rungs)
    return table


def _next_row(row: list[np.ndarray], start: np.ndarray, first_power: int) -> list[np.ndarray]:
    """The next row of the table; column j removes the power first_power + 2 (j - 1) of h."""
    new = [start]
    for j, above in enumerate(row):
        new.append(new[-1] + (new[-1] - above) / (2.0 ** (first_power + 2 * j) - 1))
    return new


def _no_nan(bound: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(bound), np.inf, bound)


def _worst(table: Table) -> tuple[float, float]:
    if not table.value.size:
        return 0.0, 0.0
    i = int(np.argmax(table.bound))
    return float(table.value[i]), float(table.bound[i])
