"""The function along the direction in which its derivative is wrong: what a reader sees of a broken tangent.

values[i] = phi(t_i) - phi(0),    t_i in [-H, H]

The claimed tangent is `actual` t, the oracle's is `expected` t. H is the largest step at which the central difference still tells the two apart: what
is left of the odd part of phi after subtracting the oracle's tangent is then flat beside the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.program import Case
from harness.verdict import Result
from properties.laws.along import gradients_along, other_direction, outputs_along, projected_along
from properties.laws.asked_again import asked_along
from properties.laws.third_order import products_along

POINTS = 41  # odd, so that t = 0 is one of them
STEPS = 45  # halvings of the step tried: beyond, rounding is all that a difference shows
TELLING = 8.0  # a curve whose slope is off by an eighth of the claim's error looks flat beside it

_ALONG: Mapping[str, Callable[[Backend, Case], Callable[[float], Any]]] = {
    "vjp-eq-fd": projected_along,
    "jvp-eq-fd": outputs_along,
    "hvp-eq-fd": gradients_along,
    "third-eq-fd": lambda backend, case: products_along(backend, case, other_direction(case)),
}


def slice_of(backend: Backend, case: Case, result: Result) -> dict[str, Any]:
    """{t, values, entry}: what the law compared, along the case's direction; empty where it compared no such thing.

    `entry` is the output (or the entry of the gradient) that is drawn: the one whose slope is what the oracle found.
    """
    along, surest = _ALONG.get(case.law), _surest_step(result)
    if along is None or surest is None or result.expected is None or result.actual is None:
        return {}
    phi = along(backend, asked_along(case, result))

    def at(t: float) -> np.ndarray:
        return np.atleast_1d(np.asarray(phi(t), dtype=float))  # (entries,)

    slopes = (at(surest) - at(-surest)) / (2 * surest)
    if not np.isfinite(slopes).any():
        return {}
    entry = int(np.nanargmin(np.abs(slopes - result.expected)))
    reach = _telling(lambda t: float(at(t)[entry]), result.actual, result.expected) or surest
    places = np.linspace(-reach, reach, POINTS)
    values = np.array([at(float(t))[entry] for t in places])
    drawn = values - values[POINTS // 2]
    return {"t": places.tolist(), "values": drawn.tolist(), "entry": entry} if np.isfinite(drawn).any() else {}


def _telling(phi: Callable[[float], float], actual: float, expected: float) -> float | None:
    """The largest step at which the central difference is much nearer to what is expected than the claim is; None where there is none."""
    for exponent in range(1, STEPS):
        step = 2.0**-exponent
        if abs((phi(step) - phi(-step)) / (2 * step) - expected) <= abs(actual - expected) / TELLING:
            return step
    return None


def _surest_step(result: Result) -> float | None:
    """The step of the ladder with the smallest bound among those that counted."""
    kept = [rung for rung in result.ladder if rung.kept and np.isfinite(rung.bound) and rung.step > 0]
    return min(kept, key=lambda rung: (rung.bound, rung.step)).step if kept else None
