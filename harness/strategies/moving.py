"""Whether a point says anything about a derivative: does the op's value move when its operands do?

f(x (1 + h r)) != f(x),  r ~ N(0, 1)        not so for the variance of one number, relu of negative ones, a softmax over an axis of length 1
"""

from __future__ import annotations

import numpy as np

from harness.ops.op import Values, apply_reference
from harness.strategies.operation import Operation

STEP = 1e-3  # less than the distance that an ordinary point keeps from a kink
SMALLEST = 1e-2  # of a number: an entry at 0 moves too


def moves(operation: Operation) -> bool:
    """Whether some result changes along a random direction. True where there is nothing to move: an op of no elements is a case of its own."""
    floats = [x for x in operation.values if x.dtype.kind in "fc"]
    if not any(x.size for x in floats):
        return True
    try:
        with np.errstate(all="ignore"):
            there = apply_reference(operation.op, _moved(operation.values), operation.params)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return True  # the step left the domain: there is no telling
    return any(not np.array_equal(here, moved) for here, moved in zip(operation.results, there, strict=True))


def _moved(values: Values) -> Values:
    rng = np.random.default_rng(0)
    return tuple(np.asarray(x + STEP * np.maximum(np.abs(x), SMALLEST) * rng.standard_normal(x.shape)) if x.dtype.kind in "fc" else x for x in values)
