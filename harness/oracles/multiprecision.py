"""Values and derivatives at 40 digits and more: the truth that tests the other oracles, and tells ill-conditioned from wrong.

    f'(x) = (f(x + h) - f(x - h)) / 2h,    h = 10^-d,  evaluated with 3 d + 10 digits: truncation and rounding are both below 10^-2d

A program is evaluated over arrays of mpmath numbers, op by op as `multiprecision_ops` says. Imports mpmath when it is asked only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.oracles.multiprecision_array import context, exact
from harness.oracles.multiprecision_ops import apply, expressible
from harness.program import Program, evaluate

DIGITS = 40


def derivative(function: Callable[[Any], Any], x: float, *, digits: int = DIGITS) -> tuple[Any, Any]:
    """(f(x), f'(x)) of an mpmath function at the float64 point x, as mpmath numbers right to some `digits` digits.

    Raises:
        ImportError: mpmath is not installed.
        ValueError: f is not defined around x.
    """
    import mpmath

    with mpmath.workdps(2 * digits + 10):
        here = mpmath.mpf(x)
        step = mpmath.mpf(10) ** (-digits // 2) * (abs(here) or 1)
        slope = (function(here + step) - function(here - step)) / (2 * step)
        return function(here), slope


def supports(program: Program) -> bool:
    """Whether every op of `program` can be expressed in mpmath."""
    return all(map(expressible, program.ops))


def along(program: Program, inputs: Sequence[np.ndarray], direction: Sequence[np.ndarray | None], *, digits: int = DIGITS) -> list[tuple[Any, Any]]:
    """The outputs of `program`, and their derivatives along `direction`, to some `digits` digits.

    Args:
        program: Every op must be one that `supports` accepts.
        inputs: One float64 (or integer, boolean) array per input.
        direction: One array per input, in its shape; None where the input does not move.
        digits: Decimal digits wanted.

    Returns:
        Per output (value, tangent), arrays of mpmath numbers.

    Raises:
        ImportError: mpmath is not installed.
        LookupError: an op that mpmath cannot express.
    """
    number = context().mpf

    def at(t: Any) -> tuple[np.ndarray, ...]:
        moved = [exact(x) if v is None else exact(x) + t * exact(v) for x, v in zip(inputs, direction, strict=True)]
        return tuple(evaluate(program, apply, moved))

    with context().workdps(2 * digits + 10):
        step = number(10) ** (-digits // 2)
        values, above, below = at(number(0)), at(step), at(-step)
        return [(value, (up - down) / (2 * step)) for value, up, down in zip(values, above, below, strict=True)]
