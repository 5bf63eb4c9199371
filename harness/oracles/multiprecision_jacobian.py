"""The Jacobian of a program at exactly its primals, entry by entry, in steps far below the distance of two floating-point numbers.

J[i, j] = (f_i(x + h e_j) - f_i(x - h e_j)) / 2h     in two steps h, of 10^-40 and 10^-46 of the smallest number around
kink      f_i(x + h e_j) + f_i(x - h e_j) - 2 f_i(x) = c h in both steps, not c h^2: there is no derivative at the primals themselves

Whatever happens beside the primals (the kink of relu one ulp away, the pole of log) is farther away than h; so no curvature is seen, and the only
error is rounding, which digits make as small as wanted. What shrinks with the step is 0. A slope too small beside the value to be seen in these
steps is told from one that is 0 by a step that is a tenth of the smallest number: it is unknown where that moves the value by next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.oracles.multiprecision_array import context, exact
from harness.oracles.multiprecision_ops import apply, is_pointwise
from harness.program import Program, evaluate

STEP = 40  # h is 10^-STEP of the smallest number around
NARROWER = 6  # digits between the two steps
KNOWN = 60  # digits of a slope of the size of 1 of a value of the size of 1
GUARD = 12  # digits that the function's own operations may lose, beside those between its smallest and its largest number
REMAINS = 0.5  # of a kink and of a slope the narrower step shows as much as the wider; of curvature and its effect 10^-6, of |t|^1.5 10^-3
MOST_DIGITS = 500  # beyond, a gamma function takes seconds
SHAKEN = 20  # a shaken value is moved by 10^-SHAKEN of itself: by less than the distance to any kink beside it

Place = tuple[int, int]  # an input, and the flat index of an entry of it
Signs = Callable[[tuple[int, ...]], np.ndarray]  # shape -> entries 1 and -1


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
    point = _Point(program, inputs)
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
        return found


def sensitivity(
    program: Program, inputs: Sequence[np.ndarray], places: Sequence[Place], outputs: int, runs: Sequence[Callable[[], Signs]]
) -> np.ndarray:
    """How far each entry, (outputs, places), moves when every value on the way does, relative to how far those do: the most of any run."""
    still = _Point(program, inputs)
    with context().workdps(still.digits):
        before = _narrow(still, places, outputs)
        most = np.full(before.shape, context().zero)
        for signs in runs:
            most = np.maximum(most, np.abs(_narrow(_Point(program, inputs, signs), places, outputs) - before) * context().mpf(10) ** SHAKEN)
        return np.asarray(most, dtype=float)


class _Point:
    """The program's outputs beside its inputs, (outputs,); with `signs` every value on the way is moved a little."""

    def __init__(self, program: Program, inputs: Sequence[np.ndarray], signs: Callable[[], Signs] | None = None) -> None:
        sizes = np.concatenate([np.abs(x[np.isfinite(x) & (x != 0)]).ravel() for x in inputs if x.dtype.kind == "f"] or [np.ones(1)])
        smallest, largest = (math.floor(math.log10(size)) for size in (np.min(sizes, initial=1.0), np.max(sizes, initial=1.0)))
        self.span = 1 + largest - smallest  # digits between the smallest and the largest number
        self.digits = STEP + NARROWER + KNOWN + GUARD + self.span
        self._program, self._inputs, self._signs = program, inputs, signs
        with context().workdps(self.digits):
            self.reach = context().mpf(10) ** (smallest - 1)
            self.steps = tuple(context().mpf(10) ** (smallest - digits) for digits in (STEP, STEP + NARROWER))

    def at(self, moved: Sequence[Place], by: Any) -> np.ndarray | None:
        """With these entries moved; None where the program is not defined on real numbers."""
        arrays, shake = [exact(x) for x in self._inputs], _shake(self._signs)
        for k, i in moved:
            arrays[k].flat[i] = arrays[k].flat[i] + by

        def meaning(op: str, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
            results = apply(op, args, params)
            return tuple(map(shake, results)) if isinstance(results, tuple) else shake(results)

        try:
            outputs = evaluate(self._program, meaning, [shake(x) if x.dtype == object else x for x in arrays])
            flat = np.concatenate([np.asarray(y, dtype=object).ravel() for y in outputs])
        except (ValueError, TypeError, ArithmeticError, context().NoConvergence):  # a logarithm of 0, a comparison with a complex number
            return None
        return None if any(isinstance(y, context().mpc) for y in flat) else flat

    def groups(self, places: Sequence[Place], outputs: int) -> Iterator[tuple[np.ndarray, np.ndarray, Sequence[Place]]]:
        """(rows, columns, places) that are moved together: each of these outputs depends on one of them, that of its column."""
        if len(self._program.instructions) > 1 or not is_pointwise(self._program.ops[0]):
            yield from ((np.arange(outputs), np.full(outputs, column), [place]) for column, place in enumerate(places))
            return
        shape = np.broadcast_shapes(*(x.shape for x in self._inputs))
        for k, x in enumerate(self._inputs):
            owner = np.broadcast_to(np.arange(x.size).reshape(x.shape), shape).ravel()  # (outputs,): the entry of x that each depends on
            columns = np.array([places.index((k, i)) if (k, i) in places else -1 for i in owner.tolist()], dtype=int)
            rows = np.flatnonzero(columns >= 0)
            if rows.size:
                yield rows, columns[rows], [place for place in places if place[0] == k]


def _shake(signs: Callable[[], Signs] | None) -> Callable[[Any], Any]:
    if signs is None:
        return lambda x: x
    drawn, step = signs(), context().mpf(10) ** -SHAKEN
    return lambda x: x * (1 + step * exact(drawn(x.shape).astype(float)))


def _slopes(point: _Point, values: np.ndarray, moved: Sequence[Place]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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


def _moves_slightly(point: _Point, values: np.ndarray, moved: Sequence[Place]) -> np.ndarray:
    """Where a step of a tenth of the smallest number changes the value, and by less than any kink that it crosses would; (outputs,)."""
    sides = [point.at(moved, side * point.reach) for side in (1, -1)]
    if any(side is None for side in sides):
        return np.zeros(values.shape, dtype=bool)
    apart = np.maximum(*(np.abs(side - values) for side in sides))
    return np.asarray((apart > 0) & (apart < np.abs(values) * context().mpf(10) ** -(KNOWN // 2 + point.span)), dtype=bool)


def _two_sides(point: _Point, values: np.ndarray, moved: Sequence[Place], step: Any) -> tuple[np.ndarray, np.ndarray]:
    """The central difference, and by how much the slopes on both sides differ."""
    up, down = point.at(moved, step), point.at(moved, -step)
    if up is None or down is None:
        return (np.full(values.shape, context().nan),) * 2
    return (up - down) / (2 * step), (up + down - 2 * values) / step


def _narrow(point: _Point, places: Sequence[Place], outputs: int) -> np.ndarray:
    """The entries by the narrower step alone, (outputs, places)."""
    found, none = np.full((outputs, len(places)), context().zero), np.full(outputs, context().nan)
    for rows, columns, moved in point.groups(places, outputs):
        up, down = point.at(moved, point.steps[1]), point.at(moved, -point.steps[1])
        found[rows, columns] = (none if up is None or down is None else (up - down) / (2 * point.steps[1]))[rows]
    return found
