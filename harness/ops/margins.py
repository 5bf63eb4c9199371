"""How far a point is from where an op is not smooth.

margin(x) = min over elements of the distance to the nearest kink, tie or branch cut; inf where there is none
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from harness.ops.axes import normal_axes
from harness.ops.op import Params, Values

Margin = Callable[[Values, Params], float]


def smallest(*distances: np.ndarray) -> float:
    """The smallest element of all `distances`; inf when there is none."""
    return min((float(np.min(d)) for d in distances if d.size), default=float("inf"))


def kinks_at(*points: float) -> Margin:
    """The margin of an elementwise op whose first operand has kinks at `points`."""
    return lambda values, params: smallest(*(np.abs(values[0] - point) for point in points))


def between_operands(values: Values, params: Params) -> float:
    """Ties of two operands: |x - y|."""
    return smallest(np.abs(values[0] - values[1]))


def from_origin(values: Values, params: Params) -> float:
    """Functions of (x, y) that are not smooth where both vanish: sqrt(x^2 + y^2)."""
    return smallest(np.hypot(values[0], values[1]))


def from_the_cut(values: Values, params: Params) -> float:
    """Complex numbers: the distance to the negative real axis, across which log jumps. Functions that are smooth for all reals of their domain."""
    z = values[0]
    return smallest(np.where(z.real > 0, np.abs(z), np.abs(z.imag))) if np.iscomplexobj(z) else float("inf")


def gaps_along(x: np.ndarray, axis: int | Sequence[int] | None) -> np.ndarray:
    """Neighbouring differences of the sorted elements along `axis` (flattened together), smallest elements first; shape (..., n - 1)."""
    axes = normal_axes(axis, x.ndim)
    moved = np.moveaxis(x, axes, range(-len(axes), 0)) if axes else x
    count = int(np.prod([x.shape[a] for a in axes], dtype=int))
    return np.diff(np.sort(moved.reshape(*moved.shape[: x.ndim - len(axes)], count), axis=-1), axis=-1)


def ties_anywhere(values: Values, params: Params) -> float:
    """Order statistics: the smallest gap between any two elements along `axis`."""
    return smallest(gaps_along(values[0], params.get("axis")))


def ties_at_the_top(values: Values, params: Params) -> float:
    """Maxima: the gap between the two largest elements along `axis`."""
    return smallest(gaps_along(values[0], params.get("axis"))[..., -1:])


def ties_at_the_bottom(values: Values, params: Params) -> float:
    """Minima: the gap between the two smallest elements along `axis`."""
    return smallest(gaps_along(values[0], params.get("axis"))[..., :1])


def ties_at_both_ends(values: Values, params: Params) -> float:
    return min(ties_at_the_top(values, params), ties_at_the_bottom(values, params))
