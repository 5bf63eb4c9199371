"""Analytic derivatives against the finite-difference oracle.

    reverse:  <f'(x)^T w, D v> = d/dt <w, f(x + t D v)>  at t = 0
    forward:   f'(x) D v       = d/dt     f(x + t D v)   at t = 0, entry by entry

One vjp (one jvp) and a handful of evaluations check every entry of the Jacobian at once. In low precision the oracle works in double precision on
the same primals, and the analytic value is allowed what rounding at its own precision explains.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, judge_derivative, required_resolution, structural
from harness.verdict.rounding import analytic_rounding, natural_size
from properties.laws.along import outputs_along, projected_along, projected_floor, value_floor, value_terms
from properties.laws.asked_again import entry_by_entry
from properties.laws.conditioning import noise_of_values, spread, spread_nearby
from properties.laws.entries import of_tangents
from properties.laws.equals import told_apart
from properties.laws.gradients import Malformed, gradients_of, tangents_of, values_and_gradients_of, values_and_tangents_of
from properties.laws.inner import flat, inner
from properties.laws.law import Law
from properties.laws.measured import check_measured
from properties.laws.path import path_of
from properties.laws.precision import best_dtype
from properties.laws.shaking import Measure


@entry_by_entry(
    lambda bound, step: np.array(inner(gradients_of(bound), step)),
    projected_along,
    lambda bound, points: np.array([inner(bound.case.cotangents, bound.at(points))]),
)
def check_reverse(backend: Backend, case: Case) -> Result:
    """One directional derivative of <w, f> against the vjp."""
    try:
        return _reverse(backend, case)
    except Malformed as error:
        return structural("vjp-eq-fd", False, str(error))


def _reverse(backend: Backend, case: Case) -> Result:
    path, gradients = path_of(backend, case), gradients_of(bind(backend, case))

    def along(bound: Bound) -> np.ndarray:
        return np.array([inner(gradients_of(bound), path.step)])

    def with_values(bound: Bound) -> np.ndarray:
        values, found = values_and_gradients_of(bound)
        return np.array([inner(found, path.step), inner(case.cotangents, values)])

    gradient, displacement = flat(gradients), _twin(path.step, gradients)
    return judge_derivative(
        "vjp-eq-fd",
        inner(gradients, path.step),
        path.projected,
        rounding=analytic_rounding(gradient, displacement, case.dtype),
        size=natural_size(gradient, displacement),
        required=required_resolution(case.dtype, case.resolution),
        grain=path.grain,
        outputs=path.products,
        terms=path.size,
        widened=lambda: _spread_of_reverse(backend, case, along),
        doubted=_nearby(backend, case, with_values),
        apart=lambda: told_apart(backend, case, along),
        stairs=not case.of_ops,
    )


def _spread_of_reverse(backend: Backend, case: Case, along: Measure) -> float:
    shaken = spread(backend, case, along) + projected_floor(bind(backend, case))
    seen = noise_of_values(backend, case, lambda bound: np.array([inner(case.cotangents, bound.values())]))
    return float(shaken[0] + seen[0])


def _nearby(backend: Backend, case: Case, with_values: Measure) -> Callable[[], float] | None:
    """The same from runs some ulps apart, each of which gives derivative and values; None in low precision."""
    if best_dtype(backend, case) != case.dtype:
        return None
    return lambda: float(np.sum(spread_nearby(backend, case, with_values)) + projected_floor(bind(backend, case))[0])


@entry_by_entry(lambda bound, step: flat(tangents_of(bound, step)), outputs_along, lambda bound, points: flat(bound.at(points)))
def check_forward(backend: Backend, case: Case) -> Result:
    """The whole tangent of the outputs against the jvp."""
    path = path_of(backend, case)

    def along(bound: Bound) -> np.ndarray:
        return flat(tangents_of(bound, path.step))

    def with_values(bound: Bound) -> np.ndarray:
        values, found = values_and_tangents_of(bound, path.step)
        return np.stack([flat(found), flat(values)])  # (2, outputs)

    return check_measured(
        "jvp-eq-fd", backend, case, along, path.outputs, value_floor, value_terms, with_values, grain=path.grain, entries=of_tangents(case)
    )


def _twin(step: tuple[np.ndarray, ...], gradients: tuple[np.ndarray, ...]) -> np.ndarray:
    """The direction as a flat real vector of the gradients' layout (a real leaf may get a complex gradient from a wrong backend)."""
    return flat([v.astype(np.result_type(v, g)) for v, g in zip(step, gradients, strict=True)])


LAWS = (
    Law(
        name="vjp-eq-fd",
        family="values",
        statement="Reverse mode agrees with finite differences.",
        equation="<f'(x)^T w, v> = d/dt <w, f(x + t v)> at t = 0",
        source="https://docs.pytorch.org/docs/stable/notes/gradcheck.html",
        check=check_reverse,
        faults=(
            "scaled-gradient",
            "negated-gradient",
            "zeroed-entry",
            "flipped-entry",
            "nan-entry",
            "reversed-entries",
            "missing-gradient",
            "wrong-shape",
            "absolute-cotangent",
        ),
    ),
    Law(
        name="jvp-eq-fd",
        family="forward",
        statement="Forward mode agrees with finite differences, entry by entry.",
        equation="f'(x) v = d/dt f(x + t v) at t = 0",
        source="https://docs.pytorch.org/docs/stable/notes/gradcheck.html",
        check=check_forward,
        faults=("scaled-tangent", "zeroed-tangent"),
        needs=frozenset({"jvp"}),
    ),
)
