"""A call is differentiated where it was made, wherever else the function was called before the backward.

(f(x), f(y))'^T (w, w) = (f'(x)^T w, f'(y)^T w)

A function that keeps what it saw on itself, and not in the graph, answers for the last call twice.
Source: https://docs.pytorch.org/docs/stable/notes/extending.html (save_for_backward).
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result
from properties.laws.along import direction, moved
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_at, gradients_of, well_formed
from properties.laws.inner import flat, wide
from properties.laws.law import Law

Points = tuple[np.ndarray, ...]
ASIDE = (0.5, -0.5, 0.125, -0.125, 2.0**-6, -(2.0**-6))  # in large steps, then in units of each entry: the first at which the function is defined


def check_apart(backend: Backend, case: Case) -> Result:
    """Two calls recorded, then one backward through both, against a backward after each.

    Raises:
        Unsupported: the function is defined nowhere beside the primals.
    """
    other = elsewhere(backend, case)

    def pair(bound: Bound) -> Sides:
        return Sides(together(bound, other), _one_by_one(bound, other))

    return check_equal("calls-apart", backend, case, pair, entries=(*of_gradients(case), *of_gradients(case, "<w, out of the other call>")))


def together(bound: Bound, other: Points) -> np.ndarray:
    """The gradients of a call at the case's primals and of one at `other`, by one backward after both, flat."""
    count, cotangents = len(bound.primals), bound.cotangents()

    def both(*points: object) -> tuple[object, ...]:
        return (*bound.function(*points[:count]), *bound.function(*points[count:]))

    _, found = bound.backend.vjp(both, (*bound.primals, *map(bound.array, other)), (*cotangents, *cotangents))
    return flat(well_formed(bound, found, bound.case.points * 2, "gradient of one of two calls"))


def _one_by_one(bound: Bound, other: Points) -> np.ndarray:
    return flat((*gradients_of(bound), *gradients_at(bound, other)))


def elsewhere(backend: Backend, case: Case) -> Points:
    """Another point, at which the function gives finite numbers of the same shapes."""
    bound, points, step = bind(backend, case), tuple(map(wide, case.points)), direction(case)
    candidates = chain((moved(points, step, t) for t in ASIDE), (tuple((1 + t) * x for x in points) for t in ASIDE))
    found = next((each for each in candidates if _is_defined(bound, each)), None)
    if found is None:
        raise Unsupported("the function is defined at no point beside these primals.")
    return found


def _is_defined(bound: Bound, points: Points) -> bool:
    outputs = bound.attempt(lambda: bound.at(points))  # outside its domain a function may raise what it likes
    return not isinstance(outputs, Exception) and all(
        y.shape == w.shape and bool(np.isfinite(y).all()) for y, w in zip(outputs, bound.case.cotangents, strict=True)
    )


LAWS = (
    Law(
        name="calls-apart",
        family="alone",
        statement="The gradient of a call does not depend on other calls of the function before backward.",
        equation="(f(x), f(y))'^T (w, w) = (f'(x)^T w, f'(y)^T w)",
        source="https://docs.pytorch.org/docs/stable/notes/extending.html",
        check=check_apart,
        faults=("last-call-only",),
    ),
)
