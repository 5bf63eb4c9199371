"""Where the first derivative jumps there is no second one to ask about.

f'(x; v) = lim (f(x + t v) - f(x)) / t, t -> 0+          f'(x; v) != -f'(x; -v): a kink
"""

from __future__ import annotations

import numpy as np

from harness.backends import Backend
from harness.oracles import differentiate
from harness.program import Case
from properties.laws.along import grain, outputs_along

AT_A_KINK = "the function has a kink at these primals, where there is no second derivative."


def has_kink(backend: Backend, case: Case) -> bool:
    """Whether the one-sided slopes of some output along the case's direction differ."""
    try:
        estimate = differentiate(outputs_along(backend, case), effort="thorough", grain=grain(case))
    except Exception:  # a function that cannot be called beside the point shows no kink
        backend.reset()
        return False
    return estimate.interval is not None and bool(np.any(np.asarray(estimate.interval[0]) != np.asarray(estimate.interval[1])))
