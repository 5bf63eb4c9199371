"""The subject along one direction: a function of one real variable, which is all that a finite difference can see.

phi(t) = f(x + t D v)        D = RMS of each leaf (1 where it is 0) as a power of two: t = 1 is a large step for every leaf
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.oracles.norms import rms
from harness.program import Case
from harness.verdict.rounding import value_rounding
from properties.laws.inner import flat, inner, wide

LARGEST_EXPONENT = 1000  # beyond it a step times a Gaussian number overflows, or is subnormal
_WIDE = {"complex64": "complex128", "complex128": "complex128"}


def direction(case: Case) -> tuple[np.ndarray, ...]:
    """D v, one array per differentiable primal; exact in the case's dtype, since v is and D is a power of two."""
    return tuple(_scale(x) * wide(v) for x, v in zip(case.points, case.tangents, strict=True))


def other_direction(case: Case) -> tuple[np.ndarray, ...]:
    """Another direction, as exact in the dtype: per leaf the entries of the first in another order, with random signs."""
    rng = np.random.default_rng((case.seed, 2))
    return tuple(np.asarray(rng.permutation(step.ravel()).reshape(step.shape) * rng.choice((-1.0, 1.0), size=step.shape)) for step in direction(case))


def value_floor(bound: Bound) -> np.ndarray:
    """What rounding of the function's own values may do to its tangent, entry by entry of the flat outputs."""
    return value_rounding(flat(bound.at(bound.case.points)), bound.dtype)


def projected_floor(bound: Bound) -> np.ndarray:
    """The same for <w, tangent> and <gradient, D v>: one number."""
    return value_rounding(np.array([_terms(bound)]), bound.dtype)


def gradient_floor(bound: Bound) -> np.ndarray:
    """The same for its gradient, entry by entry of the flat primals: that of <w, f> per large step of each leaf."""
    per_step = projected_floor(bound)
    return np.concatenate([np.broadcast_to(per_step / _scale(x), flat([x]).shape) for x in bound.case.points] or [np.zeros(0)])


def grain(case: Case) -> float:
    """How coarse x + t D v is rounded in double precision, in units of t: eps max |x| / RMS(D v) over the entries that move, of the coarsest leaf."""
    moved = [(wide(x)[v != 0], v[v != 0]) for x, v in zip(case.points, direction(case), strict=True)]
    return max((float(np.finfo(float).eps * np.max(np.abs(x)) / _scale(v)) for x, v in moved if x.size), default=0.0)


def precise(backend: Backend, case: Case) -> Bound:
    """The subject in double precision where the backend has it (the primals are exact there), else in the case's own dtype."""
    return bind(backend, case, dtype=best_dtype(backend, case))


def best_dtype(backend: Backend, case: Case) -> str:
    """Double precision where the backend has it, else the case's own dtype."""
    best = _WIDE.get(case.dtype, "float64")
    return best if best in backend.dtypes(case.device) else case.dtype


def outputs_along(backend: Backend, case: Case) -> Callable[[float], np.ndarray]:
    """All outputs along the direction: t -> those of f(x + t D v) in one real vector."""
    bound, step = precise(backend, case), direction(case)
    return lambda t: flat(bound.at(_displaced(case, step, t)))


def projected_along(backend: Backend, case: Case) -> Callable[[float], float]:
    """The outputs along the direction, projected: t -> <w, f(x + t D v)>."""
    bound, step = precise(backend, case), direction(case)
    return lambda t: inner(case.cotangents, bound.at(_displaced(case, step, t)))


def gradients_along(backend: Backend, case: Case) -> Callable[[float], np.ndarray]:
    """The gradient along the direction: t -> f'(x + t D v)^T w in one real vector, by the backend's own vjp."""
    bound, step = precise(backend, case), direction(case)

    def gradients(t: float) -> np.ndarray:
        primals = tuple(map(bound.array, _displaced(case, step, t)))
        _, found = backend.vjp(bound.function, primals, bound.cotangents())
        return flat([np.zeros_like(x) if g is None else backend.numpy(g) for g, x in zip(found, case.points, strict=True)])

    return gradients


def tangents_along(backend: Backend, case: Case, tangents: tuple[np.ndarray, ...]) -> Callable[[float], np.ndarray]:
    """The tangent along the direction: t -> f'(x + t D v) u in one real vector, u being `tangents`, by the backend's own jvp."""
    bound, step = precise(backend, case), direction(case)

    def results(t: float) -> np.ndarray:
        primals = tuple(map(bound.array, _displaced(case, step, t)))
        return flat(bound.numpy(backend.jvp(bound.function, primals, bound.tangents(tangents))[1]))

    return results


def _terms(bound: Bound) -> float:
    with np.errstate(all="ignore"):
        pairs = zip(bound.case.cotangents, bound.at(bound.case.points), strict=True)
        return float(sum(np.sum(np.abs(wide(w) * wide(y))) for w, y in pairs))


def _displaced(case: Case, step: tuple[np.ndarray, ...], t: float) -> tuple[np.ndarray, ...]:
    return tuple(wide(x) + t * v for x, v in zip(case.points, step, strict=True))


def _scale(x: np.ndarray) -> float:
    size = float(rms(np.abs(wide(x)).ravel()))
    return float(2.0 ** np.clip(np.round(np.log2(size)), -LARGEST_EXPONENT, LARGEST_EXPONENT)) if np.isfinite(size) and size > 0 else 1.0
