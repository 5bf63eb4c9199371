"""The same question asked in another way has the same answer: another memory layout, another route, once more.

vjp(f, view(x), view(w)) = vjp(f, x, w)
backward(), func.vjp, grad  agree;   k-th call = first call
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, structural
from harness.verdict.result import worst_result
from properties.laws.entries import Entries, of_gradients, of_tangents
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import Malformed, gradients_of, tangents_of, well_formed
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.layouts import check_layouts

REPEATS = 12  # calls in a row: a cache that goes stale after ten is not rare, and a call is cheap


def check_reverse_routes(backend: Backend, case: Case) -> Result:
    """Every other way to the vjp against the first."""

    def through(route: Callable[..., Any]) -> Callable[[Bound], np.ndarray]:
        def gradients(bound: Bound) -> np.ndarray:
            return flat(well_formed(bound, route(bound.function, bound.primals, bound.cotangents())[1], case.points, "gradient"))

        return gradients

    def first(bound: Bound) -> np.ndarray:
        return flat(gradients_of(bound))

    return _routes("reverse-routes-agree", backend, case, backend.reverse_routes(), through, first, of_gradients(case))


def check_forward_routes(backend: Backend, case: Case) -> Result:
    """Every other way to the jvp against the first."""

    def through(route: Callable[..., Any]) -> Callable[[Bound], np.ndarray]:
        def tangents(bound: Bound) -> np.ndarray:
            return flat(well_formed(bound, route(bound.function, bound.primals, bound.tangents())[1], case.cotangents, "output tangent"))

        return tangents

    def first(bound: Bound) -> np.ndarray:
        return flat(tangents_of(bound, case.tangents))

    return _routes("forward-routes-agree", backend, case, backend.forward_routes(), through, first, of_tangents(case))


def check_repeatable(backend: Backend, case: Case) -> Result:
    """Bit for bit on the CPU; elsewhere up to what rounding explains, since atomics may add in any order."""
    bound = bind(backend, case)
    try:
        runs = [flat(gradients_of(bound)) for _ in range(REPEATS)]
    except Malformed as error:
        return structural("repeatable", False, str(error))
    odd = next((k for k, run in enumerate(runs) if run.tobytes() != runs[0].tobytes()), None)
    if odd is None or case.device == "cpu":
        return structural(
            "repeatable", odd is None, f"call {odd + 1 if odd else 0} of the same vjp gave another gradient than the first", comparisons=runs[0].size
        )

    def twice(again: Bound) -> Sides:
        return Sides(flat(gradients_of(again)), flat(gradients_of(again)))

    return check_equal("repeatable", backend, case, twice, entries=of_gradients(case))


def _routes(
    law: str, backend: Backend, case: Case, routes: Mapping[str, Any], through: Any, first: Callable[[Bound], np.ndarray], entries: Entries
) -> Result:
    results = []
    for name, route in routes.items():
        result = check_equal(law, backend, case, _both(through(route), first), entries=entries)
        results.append(msgspec.structs.replace(result, details={**result.details, "route": name}))
    return worst_result(results)


def _both(one: Callable[[Bound], np.ndarray], other: Callable[[Bound], np.ndarray]) -> Callable[[Bound], Sides]:
    return lambda bound: Sides(one(bound), other(bound))


LAWS = (
    Law(
        name="layout-independent",
        family="sameness",
        statement="Strided primals, cotangents and tangents give what their contiguous copies give.",
        equation="f(view(x)) = f(x),  f'(view(x))^T view(w) = f'(x)^T w",
        source="https://docs.pytorch.org/docs/stable/notes/extending.html",
        check=check_layouts,
        faults=("contiguous-cotangent",),
        needs=frozenset({"layouts"}),
    ),
    Law(
        name="reverse-routes-agree",
        family="sameness",
        statement="Every public way to a vjp gives the same one.",
        equation="backward(w) = grad(f, x, w) = func.vjp(f, x)(w)",
        source="https://docs.pytorch.org/docs/stable/func.api.html",
        check=check_reverse_routes,
        faults=("wrong-route",),
        needs=frozenset({"reverse_routes"}),
    ),
    Law(
        name="forward-routes-agree",
        family="sameness",
        statement="Every public way to a jvp gives the same one.",
        equation="dual numbers = func.jvp",
        source="https://docs.pytorch.org/docs/stable/func.api.html",
        check=check_forward_routes,
        faults=("wrong-route",),
        needs=frozenset({"jvp", "forward_routes"}),
    ),
    Law(
        name="repeatable",
        family="sameness",
        statement="The same vjp again gives the same gradient.",
        equation="vjp_k(f, x, w) = vjp_1(f, x, w)",
        source="https://docs.pytorch.org/docs/stable/notes/randomness.html",
        check=check_repeatable,
        faults=("alternating", "stale-after-10"),
    ),
)
