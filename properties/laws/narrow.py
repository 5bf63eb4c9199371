"""Of many entries of unlike sizes: steps below the size of each, so that nothing that happens to any of them is jumped over.

h = min_j |x_j| / (128 |D v_j|)        (phi(h) - phi(-h)) / 2h at h and at 0.64 h, four evaluations

What wide steps deny and narrow ones deny as well is wrong, along whatever direction. Where h is so small that rounding hides the slope, nothing is
said.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.oracles.beneath import glance
from harness.oracles.sampling import Sampler, Unusable
from harness.program import Case
from harness.verdict import Result
from harness.verdict.constants import BROKEN_FACTOR
from properties.laws.along import direction, grain
from properties.laws.sizes import leaf_size, own_sizes
from properties.laws.ties import Measure

Along = Callable[[Backend, Case], Callable[[float], float | np.ndarray]]  # t -> what is differentiated
GLANCE = 5  # evaluations, phi(0) among them
WITHIN = 128.0  # steps move an entry by this part of itself, so that what bends phi there hardly shows


def denied_by_narrow_steps(backend: Backend, case: Case, result: Result, measure: Measure, along: Along) -> bool:
    """Whether steps within the size of each entry deny the backend's derivative too, beyond the tolerance of `result`."""
    step = direction(case)
    ratios = [own_sizes(x)[v != 0] * leaf_size(x) / np.abs(v[v != 0]) for x, v in zip(case.points, step, strict=True)]
    nearest = min((float(np.min(r)) for r in ratios if r.size), default=0.0)
    actual = measure(bind(backend, case), step).ravel()
    try:
        with np.errstate(all="ignore"):
            sample = Sampler(along(backend, case))
            sample.set_terms(float(np.linalg.norm(sample.centre)))
            slope, off = glance(sample, nearest / WITHIN, grain(case))
    except Unusable:
        return False
    return actual.shape == slope.shape and bool(np.any(np.abs(actual - slope) > BROKEN_FACTOR * (off + (result.tolerance or 0.0))))
