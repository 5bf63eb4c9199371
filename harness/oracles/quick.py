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
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np

from harness.oracles.contraction import MARGIN, NEARLY, Changes, ahead_of, left_of
from harness.oracles.estimate import Rung
from harness.oracles.sampling import Sampler
from harness.oracles.weights import EVEN, ODD, SIZES, STEPS

TABLE = "Richardson table"  # the rungs of one
RESTARTS = 3  # times the steps shrink by 32 when phi is not finite there
GAIN = 0.5  # a row whose columns differ by more than that of the row before gains nothing: a kink or a pole is near, or noise
SAFETY = 4.0  # the difference of two columns estimates the error of the worse one; noise may hide in either
ROUNDINGS = 1.0  # of phi(h) and phi(-h) each: half an ulp in theory, an ulp or two in practice, rarely of the same sign


class Say(Enum):
    """What to do with a table: take it, drop the claim that it was to confirm, add a row, or give it up since no further row will settle it."""

    SETTLED, REFUTED, GO_ON, HOPELESS = range(4)


@dataclass
class Table:
    """What the table says now: arrays (elements,)."""

    value: np.ndarray
    bound: np.ndarray  # inf before there is a second row, and where phi is not finite
    floor: np.ndarray  # the part of the bound that is rounding: more rows cannot lower it
    kink: np.ndarray  # the limit of K: half of what the slope changes by at 0
    unrest: np.ndarray  # what value moved by in the last row, and kink; or kink itself where that is less: K may be a line to 0 as well as constant
    changes: Changes  # what value and kink moved by, (2, elements), in the last row, the one before and the one before that; inf where there is none
    apart: np.ndarray  # phi(h) and phi(-h), less phi(0): (rows, 2, elements)
    seen: list[tuple[float, np.ndarray, np.ndarray]]  # step, value and bound, row by row
    say: Say = Say.GO_ON

    @property
    def settled(self) -> bool:
        return self.say is Say.SETTLED

    @cached_property
    def least_step(self) -> np.ndarray:
        """The smallest difference of a value from phi(0) that is none; inf where all are phi(0)."""
        sizes = np.abs(self.apart)
        return np.asarray(np.where(sizes > 0, sizes, np.inf).min(axis=(0, 1)))

    @property
    def constant(self) -> np.ndarray:
        """Where all values are phi(0)."""
        return np.asarray(np.isinf(self.least_step))

    @property
    def flat_side(self) -> np.ndarray:
        """Where phi(h) or phi(-h) of the last row is phi(0)."""
        return np.asarray((self.apart[-1] == 0).any(axis=0))

    @property
    def bound_beside(self) -> np.ndarray:
        """Of each of the two slopes value -+ kink, should there be a kink; two rows must show it."""
        return np.asarray(SAFETY * np.maximum(*(change.sum(axis=0) for change in self.changes[:2])) + 2 * self.floor)

    @property
    def bound_alone(self) -> np.ndarray:
        """Of value, where nothing but two settled rows speaks for it: that of the last column; `bound` is that of the one before."""
        return np.asarray(left_of(self.changes, self.floor) + np.abs(self.kink) + self.floor)

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The rows as a report shows them: those of the worst element."""
        return (*(_rung(*row) for row in self.seen[:-1]), _rung(*self.seen[-1][:2], self.bound))


def richardson(sample: Sampler, scale: float, grain: float, judge: Callable[[Table], Say], *, alone: bool, most: int = len(STEPS)) -> Table:
    """Extend the table until `judge` has something to say, at most `most` rows; with smaller steps where phi is not finite.

    `alone`: nothing but the table speaks for its value, so each row is taken together with the one before: one may look settled by chance. With a
    claim beside it the table ends as well where a row gains nothing.
    """
    for _ in range(RESTARTS):
        table = _extend(sample, STEPS[:most] * scale, grain, judge, 2 if alone else 1)
        if np.isfinite(table.bound).all():
            return table
        scale /= 32
    return table


def _extend(sample: Sampler, steps: np.ndarray, grain: float, judge: Callable[[Table], Say], together: int) -> Table:
    none = np.full((2, sample.centre.size), np.inf)
    rows, fresh = _Rows(sample, grain, len(steps)), []
    changes, spread = (none, none, none), none[0]  # up to the last row
    seen: list[tuple[float, np.ndarray, np.ndarray]] = []
    for count, h in enumerate(steps.tolist(), 1):
        fresh.append(np.array([sample(h), sample(-h)]))  # (2, elements)
        if count == 1 < len(steps) and np.isfinite(fresh[0]).all():
            continue  # one row says nothing: the first two are taken together
        rows.add(steps[count - len(fresh) : count], np.array(fresh))
        fresh = []
        value, kink, moves, floor = rows.limits()
        moved, unrest = moves[0] + moves[1], moves[0] + np.minimum(moves[1], np.abs(kink))
        seen += [(float(steps[0]), rows.odd[0], none[0])] if count == 2 and not seen else []
        changes = (moves if count > 1 else none, *changes[:2])
        spread_before, spread = spread, moved + np.abs(kink)  # three that vanish in the limit
        bound = SAFETY * (spread if together == 1 else np.maximum(spread, spread_before)) + floor
        table = Table(value, np.fmin(bound, np.inf), floor, kink, unrest, changes, rows.apart[:count], seen)
        if together == 2:  # what it will say must be down to the goal as well
            table.bound = np.fmax(table.bound, table.bound_alone)
        seen.append((h, value, table.bound))
        table.say = judge(table) if count > 1 else Say.GO_ON
        if together == 2 and table.settled:
            table.bound = table.bound_alone
        if table.say is not Say.GO_ON or not np.isfinite(value).all():
            break
        if together == 1 and count > 2:
            most = spread.max(initial=0.0)
            if most <= NEARLY * np.abs(value).max(initial=0.0):
                table = _ahead(table, judge)
            if table.settled or most > GAIN * spread_before.max(initial=0.0):
                break
    return table


def _ahead(table: Table, judge: Callable[[Table], Say]) -> Table:
    """`table` with the bound that its rows foresee where that settles it, beside a claim that agrees; else as it is."""
    foreseen = ahead_of(table.changes) + np.abs(table.kink) + table.floor
    looks = [replace(table, bound=np.fmin(table.bound, margin * foreseen)) for margin in (MARGIN, 1.0)]
    return replace(looks[-1], say=Say.SETTLED) if all(judge(look) is Say.SETTLED for look in looks) else table


class _Rows:
    """D(h), K(h) and the rounding of either, row by row: (rows, elements) each."""

    def __init__(self, sample: Sampler, grain: float, most: int) -> None:
        self._sample, self._grain, self._count = sample, grain, 0
        self.odd, self._even, self._noise = np.empty((3, most, sample.centre.size))
        self.apart = np.empty((most, 2, sample.centre.size))

    def add(self, steps: np.ndarray, pairs: np.ndarray) -> None:
        """Rows of these steps, `pairs` phi(h) and phi(-h): (rows, 2, elements)."""
        new, once = slice(self._count, self._count + len(steps)), steps[:, None]
        twice = 2 * once
        apart = self.apart[new] = pairs - self._sample.centre
        odd = self.odd[new] = pairs[:, 0] / twice - pairs[:, 1] / twice
        self._even[new] = apart[:, 0] / twice + apart[:, 1] / twice
        sizes = np.abs(pairs)
        rounding = self._sample.rounding(np.maximum(sizes[:, 0], sizes[:, 1]))
        self._noise[new] = ROUNDINGS * (rounding + self._grain * np.abs(odd)) / once
        self._count = new.stop

    def limits(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The limits of D and K, by how much the last row moved each, (2, elements), and what rounding may do to them."""
        odd, even, rows = ODD[self._count - 1], EVEN[self._count - 1], slice(self._count)
        values, kinks = odd @ self.odd[rows], even @ self._even[rows]  # (2, elements)
        moves = np.abs(np.array([values[0] - values[1], kinks[0] - kinks[1]]))
        return values[0], kinks[0], moves, SIZES[self._count - 1] @ self._noise[rows]


def _rung(step: float, value: np.ndarray, bound: np.ndarray) -> Rung:
    if not value.size:
        return Rung(step, 0.0, 0.0, True, TABLE)
    i = int(np.argmax(bound))
    return Rung(step, float(value[i]), float(bound[i]), True, TABLE)
