"""A program beside its inputs, in as many digits as the distance between its smallest and its largest number takes.

f(x + h v)      in two steps h, of 10^-40 and 10^-46 of the smallest number around, entry by entry or along a direction
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.oracles.multiprecision_array import context, exact
from harness.oracles.multiprecision_ops import apply, is_pointwise
from harness.program import Program, evaluate

STEP = 40  # h is 10^-STEP of the smallest number around
NARROWER = 6  # digits between the two steps
KNOWN = 60  # digits of a slope of the size of 1 of a value of the size of 1
GUARD = 12  # digits that the function's own operations may lose, beside those between its smallest and its largest number
SHAKEN = 20  # a shaken value is moved by 10^-SHAKEN of itself: by less than the distance to any kink beside it

Place = tuple[int, int]  # an input, and the flat index of an entry of it
Signs = Callable[[tuple[int, ...]], np.ndarray]  # shape -> entries 1 and -1


class Point:
    """The program's outputs beside its inputs, (outputs,); with `signs` every value on the way is moved a little, or with `side` -1 the other way."""

    def __init__(self, program: Program, inputs: Sequence[np.ndarray], signs: Callable[[], Signs] | None = None, side: int = 1) -> None:
        sizes = np.concatenate([np.abs(x[np.isfinite(x) & (x != 0)]).ravel() for x in inputs if x.dtype.kind == "f"] or [np.ones(1)])
        smallest, largest = (math.floor(math.log10(size)) for size in (np.min(sizes, initial=1.0), np.max(sizes, initial=1.0)))
        self.span = 1 + largest - smallest  # digits between the smallest and the largest number
        self.digits = STEP + NARROWER + KNOWN + GUARD + self.span
        self._program, self._inputs, self._signs, self._side = program, inputs, signs, side
        self.shapes = [x.shape for x in inputs]
        with context().workdps(self.digits):
            self.reach = context().mpf(10) ** (smallest - 1)
            self.steps = tuple(context().mpf(10) ** (smallest - digits) for digits in (STEP, STEP + NARROWER))

    def at(self, moved: Sequence[Place], by: Any) -> np.ndarray | None:
        """With these entries moved; None where the program is not defined on real numbers."""
        arrays = [exact(x) for x in self._inputs]
        for k, i in moved:
            arrays[k].flat[i] = arrays[k].flat[i] + by
        return self._outputs(arrays)

    def sides(self, along: Mapping[int, np.ndarray], by: Any) -> tuple[np.ndarray | None, np.ndarray | None]:
        """With all entries of some inputs moved along a direction, and against it."""
        exactly, steps = [exact(x) for x in self._inputs], {k: exact(v) * by for k, v in along.items()}
        up, down = ([x + side * steps[k] if k in steps else x for k, x in enumerate(exactly)] for side in (1, -1))
        return self._outputs(up), self._outputs(down)

    def _outputs(self, arrays: Sequence[np.ndarray]) -> np.ndarray | None:
        shake = _shake(self._signs, self._side)

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


def _shake(signs: Callable[[], Signs] | None, side: int) -> Callable[[Any], Any]:
    if signs is None:
        return lambda x: x
    drawn, step = signs(), side * context().mpf(10) ** -SHAKEN
    return lambda x: x * (1 + step * exact(drawn(x.shape).astype(float)))
