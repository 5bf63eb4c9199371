"""Does another device compute what the CPU computes, and the same each time?

ulps = max |g - g_cpu| / (eps max |g_cpu|)        repeats: two calls of the same vjp agree bit by bit

Neither is a law: devices may round differently, and may add in any order. Both are worth knowing.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.backends.jitter import unit_roundoff
from harness.program import Case
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat

AGREEMENTS = 3  # cases of a cell that are computed on both
LAW = "vjp-eq-fd"  # one law per op: all others share its cases


def agreement(backend: Backend, case: Case) -> dict[str, Any]:
    """{ulps, repeats} of the gradient of `case`; empty on the CPU, for other laws, and where the CPU cannot be asked."""
    if case.law != LAW or case.device == "cpu" or "cpu" not in backend.devices() or case.dtype not in backend.dtypes("cpu"):
        return {}
    try:
        there, again = flat(gradients_of(bind(backend, case))), flat(gradients_of(bind(backend, case)))
        here = flat(gradients_of(bind(backend, msgspec.structs.replace(case, device="cpu"))))
    except Exception:  # what cannot be computed on both is not compared; the law has its own opinion on the case
        backend.reset()
        return {}
    return {"ulps": _ulps(there, here, _real(case.dtype)), "repeats": there.tobytes() == again.tobytes()}


def _ulps(there: np.ndarray, here: np.ndarray, dtype: str) -> float:
    """The largest difference in units of the last place of the largest entry; infinite where one side is not finite."""
    if not (np.isfinite(there).all() and np.isfinite(here).all()):
        return 0.0 if np.array_equal(there, here, equal_nan=True) else float("inf")
    size = float(np.max(np.abs(here), initial=0.0)) or float(np.max(np.abs(there), initial=0.0))
    return float(np.max(np.abs(there - here), initial=0.0)) / (unit_roundoff(dtype) * size) if size else 0.0


def _real(dtype: str) -> str:
    return {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)
