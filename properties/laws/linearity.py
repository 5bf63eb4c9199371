"""A derivative is a linear map, and reverse mode is the adjoint of forward mode: exact but for rounding, no finite difference needed.

f'(x)^T (a u + b w) = a f'(x)^T u + b f'(x)^T w         with a < 0 and b large
<w, f'(x) v> = <f'(x)^T w, v>
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict import Result, Verdict, structural
from harness.verdict.constants import PRECISION, REAL_PART, eps, largest
from harness.verdict.rounding import formula_rounding
from properties.laws.along import direction, gradient_floor, projected_floor
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal, inner_products
from properties.laws.gradients import Malformed, gradients_of, tangents_of
from properties.laws.infinite import unless_slope_is_infinite
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.own_precision import BEYOND, beyond_range
from properties.laws.precision import best_dtype

FEW_DIGITS = "the cotangent passes through half precision on its way: the vjp takes factors exactly, and sums up to that rounding."
NO_VALUE = "the function itself is NaN at these primals, in every entry: what has no value has no derivative."
NEGATIVE, LARGE = -0.5, 1024.0  # powers of two, so that the products are exact in every dtype; of both signs and magnitudes, so that clamps show


@unless_slope_is_infinite
def check_linear(backend: Backend, case: Case) -> Result:
    """Two random cotangents, combined before and after; up to the rounding of a cast inside, where factors alone pass it exactly."""
    result = _combined(backend, case)
    if result.verdict is not Verdict.BROKEN or result.discrepancy is None or not result.discrepancy <= _rounded_to_half(backend, case):
        return result
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=FEW_DIGITS) if _homogeneous(backend, case) else result


def _combined(backend: Backend, case: Case) -> Result:
    other, mixed = other_cotangents(case)

    def pair(bound: Bound) -> Sides:
        actual = flat(gradients_of(bound, mixed))
        with np.errstate(invalid="ignore"):  # inf - inf, where the slope is infinite
            return Sides(actual, NEGATIVE * flat(gradients_of(bound, other)) + LARGE * flat(gradients_of(bound)))

    floor = msgspec.structs.replace(case, cotangents=mixed)  # a gradient that cancels has the rounding of the values that it is computed from
    underflow = LARGE * formula_rounding(np.zeros(1), case.dtype)
    entries = of_gradients(case, "<a u + b w, out>")
    return check_equal("vjp-linear", backend, case, pair, lambda bound: gradient_floor(bind(backend, floor)) + underflow, entries=entries)


def _homogeneous(backend: Backend, case: Case) -> bool:
    """Whether powers of two pass through the vjp exactly, as through all rounding, those below 0 too: what bends a cotangent bends these."""
    bound = bind(backend, case)

    def passes(factor: float, w: tuple[np.ndarray, ...]) -> bool:
        return np.array_equal(flat(gradients_of(bound, tuple(factor * x for x in w))), factor * flat(gradients_of(bound, w)))

    return all(passes(factor, w) for factor in (NEGATIVE, LARGE) for w in (case.cotangents, other_cotangents(case)[0]))


@unless_slope_is_infinite
def check_zero(backend: Backend, case: Case) -> Result:
    """A zero cotangent; the Jacobian is finite in the domain, so the product is exactly zero. Where there is no value there is no Jacobian."""
    zero = tuple(np.zeros_like(w) for w in case.cotangents)
    try:
        gradient = flat(gradients_of(bind(backend, case), zero))
    except Malformed as error:
        return structural("vjp-zero", False, str(error))
    if (absent := _absent_for(backend, case, zero)) and (absent := absent - _absent_for(backend, case, case.cotangents)):
        told = ", ".join(map(str, sorted(absent)))
        return structural("vjp-zero", False, f"a zero cotangent gave None for input {told}, which another cotangent gives a gradient")
    off = np.flatnonzero(gradient != 0)
    if not np.isfinite(gradient).all() and best_dtype(backend, case) != case.dtype and beyond_range(backend, case):
        return Result(law="vjp-zero", verdict=Verdict.INCONCLUSIVE, reason=BEYOND.format(dtype=case.dtype))
    if np.isnan(gradient).any() and np.isnan(flat(bind(backend, case).values())).all():
        return Result(law="vjp-zero", verdict=Verdict.INCONCLUSIVE, reason=NO_VALUE)
    why = f"a zero cotangent gave {gradient[off[0]]} at flat entry {off[0]}" if off.size else ""
    return structural("vjp-zero", not off.size, why, comparisons=gradient.size)


def _absent_for(backend: Backend, case: Case, cotangents: tuple[np.ndarray, ...]) -> set[int]:
    """The primals whose gradient is None, which says that nothing depends on them: no matter of the cotangent's numbers."""
    bound = bind(backend, case)
    _, gradients = backend.vjp(bound.function, bound.primals, bound.cotangents(cotangents))
    return {i for i, gradient in zip(case.differentiable, gradients, strict=True) if gradient is None}


