"""The Jacobian of a program at exactly its primals, entry by entry, in steps far below the distance of two floating-point numbers.

J[i, j] = (f_i(x + h e_j) - f_i(x - h e_j)) / 2h     in two steps h, of 10^-40 and 10^-46 of the smallest number around
kink      f_i(x + h e_j) + f_i(x - h e_j) - 2 f_i(x) = c h in both steps, not c h^2: there is no derivative at the primals themselves

Whatever happens beside the primals (the kink of relu one ulp away, the pole of log) is farther away than h; so no curvature is seen, and the only
error is rounding, which digits make as small as wanted. What shrinks with the step is 0. A slope too small beside the value to be seen in these
steps is told from one that is 0 by a step that is a tenth of the smallest number: it is unknown where that moves the value by next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.oracles.multiprecision_array import context, exact
from harness.oracles.multiprecision_point import GUARD, KNOWN, SHAKEN, Place, Point, Signs
from harness.program import Program

REMAINS = 0.5  # of a kink and of a slope the narrower step shows as much as the wider; of curvature and its effect 10^-6, of |t|^1.5 10^-3
MOST_DIGITS = 500  # beyond, a gamma function takes seconds
GRID = 2**20  # directions are made of its fractions


@dataclass(frozen=True)
class Jacobian:
    """`values` (outputs,) and `entries` (outputs, places) of mpmath numbers; `error` of the entries; `smooth`: where a derivative is known."""

    values: np.ndarray
    entries: np.ndarray
    error: np.ndarray
    smooth: np.ndarray


def jacobian(program: Program, inputs: Sequence[np.ndarray], places: Sequence[Place]) -> Jacobian:
    """By central differences, place by place; for all places of an input at once where the op is pointwise.

    Raises:
        LookupError: an op that mpmath cannot express.
        ValueError: the program has no real, finite value at its inputs, or those lie too far apart to be followed.
    """
    point = Point(program, inputs)
    if point.digits > MOST_DIGITS:
        raise ValueError(f"numbers so far apart cannot be followed with fewer than {MOST_DIGITS} digits.")
    with context().workdps(point.digits):
        values = point.at([], 0)
        if values is None or not all(map(context().isfinite, values)):
            raise ValueError("the function has no real, finite value here.")
        shape = (values.size, len(places))
        found = Jacobian(values, np.full(shape, context().zero), np.zeros(shape), np.ones(shape, dtype=bool))
        for rows, columns, moved in point.groups(places, values.size):
            slopes = _slopes(point, values, moved)
            for whole, part in zip((found.entries, found.error, found.smooth), slopes, strict=True):
                whole[rows, columns] = part[rows]
        if (sure := found.smooth.all(axis=1)).any():
            found.smooth[sure & ~_is_linear(point, values, places, found.entries)] = False
        return found


def sensitivity(
    program: Program, inputs: Sequence[np.ndarray], places: Sequence[Place], outputs: int, runs: Sequence[Callable[[], Signs]], size: float
) -> np.ndarray:
    """How far each entry, (outputs, places), moves when every value on the way is moved by `size` of itself: the most of any run.

    Of the second order as well: an entry that is the largest that it can be (of the gradient of the standard deviation of 1 + 2 u, 1, 1) does not
    move in the first. Both are measured nearer to the primals than any kink.
    """
    still = Point(program, inputs)
    with context().workdps(still.digits):
        before, by = _narrow(still, places, outputs), context().mpf(size) * context().mpf(10) ** SHAKEN
        most = np.full(before.shape, context().zero)
        for signs in runs:
            up, down = (_narrow(Point(program, inputs, signs, side), places, outputs) for side in (1, -1))
            most = np.maximum(most, np.abs(up - before) * by + np.abs(up + down - 2 * before) * by * by / 2)
        return np.asarray(most, dtype=float)


def _slopes(point: Point, values: np.ndarray, moved: Sequence[Place]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries, error and smooth, (outputs,) each, where these places move together."""
    (wide, bend), (slope, near_bend) = (_two_sides(point, values, moved, step) for step in point.steps)
    ten = context().mpf(10)
    rounding = np.abs(values) * ten ** (GUARD - point.digits) / point.steps[1] + np.abs(slope) * ten**-KNOWN  # of the values, and of what moves
    vanishes = np.abs(slope) <= REMAINS * np.abs(wide)
    smooth = (np.abs(near_bend) <= np.maximum(REMAINS * np.abs(bend), rounding)) & (REMAINS * np.abs(slope) <= np.abs(wide) + rounding)
    smooth &= np.array([context().isfinite(y) for y in slope], dtype=bool)
    error = np.where(vanishes, rounding, rounding + np.abs(wide - slope))
    zero = vanishes | (np.abs(slope) <= error)
    if zero.any():
        smooth &= ~(zero & _moves_slightly(point, values, moved))
    return np.where(zero, context().zero, slope), error.astype(float), smooth.astype(bool)


