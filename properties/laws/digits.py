"""Analytic derivatives against the catalogue's own functions, differentiated at exactly the primals in as many digits as it takes.

    f'(x)^T w = J^T w,     f'(x) v = J v          entry by entry, J the Jacobian of the reference (harness.oracles.multiprecision_jacobian)

Finite differences of what the backend computes cannot see a slope that its rounding hides (tanh at 20, where it is 1.7e-17), nor which side of a kink
a point lies on that is one ulp away, nor what a gradient that jumps there is worth; a reference in many digits can. Nothing is allowed for but the
backend's rounding: ulps of the terms of each sum, and what an ulp of every value moves the truth by.

What is asked: the case's own cotangent (tangent), and some unit ones, of which no other term hides what is small. Entries at a kink have no
derivative and are left out. The law speaks only where the backend computes the reference's values. What is right to the digits that a comparison must
see, and to fewer than rounding explains (1 - tanh^2 at 6), is INCONCLUSIVE.
"""

from __future__ import annotations

from functools import partial

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.oracles.multiprecision_jacobian import sensitivity
from harness.oracles.multiprecision_point import Place
from harness.program import Case
from harness.verdict import Result, Verdict, judge_equal, required_resolution, structural
from harness.verdict.constants import JITTER_FACTOR, JITTER_RUNS, analytic_error, eps, largest, ulp_at_zero
from properties.laws.digits_around import AROUND, explained
from properties.laws.digits_told import Asked, Compared, products_of, told
from properties.laws.gradients import Malformed, gradients_of, tangents_of
from properties.laws.inner import flat
from properties.laws.jacobians import split
from properties.laws.law import Law
from properties.laws.reference_jacobian import Truth, drawn, same_values, truth_of
from properties.laws.shaking import signs_of

MOST_UNITS = 6  # unit cotangents or tangents, drawn by the case's seed
RULE = "ulps of the terms of each sum, against the reference in 119 digits or more"
CONDITIONED = f"{RULE}, and what an ulp of every value moves it by"
ANOTHER = "the values here are not those of the catalogue's reference: its derivative says nothing about them."
KINK = "kink: the reference has no derivative at these primals, or one too small beside its value to be known."


UNKNOWN = 1e200  # how far a value moves that cannot be followed


def check_reverse(backend: Backend, case: Case) -> Result:
    """The vjp of the case's cotangent, and of some that are 1 in one place.

    Raises:
        Unsupported: the function is none that the catalogue can evaluate in more digits.
    """
    return _check("vjp-eq-digits", backend, case, forward=False)


def check_forward(backend: Backend, case: Case) -> Result:
    """The jvp of tangents that are 1 in one place, and of the case's own.

    Raises:
        Unsupported: as above.
    """
    return _check("jvp-eq-digits", backend, case, forward=True)


def _check(law: str, backend: Backend, case: Case, *, forward: bool) -> Result:
    bound = bind(backend, case)
    try:
        truth = truth_of(case)
    except ValueError as error:
        return Result(law=law, verdict=Verdict.INCONCLUSIVE, reason=f"domain: {error}", comparisons=0)
    try:
        if not (truth.places and truth.found.values.size):
            return Result(law=law, verdict=Verdict.HOLDS, vacuous=True, comparisons=0, rule=RULE)
        if not same_values(bound, truth.found):
            return Result(law=law, verdict=Verdict.INCONCLUSIVE, reason=ANOTHER, comparisons=0)
        asked = _tangents(bound, truth) if forward else _cotangents(bound, truth)
    except Malformed as error:
        return structural(law, False, str(error))
    return _judged(law, case, truth, asked, forward=forward)


def _cotangents(bound: Bound, truth: Truth) -> Asked:
    case = bound.case
    starts = np.cumsum([0, *(case.primals[k].size for k in case.differentiable)])
    columns = [int(starts[case.differentiable.index(k)]) + i for k, i in truth.places]
    units = _units(case, truth.found.values.size) if truth.found.values.size > 1 else []
    weights = np.stack([flat(case.cotangents), *units])
    actual = [flat(gradients_of(bound, split(w, case.cotangents)))[columns] for w in weights]
    return Asked(np.stack(actual), weights)


def _tangents(bound: Bound, truth: Truth) -> Asked:
    case = bound.case
    own = [np.concatenate([v.ravel() for v in case.tangents])] if len(truth.places) == sum(x.size for x in case.points) else []
    weights = np.stack([*own, *_units(case, len(truth.places))])
    return Asked(np.stack([flat(tangents_of(bound, _at_places(case, truth.places, v))) for v in weights]), weights)