def check_duality(backend: Backend, case: Case) -> Result:
    """Both sides of the adjoint identity in one direction."""
    step = direction(case)

    def pair(bound: Bound) -> Sides:
        forward, reverse = tangents_of(bound, step), gradients_of(bound)
        return inner_products((case.cotangents, forward, _coarsest(bound)), (reverse, step, case.dtype))

    result = check_equal("jvp-vjp-duality", backend, case, pair, projected_floor)
    overflows = result.actual is not None and not np.isfinite(result.actual) and abs(result.expected or 0.0) > largest(case.dtype)
    if result.verdict is not Verdict.BROKEN or not overflows:
        return result
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=BEYOND.format(dtype=case.dtype))


def _coarsest(bound: Bound) -> str:
    """The dtype with the fewest digits among those of the case and its outputs: tangents of x.half() are rounded to half precision for all to see."""
    kinds = [str(bound.backend.describe(y).dtype) for y in bound.function(*bound.primals)]
    return max((bound.dtype, *(kind for kind in kinds if kind in PRECISION or kind in REAL_PART)), key=eps)


def _rounded_to_half(backend: Backend, case: Case) -> float:
    """What rounding a cotangent to bfloat16 may do to an entry of the gradient."""
    gradient = flat(gradients_of(bind(backend, case), other_cotangents(case)[1]))
    return eps("bfloat16") * float(np.max(np.abs(gradient), initial=0.0))


def other_cotangents(case: Case) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """(u, a u + b w) for the case's cotangents w."""
    rng = np.random.default_rng((case.seed, 1))
    other = tuple(_like(rng, w) for w in case.cotangents)
    return other, tuple(NEGATIVE * u + LARGE * w for u, w in zip(other, case.cotangents, strict=True))


def _like(rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
    """Gaussian of the shape of `w`, exact in half precision so that every dtype holds it."""
    drawn = rng.standard_normal(w.shape).astype(np.float16).astype(np.float64)
    return np.asarray(drawn + 1j * rng.standard_normal(w.shape).astype(np.float16)) if w.dtype.kind == "c" else np.asarray(drawn)


LAWS = (
    Law(
        name="vjp-linear",
        family="linearity",
        statement="The vjp is linear in the cotangent, negative and large ones included.",
        equation="f'(x)^T (a u + b w) = a f'(x)^T u + b f'(x)^T w",
        source="linear algebra; https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html",
        check=check_linear,
        faults=("absolute-cotangent", "clamped-cotangent"),
    ),
    Law(
        name="vjp-zero",
        family="linearity",
        statement="A zero cotangent gives an exactly zero gradient, not None, where the Jacobian is finite.",
        equation="f'(x)^T 0 = 0",
        source="linear algebra",
        check=check_zero,
        faults=("nan-entry", "none-for-zero"),
    ),
    Law(
        name="jvp-vjp-duality",
        family="linearity",
        statement="Forward and reverse mode are adjoint to each other.",
        equation="<w, f'(x) v> = <f'(x)^T w, v>",
        source="https://docs.jax.dev/en/latest/notebooks/autodiff_cookbook.html",
        check=check_duality,
        faults=("scaled-gradient", "scaled-tangent", "negated-gradient"),
        needs=frozenset({"jvp"}),
    ),
)
