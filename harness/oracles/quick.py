"""The quick oracle: a Richardson table on central differences, a handful of evaluations.

    D(h) = (phi(h) - phi(-h)) / 2h              = phi'(0) + c2 h^2 + c4 h^4 + ...
    K(h) = (phi(h) + phi(-h) - 2 phi(0)) / 2h   = J/2   + c1 h   + c3 h^3 + ...       J = phi'(0+) - phi'(0-)

L steps remove L - 1 powers from each: the limit is a weighted sum of D (of K), with weights that depend on the steps alone. The limit of K is 0
where phi is smooth and half the kink where it is not, so |K| joins the bound: no kink at 0 can hide from this table.

The steps have no common measure. With steps h, h/2, h/4 a frequency near 2 pi / h_min looks slow at all of them, and values that were rounded
somewhere inside may all be rounded alike; measured, either gave wrong answers with bounds of 1e-10.

Source: Richardson (1911); Fornberg, Numerical Differentiation of Analytic Functions, ACM TOMS 7 (1981).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from harness.oracles.estimate import Rung
from harness.oracles.sampling import Sampler

STEPS = 0.0533 * np.exp(-0.64 * np.arange(6))  # of the scale; smaller by 1.9 from row to row, six rows: then the ladder gains more per evaluation
RESTARTS = 3  # times the steps shrink by 32 when phi is not finite there
GAIN = 0.5  # a row whose columns differ by more than that of the row before gains nothing: a kink or a pole is near, or noise
SAFETY = 4.0  # the difference of two columns estimates the error of the worse one; noise may hide in either
ROUNDINGS = 1.0  # of phi(h) and phi(-h) each: half an ulp in theory, an ulp or two in practice, rarely of the same sign


def _weights(powers: np.ndarray) -> np.ndarray:
    """Row 0 of the inverse of h^powers: sum_k w_k F(h_k) is the limit of F for h -> 0, exact for these powers."""
    ratios = STEPS[: len(powers)] / STEPS[0]
    limit: np.ndarray = np.linalg.inv(ratios[:, None] ** powers)[0]
    return limit


ODD = [_weights(np.arange(level) * 2.0) for level in range(1, 7)]
EVEN = [_weights(np.array([0.0, 1, 3, 5, 7, 9][:level])) for level in range(1, 7)]


class Say(Enum):
    """What to do with a table: take it, drop the claim that it was to confirm, or add a row."""

    SETTLED, REFUTED, GO_ON = range(3)


@dataclass
class Table:
    """What the table says now: arrays (elements,)."""

    value: np.ndarray
    bound: np.ndarray  # inf before there is a second row, and where phi is not finite
    floor: np.ndarray  # the part of the bound that is rounding: more rows cannot lower it
    flat_side: np.ndarray  # bool: phi(h) or phi(-h) of the last row is phi(0)
    constant: np.ndarray  # bool: all values are phi(0)
    least_step: np.ndarray  # the smallest difference of a value from phi(0) that is none; inf where all are phi(0)
    kink: np.ndarray  # the limit of K: half of what the slope changes by at 0
    bound_beside: np.ndarray  # of each of the two slopes value -+ kink, should there be a kink; two rows must show it
    rungs: tuple[Rung, ...] = ()
    say: Say = Say.GO_ON

    @property
    def settled(self) -> bool:
        return self.say is Say.SETTLED


def richardson(sample: Sampler, scale: float, grain: float, judge: Callable[[Table], Say], *, alone: bool, most: int = len(STEPS)) -> Table:
    """Extend the table until `judge` has something to say, at most `most` rows; with smaller steps where phi is not finite.

    `alone`: nothing but the table speaks for its value, so each row is taken together with the one before: one may look settled by chance. With a
    claim beside it the table ends as well where a row gains nothing.
    """
    for _ in range(RESTARTS):
        table = _extend(sample, scale, grain, judge, 2 if alone else 1, most)
        if np.isfinite(table.bound).all():
            return table
        scale /= 32
    return table


def _extend(sample: Sampler, scale: float, grain: float, judge: Callable[[Table], Say], rows: int, most: int) -> Table:
    odd: list[np.ndarray] = []  # D(h) row by row, (elements,) each; even: K(h)
    even: list[np.ndarray] = []
    noise: list[np.ndarray] = []
    spreads, moves = [np.full_like(sample.centre, np.inf)], [np.full_like(sample.centre, np.inf)]
    rungs: list[Rung] = []
    value, kink = np.full_like(sample.centre, np.inf), np.full_like(sample.centre, np.inf)
    least_step = np.full_like(sample.centre, np.inf)
    for h in map(float, STEPS[:most] * scale):
        plus, minus = sample(h), sample(-h)
        odd.append(plus / (2 * h) - minus / (2 * h))
        even.append((plus - sample.centre) / (2 * h) + (minus - sample.centre) / (2 * h))
        noise.append(ROUNDINGS * (sample.rounding(np.maximum(np.abs(plus), np.abs(minus))) + grain * np.abs(odd[-1])) / h)
        weights, before = ODD[len(odd) - 1], (value, kink)
        value, kink = weights @ np.array(odd), EVEN[len(odd) - 1] @ np.array(even)
        floor = np.abs(weights) @ np.array(noise)
        moves.append(np.abs(value - before[0]) + np.abs(kink - before[1]))
        spreads.append(moves[-1] + np.abs(kink))  # three that vanish in the limit
        bound, beside = SAFETY * np.max(spreads[-rows:], axis=0) + floor, SAFETY * np.max(moves[-2:], axis=0) + 2 * floor
        bound = np.where(np.isfinite(bound), bound, np.inf)
        rungs.append(_rung(h, value, bound))
        apart = np.abs(np.array([plus - sample.centre, minus - sample.centre]))  # (sides, elements)
        least_step = np.minimum(least_step, np.where(apart > 0, apart, np.inf).min(axis=0))
        table = Table(value, bound, floor, (apart == 0).any(axis=0), np.isinf(least_step), least_step, kink, beside, tuple(rungs))
        table.say = judge(table) if len(odd) > 1 else Say.GO_ON
        stuck = rows == 1 and len(odd) > 2 and np.max(spreads[-1], initial=0.0) > GAIN * np.max(spreads[-2], initial=0.0)
        if table.say is not Say.GO_ON or stuck or not np.isfinite(value).all():
            break
    return table


def _rung(step: float, value: np.ndarray, bound: np.ndarray) -> Rung:
    if not value.size:
        return Rung(step, 0.0, 0.0, True, "Richardson table")
    i = int(np.argmax(bound))
    return Rung(step, float(value[i]), float(bound[i]), True, "Richardson table")
