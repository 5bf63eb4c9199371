"""The subject along one direction: a function of one real variable, which is all that a finite difference can see.

phi(t) = f(x + t D v)        D = RMS of each leaf (1 where it is 0) as a power of two: t = 1 is a large step for every leaf
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.verdict.constants import largest
from harness.verdict.rounding import value_rounding
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat, inner, wide
from properties.laws.precision import best_dtype, precise
from properties.laws.sizes import leaf_size

EPS = float(np.finfo(float).eps)


def direction(case: Case) -> tuple[np.ndarray, ...]:
    """D v, one array per differentiable primal; exact in the case's dtype, since v is and D is a power of two."""
    return tuple(leaf_size(x) * wide(v) for x, v in zip(case.points, case.tangents, strict=True))


def other_direction(case: Case) -> tuple[np.ndarray, ...]:
    """Another direction, as exact in the dtype: per leaf the entries of the first in another order, with random signs.

    Where a product of both would overflow, all of it is smaller by one power of two: a second derivative is linear in either.
    """
    rng, first = np.random.default_rng((case.seed, 2)), direction(case)
    other = [np.asarray(rng.permutation(step.ravel()).reshape(step.shape) * rng.choice((-1.0, 1.0), size=step.shape)) for step in first]
    size = max((float(np.max(np.abs(step), initial=0.0)) for step in first), default=0.0)
    return tuple(step / 2.0 ** np.frexp(size)[1] for step in other) if size > np.sqrt(largest(case.dtype)) else tuple(other)


def value_floor(bound: Bound) -> np.ndarray:
    """What rounding of the function's own values may do to its tangent, entry by entry of the flat outputs."""
    return value_rounding(flat(bound.at(bound.case.points)), bound.dtype)


def projected_floor(bound: Bound) -> np.ndarray:
    """The same for <w, tangent> and <gradient, D v>: one number."""
    return value_rounding(np.array([_terms(bound.case, bound.at(bound.case.points))]), bound.dtype)


def gradient_floor(bound: Bound) -> np.ndarray:
    """The same for its gradient, entry by entry of the flat primals: that of <w, f> per large step of each leaf."""
    per_step = projected_floor(bound)
    return np.concatenate([np.broadcast_to(per_step / leaf_size(x), flat([x]).shape) for x in bound.case.points] or [np.zeros(0)])


def curvature_floor(bound: Bound) -> np.ndarray:
    """The same for the derivative of its gradient: that of the gradient, or of the gradient's own values where these are larger.

    Of a * sigmoid(b) the gradient by b is a / 4 at 0, whatever the size of b: a second derivative below an ulp of that is lost in 1 - 2 sigmoid(b).
    """
    return np.asarray(np.maximum(gradient_floor(bound), value_rounding(flat(gradients_of(bound)), bound.dtype)))


def value_terms(bound: Bound) -> np.ndarray:
    """The size of the numbers that the function's values are computed from: of the largest, for 1 + erf(x) has terms of size 1 where it is 1e-16."""
    values = np.abs(flat(bound.at(bound.case.points)))
    return np.full(values.shape, np.max(values, where=np.isfinite(values), initial=0.0))


def gradient_terms(bound: Bound) -> np.ndarray:
    """The size of the numbers that a gradient is computed from, entry by entry: of <w, f>, for 1 - tanh^2 has terms of the size of tanh."""
    size = _terms(bound.case, bound.at(bound.case.points))
    per_leaf: list[np.ndarray] = [np.full(flat([x]).shape, size * max(1.0, 1 / leaf_size(x))) for x in bound.case.points]
    return np.concatenate(per_leaf or [np.zeros(0)])