def _is_linear(point: Point, values: np.ndarray, places: Sequence[Place], entries: np.ndarray) -> np.ndarray:
    """Where the slopes along two directions add up to that along their sum, no direction has a kink, and the entries make them up, (outputs,).

    Of numbers that are equal, each may be moved alone without any effect on their median: all partial derivatives are 0, and there is no derivative.
    """
    rng = np.random.default_rng(0)
    one, other = ({k: rng.integers(-GRID, GRID, point.shapes[k]) / GRID for k in sorted({k for k, _ in places})} for _ in range(2))
    directions = (one, other, {k: one[k] + other[k] for k in one})  # exactly their sum
    complete = len(places) == sum(v.size for v in one.values())
    expected = entries @ exact(np.array([one[k].flat[i] for k, i in places])) if complete else None
    (wide, _), (narrow, rounding) = (_apart(point, values, directions, expected, step) for step in point.steps)
    return np.asarray(((narrow <= rounding) | (narrow < REMAINS * wide)).all(axis=0), dtype=bool)


def _apart(
    point: Point, values: np.ndarray, directions: Sequence[Mapping[int, np.ndarray]], expected: np.ndarray | None, step: Any
) -> tuple[np.ndarray, np.ndarray]:
    """How far the slopes along the directions are from linear ones, (comparisons, outputs), and what rounding may make of it, (outputs,)."""
    found = [_compared(*point.sides(along, step), values, step) for along in directions]
    told = [each for each in found if each is not None]
    if len(told) < len(directions):
        return np.full((1, *values.shape), context().zero), np.full(values.shape, context().zero)
    slopes, bends = zip(*told, strict=True)
    gaps = [slopes[0] + slopes[1] - slopes[2], *bends, *([] if expected is None else [slopes[0] - expected])]
    ten = context().mpf(10)
    return np.abs(np.stack(gaps)), np.abs(values) * ten ** (GUARD - point.digits) / step + sum(map(np.abs, slopes)) * ten ** -(KNOWN // 2)


def _moves_slightly(point: Point, values: np.ndarray, moved: Sequence[Place]) -> np.ndarray:
    """Where a step of a tenth of the smallest number changes the value, and by less than any kink that it crosses would; (outputs,)."""
    sides = [point.at(moved, side * point.reach) for side in (1, -1)]
    if any(side is None for side in sides):
        return np.zeros(values.shape, dtype=bool)
    apart = np.maximum(*(np.abs(side - values) for side in sides))
    return np.asarray((apart > 0) & (apart < np.abs(values) * context().mpf(10) ** -(KNOWN // 2 + point.span)), dtype=bool)


def _two_sides(point: Point, values: np.ndarray, moved: Sequence[Place], step: Any) -> tuple[np.ndarray, np.ndarray]:
    """The central difference, and by how much the slopes on both sides differ."""
    return _compared(point.at(moved, step), point.at(moved, -step), values, step) or (np.full(values.shape, context().nan),) * 2


def _compared(up: np.ndarray | None, down: np.ndarray | None, values: np.ndarray, step: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """The central difference, and by how much the slopes on both sides differ; None where a side is not defined."""
    return None if up is None or down is None else ((up - down) / (2 * step), (up + down - 2 * values) / step)


def _narrow(point: Point, places: Sequence[Place], outputs: int) -> np.ndarray:
    """The entries by the narrower step alone, (outputs, places)."""
    found, none = np.full((outputs, len(places)), context().zero), np.full(outputs, context().nan)
    for rows, columns, moved in point.groups(places, outputs):
        up, down = point.at(moved, point.steps[1]), point.at(moved, -point.steps[1])
        found[rows, columns] = (none if up is None or down is None else (up - down) / (2 * point.steps[1]))[rows]
    return found
