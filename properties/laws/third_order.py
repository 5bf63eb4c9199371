"""Derivatives of second derivatives: what a rule is worth that is differentiated twice more.

D^3 <w, f>(x)[u, v, .] = d/dt H(x + t v) u at t = 0      against the oracle, H being the Hessian of <w, f>

A second derivative that was written by hand (those of normalizations, norms and losses) is differentiated as it was written: what its author took
for a constant is one, and only a third derivative shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result
from harness.verdict.rounding import value_rounding
from properties.laws.along import curvature_floor, direction, displaced, gradient_terms, other_direction
from properties.laws.asked_again import entry_by_entry
from properties.laws.entries import of_gradients
from properties.laws.gradients import well_formed
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.measured import check_measured
from properties.laws.precision import best_dtype
from properties.laws.squared import behind_a_square

LAW = "third-eq-fd"
Arrays = tuple[np.ndarray, ...]


def products_along(backend: Backend, case: Case, others: Arrays) -> Callable[[float], np.ndarray]:
    """The second derivative along the direction: t -> H(x + t D v) u in one real vector, u being `others`, by the backend's first composition."""
    bound, step = bind(backend, case, dtype=best_dtype(backend, case)), direction(case)
    return lambda t: flat(_product_at(bound, displaced(case, step, t), others))


def third_along(bound: Bound, others: Arrays, step: Arrays) -> Arrays:
    """The gradient of <step, H u>, u being `others`.

    Raises:
        Malformed: not one array of the primal's shape per primal.
    """
    found = bound.backend.third(bound.function, bound.primals, bound.cotangents(), bound.tangents(others), bound.tangents(step))
    return well_formed(bound, found, bound.case.points, "third derivative")


@entry_by_entry(
    values=lambda bound, points: flat(_product_at(bound, points, other_direction(bound.case))),
    slopes=lambda bound, step: flat(third_along(bound, other_direction(bound.case), step)),
)
def check_third(backend: Backend, case: Case) -> Result:
    """Reverse over reverse over reverse against the derivative of the backend's own second one, which `hvp-eq-fd` checks for itself."""
    step, others = direction(case), other_direction(case)
    phi = products_along(backend, case, others)
    entries = of_gradients(case, "(d^2 <w, out> / d u d v)")
    return check_measured(LAW, backend, case, lambda bound: flat(third_along(bound, others, step)), phi, _floor, gradient_terms, entries=entries)


def _floor(bound: Bound) -> np.ndarray:
    """What rounding may do to it: that of the second derivative, or of the second derivative's own values where these are larger."""
    product = _product_at(bound, bound.case.points, other_direction(bound.case))
    return np.asarray(np.maximum(curvature_floor(bound), value_rounding(flat(product), bound.dtype)))


def _product_at(bound: Bound, points: Sequence[np.ndarray], others: Arrays) -> Arrays:
    way = next(iter(bound.backend.hvps().values()))
    products = way(bound.function, tuple(map(bound.array, points)), bound.cotangents(), bound.tangents(others))
    return well_formed(bound, products, bound.case.points, "second derivative")


LAWS = (
    Law(
        name=LAW,
        family="third order",
        statement="The gradient of the second derivative agrees with finite differences of the second derivative.",
        equation="D^3 <w, f>(x)[u, v, .] = d/dt H(x + t v) u at t = 0",
        source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html (create_graph: derivatives of higher order)",
        check=behind_a_square(check_third, times=2),
        faults=("wrong-third",),
        needs=frozenset({"second_order", "third_order"}),
        by_default=False,
    ),
)
