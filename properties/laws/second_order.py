"""Derivatives of derivatives: H v, where H is the Hessian of <w, f>.

H v = d/dt f'(x + t v)^T w      against the oracle
H v by reverse over reverse = forward over reverse = reverse over forward
<w, f''(x)[v, u]> by forward over forward = <u, H v>
<u, H v> = <v, H u>
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound
from harness.backends.protocol import Hvp
from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.result import worst_result
from properties.laws.along import (
    curvature_floor,
    direction,
    gradient_terms,
    gradients_along,
    other_direction,
    projected_floor,
    tangent_terms,
    tangents_along,
    value_floor,
)
from properties.laws.asked_again import entry_by_entry
from properties.laws.entries import of_gradients, of_tangents
from properties.laws.exact import Sides, check_equal, inner_products
from properties.laws.gradients import gradients_at, well_formed
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.measured import check_measured
from properties.laws.squared import behind_a_square

SLOPE = "(d <w, out> / d v)"  # what a Hessian-vector product is the gradient of
NEITHER = "forward over forward gives another second derivative than reverse over reverse, and finite differences deny neither."


@entry_by_entry(values=lambda bound, points: flat(gradients_at(bound, points)), slopes=lambda bound, step: flat(product_along(bound, step)))
def check_second(backend: Backend, case: Case) -> Result:
    """The first composition against the derivative of the backend's own gradient, which `vjp-eq-fd` checks for itself."""
    step, phi = direction(case), gradients_along(backend, case)
    measure, entries = lambda bound: flat(product_along(bound, step)), of_gradients(case, SLOPE)
    return check_measured("hvp-eq-fd", backend, case, measure, phi, curvature_floor, gradient_terms, entries=entries)


@entry_by_entry()
def check_nested(backend: Backend, case: Case) -> Result:
    """Forward over forward along two directions against the derivative of the backend's own jvp, which `jvp-eq-fd` checks for itself."""
    step, other = direction(case), other_direction(case)
    phi = tangents_along(backend, case, other)
    measure, terms = lambda bound: flat(nested_tangents(bound, other, step)), lambda bound: tangent_terms(bound, other)
    return check_measured("jvp-jvp-eq-fd", backend, case, measure, phi, value_floor, terms, entries=of_tangents(case, "d^2 {} / d u d v"))


def check_compositions(backend: Backend, case: Case) -> Result:
    """Every composition against the first: those that give H v entry by entry, forward over forward along another direction."""
    (first_name, first), *others = backend.hvps().items()
    results = []
    for name, way in others:
        pair, entries = _both(way, first, direction(case)), of_gradients(case, SLOPE)
        result = check_equal("hessian-compositions-agree", backend, case, pair, curvature_floor, entries=entries, nearby=True)
        results.append(msgspec.structs.replace(result, details={**result.details, "compared": f"{name} with {first_name}"}))
    return worst_result([*results, *_nested_as_well(backend, case, first_name)])


def _nested_as_well(backend: Backend, case: Case, first_name: str) -> list[Result]:
    """Forward over forward against the first, where the backend nests forward mode; BROKEN if finite differences deny one of the two.

    Torch's rules of forward mode cancel where those of reverse mode do not (1e6 - 1e6 for a norm beside its eps): more than the rounding that can be
    measured from outside, and no wrong derivative.
    """
    try:
        found = check_equal("hessian-compositions-agree", backend, case, _forward_over_forward, projected_floor, nearby=True)
    except Unsupported:
        return []
    if found.verdict is Verdict.BROKEN and Verdict.BROKEN not in (check_nested(backend, case).verdict, check_second(backend, case).verdict):
        found = msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, reason=NEITHER)
    return [msgspec.structs.replace(found, details={**found.details, "compared": f"forward over forward with {first_name}"})]


def _forward_over_forward(bound: Bound) -> Sides:
    """<w, f''(x)[v, u]> and <u, H v>."""
    case, v, u = bound.case, direction(bound.case), other_direction(bound.case)
    nested, along_v = nested_tangents(bound, u, v), product_along(bound, v)
    return inner_products((case.cotangents, nested, case.dtype), (u, along_v, case.dtype))


def check_symmetric(backend: Backend, case: Case) -> Result:
    """Two directions, each in both roles."""
    way, v, u = next(iter(backend.hvps().values())), direction(case), other_direction(case)

    def pair(bound: Bound) -> Sides:
        along_v, along_u = _product(bound, way, v), _product(bound, way, u)
        return inner_products((u, along_v, case.dtype), (v, along_u, case.dtype))

    return check_equal("hessian-symmetric", backend, case, pair, projected_floor, nearby=True)


def product_along(bound: Bound, step: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """H v of <w, f> by the backend's first composition."""
    return _product(bound, next(iter(bound.backend.hvps().values())), step)


def nested_tangents(bound: Bound, inner_step: tuple[np.ndarray, ...], outer_step: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """The jvp along `outer_step` of the jvp along `inner_step`, of the outputs' shapes."""
    nested = bound.backend.nested_jvp(bound.function, bound.primals, bound.tangents(inner_step), bound.tangents(outer_step))
    return well_formed(bound, nested, bound.case.cotangents, "second tangent")


def _product(bound: Bound, way: Hvp, step: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    products = way(bound.function, bound.primals, bound.cotangents(), bound.tangents(step))
    return well_formed(bound, products, bound.case.points, "second derivative")


def _both(way: Hvp, first: Hvp, step: tuple[np.ndarray, ...]) -> Callable[[Bound], Sides]:
    return lambda bound: Sides(flat(_product(bound, way, step)), flat(_product(bound, first, step)))


_SECOND = frozenset({"second_order"})
_HESSIAN = "https://docs.pytorch.org/docs/stable/generated/torch.func.hessian.html"

# Forward mode inside forward mode is asked of nobody by default: torch itself ignores an autograd Function's jvp there and gets layer_norm and
# batch_norm wrong (docs/findings.md), so that it would blame a right function for its framework.
LAWS = (
    Law(
        name="hvp-eq-fd",
        family="second order",
        statement="The gradient of the gradient agrees with finite differences of the gradient.",
        equation="H v = d/dt f'(x + t v)^T w at t = 0",
        source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html",
        check=behind_a_square(check_second),
        faults=("wrong-hvp", "first-order-only"),
        needs=_SECOND,
    ),
    Law(
        name="jvp-jvp-eq-fd",
        family="second order",
        statement="A jvp inside a jvp agrees with finite differences of the jvp.",
        equation="d/ds f'(x + s u) v at s = 0",
        source="Siskind and Pearlmutter, Perturbation Confusion and Referential Transparency (2005)",
        check=behind_a_square(check_nested),
        faults=("wrong-nesting", "first-order-only"),
        needs=_SECOND | {"jvp"},
        by_default=False,
    ),
    Law(
        name="hessian-compositions-agree",
        family="second order",
        statement="Every composition of forward and reverse mode gives the same second derivative.",
        equation="reverse over reverse = forward over reverse = reverse over forward; <w, f''(x)[v, u]> by forward over forward = <u, H v>",
        source=_HESSIAN,
        check=behind_a_square(check_compositions),
        faults=("wrong-hvp", "wrong-nesting"),
        needs=_SECOND | {"jvp"},
        by_default=False,
    ),
    Law(
        name="hessian-symmetric",
        family="second order",
        statement="The Hessian of a scalar function is symmetric.",
        equation="<u, H v> = <v, H u>",
        source="Schwarz's theorem",
        check=behind_a_square(check_symmetric),
        faults=("asymmetric-hvp",),
        needs=_SECOND,
    ),
)