def _units(case: Case, size: int) -> list[np.ndarray]:
    """Some of the unit vectors of that many entries."""
    return [(np.arange(size) == place).astype(float) for place in drawn(case, range(size), MOST_UNITS)]


def _at_places(case: Case, places: list[Place], values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Tangents that have these values at the places, and 0 elsewhere."""
    tangents = {k: np.zeros(case.primals[k].shape) for k in case.differentiable}
    for (k, i), value in zip(places, values, strict=True):
        tangents[k].flat[i] = value
    return tuple(tangents.values())


def _judged(law: str, case: Case, truth: Truth, asked: Asked, *, forward: bool) -> Result:
    found = truth.found
    entries, error, smooth = (x.T if forward else x for x in (found.entries, found.error, found.smooth))  # (terms, entries)
    sizes = np.abs(asked.weights)
    with np.errstate(all="ignore"):
        counts = asked.weights[:, :, None] != 0  # (directions, terms, 1)
        known = (smooth | ~counts).all(axis=1) & (smooth.all(axis=0) | ~np.isnan(asked.actual))  # an infinite slope at a kink spoils 0 times it
        if not known.any():
            return Result(law=law, verdict=Verdict.INCONCLUSIVE, reason=KINK, comparisons=0, details={"status": "kink"})
        products = products_of(asked.weights, np.where(smooth, entries, 0).astype(float))
        expected, terms = products.sum(axis=1)[known], np.abs(products).sum(axis=1)[known]
        allowed = analytic_error(case.dtype) * (terms + np.broadcast_to(_underflow(case.dtype, sizes), known.shape)[known])
        allowed = np.where(terms > largest(case.dtype), np.inf, allowed + (sizes @ np.where(smooth, error, 0.0))[known])
        judge = partial(judge_equal, law, asked.actual[known], expected, required=required_resolution(case.dtype, case.resolution))
        result = judge(allowed=allowed, rule=RULE)
        if result.verdict is Verdict.HOLDS:
            return msgspec.structs.replace(result, details={"status": "smooth"})
        moved = np.nan_to_num(_moved(case, truth), nan=UNKNOWN, posinf=UNKNOWN)
        allowed = allowed + (sizes @ (moved.T if forward else moved))[known]
        result = judge(allowed=allowed, rule=CONDITIONED)
    seen = Compared(known, expected, terms, allowed)
    result = told(result, case, truth, asked, seen, forward=forward)
    if result.verdict is not Verdict.BROKEN or not explained(case, truth, asked, seen, forward=forward)[seen.wrong(asked)].all():
        return result
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=AROUND)


def _underflow(dtype: str, sizes: np.ndarray) -> np.ndarray:
    """What terms may lose that are below the smallest numbers of `dtype` that have all digits, (directions, 1)."""
    return np.asarray(ulp_at_zero(dtype) / eps(dtype) * (1 + sizes.sum(axis=1, keepdims=True)))


def _moved(case: Case, truth: Truth) -> np.ndarray:
    """How far some ulps of every value move the entries, (outputs, places)."""
    runs = [partial(signs_of, case.seed, run) for run in range(JITTER_RUNS)]
    return sensitivity(truth.program, case.primals, truth.places, truth.found.values.size, runs, JITTER_FACTOR * eps(case.dtype))


LAWS = (
    Law(
        name="vjp-eq-digits",
        family="digits",
        statement="Reverse mode agrees with the catalogue's function, differentiated at the primals themselves in 119 digits or more.",
        equation="f'(x)^T w = J^T w, J[i, j] = d f_i / d x_j of the reference",
        source="Higham, Accuracy and Stability of Numerical Algorithms (2002), section 1.10: an error is measured in higher precision",
        check=check_reverse,
        faults=("scaled-gradient", "negated-gradient", "zeroed-entry", "nan-entry"),
        by_default=False,
    ),
    Law(
        name="jvp-eq-digits",
        family="digits",
        statement="Forward mode agrees with the catalogue's function, differentiated at the primals themselves in 119 digits or more.",
        equation="f'(x) v = J v, J[i, j] = d f_i / d x_j of the reference",
        source="Higham, Accuracy and Stability of Numerical Algorithms (2002), section 1.10: an error is measured in higher precision",
        check=check_forward,
        faults=("scaled-tangent", "zeroed-tangent"),
        needs=frozenset({"jvp"}),
        by_default=False,
    ),
)
