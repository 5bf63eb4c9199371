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
from harness.program.layout import SHARED, effective_layout
from harness.verdict import Result, structural
from harness.verdict.result import worst_result
from properties.laws.exact import Sides, check_equal
from properties.laws.form import forward_or_none
from properties.laws.gradients import Malformed, gradients_of, tangents_of, well_formed
from properties.laws.inner import flat
from properties.laws.law import Law

LAYOUTS = ("permuted", "strided", "offset")  # those that any values can have; "expanded" needs values that repeat
REPEATS = 12  # calls in a row: a cache that goes stale after ten is not rare, and a call is cheap


def check_layouts(backend: Backend, case: Case) -> Result:
    """The case in strided memory against its contiguous twin, and ones that are one number in memory, as `f(x).sum().backward()` sends."""
    ones = msgspec.structs.replace(case, cotangents=tuple(map(np.ones_like, case.cotangents)), layouts=_expanded(case))
    asked = [msgspec.structs.replace(case, layouts=_strided(case)), *([ones] if "expanded" in ones.layouts else [])]
    return worst_result([_with_its_twin(backend, one) for one in asked])


def _with_its_twin(backend: Backend, strided: Case) -> Result:
    shared = "expanded" in strided.layouts  # forward mode may refuse elements that share memory
    forward_too = not shared and forward_or_none(bind(backend, strided)) is not None

    def derivatives(bound: Bound) -> np.ndarray:
        parts = [flat(bound.at(bound.case.points)), flat(gradients_of(bound))]
        if forward_too:
            parts.append(flat(tangents_of(bound, strided.tangents)))
        return np.concatenate(parts)

    def twin(bound: Bound) -> Bound:
        return bind(backend, msgspec.structs.replace(bound.case, layouts=("contiguous",) * len(strided.layouts)))

    return check_equal("layout-independent", backend, strided, lambda bound: Sides(derivatives(bound), derivatives(twin(bound))))


def check_reverse_routes(backend: Backend, case: Case) -> Result:
    """Every other way to the vjp against the first."""

    def through(route: Callable[..., Any]) -> Callable[[Bound], np.ndarray]:
        def gradients(bound: Bound) -> np.ndarray:
            return flat(well_formed(bound, route(bound.function, bound.primals, bound.cotangents())[1], case.points, "gradient"))

        return gradients

    return _routes("reverse-routes-agree", backend, case, backend.reverse_routes(), through, lambda bound: flat(gradients_of(bound)))


def check_forward_routes(backend: Backend, case: Case) -> Result:
    """Every other way to the jvp against the first."""

    def through(route: Callable[..., Any]) -> Callable[[Bound], np.ndarray]:
        def tangents(bound: Bound) -> np.ndarray:
            return flat(well_formed(bound, route(bound.function, bound.primals, bound.tangents())[1], case.cotangents, "output tangent"))

        return tangents

    return _routes("forward-routes-agree", backend, case, backend.forward_routes(), through, lambda bound: flat(tangents_of(bound, case.tangents)))


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
    return check_equal("repeatable", backend, case, lambda again: Sides(flat(gradients_of(again)), flat(gradients_of(again))))


def _routes(law: str, backend: Backend, case: Case, routes: Mapping[str, Any], through: Any, first: Callable[[Bound], np.ndarray]) -> Result:
    results = []
    for name, route in routes.items():
        result = check_equal(law, backend, case, _both(through(route), first))
        results.append(msgspec.structs.replace(result, details={**result.details, "route": name}))
    return worst_result(results)


def _both(one: Callable[[Bound], np.ndarray], other: Callable[[Bound], np.ndarray]) -> Callable[[Bound], Sides]:
    return lambda bound: Sides(one(bound), other(bound))


def _strided(case: Case) -> tuple[str, ...]:
    """The case's own layouts, and a strided one wherever it says contiguous."""
    arrays = (*case.primals, *case.cotangents, *case.tangents)
    own = (*case.layouts, *["contiguous"] * (len(arrays) - len(case.layouts)))
    return tuple(_other(layout, x.shape, case.seed + i) for i, (layout, x) in enumerate(zip(own, arrays, strict=True)))


def _expanded(case: Case) -> tuple[str, ...]:
    """Cotangents expanded where their shape can be, all else contiguous."""
    cotangents = ("expanded" if effective_layout("expanded", w.shape) == "expanded" else "contiguous" for w in case.cotangents)
    return (*["contiguous"] * len(case.primals), *cotangents, *["contiguous"] * len(case.tangents))


def _other(layout: str, shape: tuple[int, ...], turn: int) -> str:
    fitting = [name for name in LAYOUTS if effective_layout(name, shape) == name]
    return layout if layout == SHARED or effective_layout(layout, shape) != "contiguous" else fitting[turn % len(fitting)]


LAWS = (
    Law(
        name="layout-independent",
        family="sameness",
        statement="Strided primals, cotangents and tangents give what their contiguous copies give.",
        equation="f'(view(x))^T view(w) = f'(x)^T w",
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
