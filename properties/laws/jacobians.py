"""The two Jacobians behind a law, entry by entry: the backend's and the oracle's.

actual[i, j]   = e_i^T J e_j   from the backend            (rows, inputs)
expected[i, j] = d g_i / d x_j from finite differences, with a bound each

    law                      J            g
    vjp-eq-fd, jvp-eq-fd     f'           f
    hvp-eq-fd                <w, f>''     the backend's gradient of <w, f>
    jvp-jvp-eq-fd            (f' u)'      the backend's f' u
    third-eq-fd              (<w, f>'' u)'   the backend's <w, f>'' u
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.oracles import differentiate
from harness.program import Case
from properties.laws.along import direction, gradients_along, grain, other_direction, outputs_along, tangents_along
from properties.laws.gradients import gradients_of, tangents_of
from properties.laws.inner import flat
from properties.laws.second_order import nested_tangents, product_along
from properties.laws.sizes import own_sizes
from properties.laws.third_order import products_along, third_along

Arrays = tuple[np.ndarray, ...]
Along = Callable[[Backend, Case, Arrays], Callable[[float], np.ndarray]]  # along the case's tangents; the arrays are a second direction


@dataclass(frozen=True)
class Part:
    """The rows and columns of a Jacobian to look at, by flat index."""

    outputs: Sequence[int]
    inputs: Sequence[int]
    whole: bool


@dataclass(frozen=True)
class Derivative:
    """What a law differentiates: `rows` are arrays like the Jacobian's rows, `along` the oracle's side; the backend's is by row or by `column`."""

    rows: Callable[[Case], Arrays]
    along: Along
    column: Callable[[Bound, Arrays, Arrays], Arrays] | None = None


DERIVATIVES = {
    "vjp-eq-fd": Derivative(lambda case: case.cotangents, lambda backend, case, _: outputs_along(backend, case)),
    "jvp-eq-fd": Derivative(
        lambda case: case.cotangents, lambda backend, case, _: outputs_along(backend, case), lambda bound, unit, _: tangents_of(bound, unit)
    ),
    "hvp-eq-fd": Derivative(
        lambda case: case.points, lambda backend, case, _: gradients_along(backend, case), lambda bound, unit, _: product_along(bound, unit)
    ),
    "third-eq-fd": Derivative(lambda case: case.points, products_along, lambda bound, unit, other: third_along(bound, other, unit)),
    "jvp-jvp-eq-fd": Derivative(lambda case: case.cotangents, tangents_along, lambda bound, unit, other: nested_tangents(bound, other, unit)),
}


def actual_jacobian(backend: Backend, case: Case, part: Part) -> np.ndarray:
    """The backend's, (rows, inputs) of `part`."""
    derivative, bound = DERIVATIVES[case.law], bind(backend, case)
    columns, rows = list(part.inputs), list(part.outputs)
    if derivative.column is None:
        return np.stack([flat(gradients_of(bound, unit))[columns] for unit in _units(case.cotangents, rows)])
    return np.stack([flat(derivative.column(bound, unit, other_direction(case)))[rows] for unit in _units(case.points, columns)], axis=1)


def oracle_jacobian(backend: Backend, case: Case, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """(expected, bound), each entry in its own scale; without an estimate NaN."""
    columns, bounds, rows, other = [], [], list(part.outputs), other_direction(case)
    for unit in _units(case.points, part.inputs):
        alone = msgspec.structs.replace(case, tangents=tuple(v * own_sizes(x) for v, x in zip(unit, case.points, strict=True)))
        scale = float(np.max(np.abs(flat(direction(alone)))))  # D_j: the units of t against those of the input
        phi = DERIVATIVES[case.law].along(backend, alone, other)
        estimate = differentiate(_rows_of(phi, rows), effort="thorough", grain=grain(alone))
        usable = estimate.status in ("smooth", "kink")
        columns.append(np.asarray(estimate.value) / scale if usable else np.full(len(rows), np.nan))
        bounds.append(np.broadcast_to(np.asarray(estimate.bound) / scale, columns[-1].shape))
    return np.stack(columns, axis=1), np.stack(bounds, axis=1)


def _rows_of(phi: Callable[[float], np.ndarray], rows: list[int]) -> Callable[[float], np.ndarray]:
    return lambda t: phi(t)[rows]


def _units(arrays: Arrays, places: Sequence[int]) -> Iterator[Arrays]:
    """The unit vectors of the arrays' shapes at these flat places."""
    for place in places:
        unit = np.zeros(sum(x.size for x in arrays))
        unit[place] = 1.0
        yield split(unit, arrays)


def split(values: np.ndarray, like: Arrays) -> Arrays:
    """One flat array as several of the shapes of `like`."""
    ends = np.cumsum([x.size for x in like])[:-1]
    return tuple(part.reshape(x.shape) for part, x in zip(np.split(values, ends), like, strict=True))
