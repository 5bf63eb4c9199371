"""A gradient that is not finite: wrong, or is the slope of the function itself infinite there?

q(h) = |phi(h) - phi(0)| / h        grows without end as h -> 0: sqrt at 0 (as h^-1/2), x log x at 0 (as -log h)
q(h) -> |phi'(0+)|                  a slope, so that infinity and NaN are wrong

Where the slope is infinite so is the right gradient, `0 * inf` and `inf - inf` are NaN, and linearity says nothing: the verdict is open, never HOLDS.
Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions, rule 4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case
from harness.verdict import Result, Verdict
from properties.laws.gradients import Malformed, gradients_of
from properties.laws.inner import inner, wide
from properties.laws.precision import precise
from properties.laws.sizes import leaf_size

Check = Callable[[Backend, Case], Result]
STEPS = tuple(2.0 ** (-4 * k) for k in range(2, 9))  # far above the rounding of double precision, even relative to the leaf
ENDLESS = 0.9  # of its last growth a quotient must grow again: sqrt's grows 4-fold and x log x's evenly, one that tends to a slope ever less
MOST = 8  # entries looked at
INFINITE = "the function's slope is infinite at these primals (entry {entry} of input {leaf}): infinity is right there, and linearity says nothing."


def unless_slope_is_infinite(check: Check) -> Check:
    """`check`, with the verdict left open where it breaks because the function's own slope is infinite."""

    @wraps(check)
    def checked(backend: Backend, case: Case) -> Result:
        result = check(backend, case)
        if result.verdict is not Verdict.BROKEN:
            return result
        why = infinite_slope(backend, case)
        return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=why, where="") if why else result

    return checked


def infinite_slope(backend: Backend, case: Case) -> str:
    """Which slope is infinite; empty where the gradient is finite, or where one of its entries is not although the function has a slope there."""
    try:
        gradients = gradients_of(bind(backend, case))
    except Malformed:
        return ""
    odd = [(leaf, int(entry)) for leaf, g in enumerate(gradients) for entry in np.flatnonzero(~np.isfinite(g))][:MOST]
    if not odd or not all(_is_endless(_quotients(backend, case, leaf, entry)) for leaf, entry in odd):
        return ""
    return INFINITE.format(entry=odd[0][1], leaf=case.differentiable[odd[0][0]])


def _quotients(backend: Backend, case: Case, leaf: int, entry: int) -> list[np.ndarray]:
    """|phi(h) - phi(0)| / h for each step on each side of the entry, in units of its leaf."""
    bound = precise(backend, case)

    def phi(h: float) -> float:
        points = [np.array(wide(x)) for x in case.points]
        points[leaf].flat[entry] += h * leaf_size(case.points[leaf])
        return inner(case.cotangents, bound.at(points))

    with np.errstate(all="ignore"):
        return [np.array([abs(phi(side * h) - phi(0.0)) / h for h in STEPS]) for side in (1.0, -1.0)]


def _is_endless(sides: Sequence[np.ndarray]) -> bool:
    """Whether the quotients of one side, where phi is defined, grow and grow."""
    defined = [q for q in sides if np.isfinite(q).all()]
    return any(bool(np.all(np.diff(q) > 0) and np.all(np.diff(q)[1:] >= ENDLESS * np.diff(q)[:-1])) for q in defined)