def tangent_terms(bound: Bound, tangents: tuple[np.ndarray, ...]) -> np.ndarray:
    """The same for the tangent along `tangents`: of f times them, and of its largest entry, for u_i - <softmax, u> has terms of that size."""
    lengths = [float(np.max(np.abs(u), initial=0.0)) * max(1.0, 1 / leaf_size(x)) for u, x in zip(tangents, bound.case.points, strict=True)]
    values = flat(bound.at(bound.case.points))
    along = flat(bound.numpy(bound.backend.jvp(bound.function, bound.primals, bound.tangents(tangents))[1]))
    largest = max(max(lengths, default=0.0) * np.max(np.abs(values), initial=0.0), np.max(np.abs(along), initial=0.0))
    return np.full(values.shape, largest)


def grain(case: Case) -> float:
    """How coarse x + t D v is rounded in double precision, in units of t: eps max |x| / RMS(D v) over the entries that move, of the coarsest leaf."""
    return grain_along(case, direction(case))


def outputs_along(backend: Backend, case: Case) -> Callable[[float], np.ndarray]:
    """All outputs along the direction: t -> those of f(x + t D v) in one real vector."""
    bound, step = precise(backend, case), direction(case)
    return lambda t: flat(bound.at(displaced(case, step, t)))


def projected_along(backend: Backend, case: Case) -> Callable[[float], float]:
    """The outputs along the direction, projected: t -> <w, f(x + t D v)>."""
    bound, step = precise(backend, case), direction(case)
    return lambda t: inner(case.cotangents, bound.at(displaced(case, step, t)))


def gradients_along(backend: Backend, case: Case) -> Callable[[float], np.ndarray]:
    """The gradient along the direction: t -> f'(x + t D v)^T w in one real vector, by the backend's own vjp of the function as it computes it."""
    bound, step = bind(backend, case, dtype=best_dtype(backend, case)), direction(case)

    def gradients(t: float) -> np.ndarray:
        primals = tuple(map(bound.array, displaced(case, step, t)))
        _, found = backend.vjp(bound.function, primals, bound.cotangents())
        return flat([np.zeros_like(x) if g is None else backend.numpy(g) for g, x in zip(found, case.points, strict=True)])

    return gradients


def tangents_along(backend: Backend, case: Case, tangents: tuple[np.ndarray, ...]) -> Callable[[float], np.ndarray]:
    """The tangent along the direction: t -> f'(x + t D v) u in one real vector, u being `tangents`, by the backend's own jvp."""
    bound, step = bind(backend, case, dtype=best_dtype(backend, case)), direction(case)

    def results(t: float) -> np.ndarray:
        primals = tuple(map(bound.array, displaced(case, step, t)))
        return flat(bound.numpy(backend.jvp(bound.function, primals, bound.tangents(tangents))[1]))

    return results


def grain_along(case: Case, step: tuple[np.ndarray, ...]) -> float:
    """The same along `step`."""
    moved = [(wide(x), v) if v.all() else (wide(x)[v != 0], v[v != 0]) for x, v in zip(case.points, step, strict=True)]
    return max((float(EPS * np.max(np.abs(x), where=np.isfinite(x), initial=0.0) / leaf_size(v)) for x, v in moved if x.size), default=0.0)


def _terms(case: Case, values: tuple[np.ndarray, ...]) -> float:
    with np.errstate(all="ignore"):
        return float(sum(np.sum(np.abs(wide(w) * wide(y))) for w, y in zip(case.cotangents, values, strict=True)))


def displaced(case: Case, step: tuple[np.ndarray, ...], t: float) -> tuple[np.ndarray, ...]:
    """The case's points + t step."""
    return moved(tuple(map(wide, case.points)), step, t)


def moved(points: tuple[np.ndarray, ...], step: tuple[np.ndarray, ...], t: float) -> tuple[np.ndarray, ...]:
    """Points + t step, one array per primal."""
    return tuple(_sum(x, t * v) for x, v in zip(points, step, strict=True))


def _sum(x: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Their sum, in the memory of `shift` where it fits: fresh memory costs more than the sum of a large array."""
    if np.ndim(shift) == 0 or not np.can_cast(x.dtype, shift.dtype):
        return np.asarray(x + shift)
    shift += x
    return shift
