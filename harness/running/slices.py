"""The function along the direction in which its derivative is wrong: what a reader sees of a broken tangent.

values[i] = phi(t_i) - phi(0),    t_i in [-H, H]        H: the step at which the oracle was surest

The claimed tangent is `actual` t, the oracle's is `expected` t; where they differ by less than a line's width, so does what is left of phi after
subtracting the oracle's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.program import Case
from harness.verdict import Result
from properties.laws.along import gradients_along, outputs_along, projected_along
from properties.laws.asked_again import asked_along

POINTS = 41  # odd, so that t = 0 is one of them

_ALONG: Mapping[str, Callable[[Backend, Case], Callable[[float], Any]]] = {
    "vjp-eq-fd": projected_along,
    "jvp-eq-fd": outputs_along,
    "hvp-eq-fd": gradients_along,
}


def slice_of(backend: Backend, case: Case, result: Result) -> dict[str, Any]:
    """{t, values, entry}: what the law compared, along the case's direction; empty where it compared no such thing.

    `entry` is the output (or the entry of the gradient) that is drawn: the one whose slope is what the oracle found.
    """
    along = _ALONG.get(case.law)
    reach = _surest_step(result)
    if along is None or reach is None or result.expected is None:
        return {}
    phi = along(backend, asked_along(case, result))
    places = np.linspace(-reach, reach, POINTS)
    values = np.stack([np.atleast_1d(np.asarray(phi(float(t)), dtype=float)) for t in places])  # (points, entries)
    slopes = (values[-1] - values[0]) / (2 * reach)
    if not np.isfinite(slopes).any():
        return {}
    entry = int(np.nanargmin(np.abs(slopes - result.expected)))
    drawn = values[:, entry] - values[POINTS // 2, entry]
    return {"t": places.tolist(), "values": drawn.tolist(), "entry": entry} if np.isfinite(drawn).any() else {}


def _surest_step(result: Result) -> float | None:
    """The step of the ladder with the smallest bound among those that counted."""
    kept = [rung for rung in result.ladder if rung.kept and np.isfinite(rung.bound) and rung.step > 0]
    return min(kept, key=lambda rung: (rung.bound, rung.step)).step if kept else None
