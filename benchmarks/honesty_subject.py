"""A function in two arithmetics, and its true one-sided slopes.

`Real` is float64, as a user's code would be; `Exact` is mpmath at 120 digits, where casts do nothing. The truth at the float64 point x:

    (f(x + h) - f(x)) / h   for h = +-1e-40 |x|,   right to some 35 digits
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from scipy import special

Function = Callable[[Any, Any], Any]
Draw = Callable[[np.random.Generator], float]


class Real:
    """The functions of float64."""

    sin, cos, tan, exp, log, sqrt = math.sin, math.cos, math.tan, math.exp, math.log, math.sqrt
    sinh, cosh, tanh, atan, asin, acosh, log1p, expm1, floor = (
        math.sinh, math.cosh, math.tanh, math.atan, math.asin, math.acosh, math.log1p, math.expm1, math.floor,
    )  # fmt: skip
    erf, erfc, gamma, lgamma = math.erf, math.erfc, math.gamma, math.lgamma
    digamma = staticmethod(lambda x: float(special.digamma(x)))
    j0 = staticmethod(lambda x: float(special.j0(x)))
    i0 = staticmethod(lambda x: float(special.i0(x)))
    airy = staticmethod(lambda x: float(special.airy(x)[0]))
    cbrt = staticmethod(lambda x: float(np.cbrt(x)))
    number = staticmethod(float)

    @staticmethod
    def single(x: float) -> float:
        return float(np.float32(x))

    @staticmethod
    def fixed(x: float) -> float:
        return math.floor(x * 2**30) / 2**30

    @staticmethod
    def half(x: float) -> float:
        return float(np.float16(x))


class Exact:
    """The same functions without rounding."""

    sin, cos, tan, exp, log, sqrt = mpmath.sin, mpmath.cos, mpmath.tan, mpmath.exp, mpmath.log, mpmath.sqrt
    sinh, cosh, tanh, atan, asin, acosh, log1p, expm1, floor = (
        mpmath.sinh, mpmath.cosh, mpmath.tanh, mpmath.atan, mpmath.asin, mpmath.acosh, mpmath.log1p, mpmath.expm1, mpmath.floor,
    )  # fmt: skip
    erf, erfc, gamma, lgamma, digamma = mpmath.erf, mpmath.erfc, mpmath.gamma, mpmath.loggamma, mpmath.digamma
    j0 = staticmethod(lambda x: mpmath.besselj(0, x))
    i0 = staticmethod(lambda x: mpmath.besseli(0, x))
    airy = mpmath.airyai
    cbrt = staticmethod(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)))
    number = mpmath.mpf
    single = half = fixed = staticmethod(lambda x: x)


@dataclass(frozen=True)
class Subject:
    """One function and the points at which it is looked at."""

    name: str
    regime: str
    function: Function
    draw: Draw

    def real(self, x: float) -> float:
        value = self.function(Real, x)
        if isinstance(value, complex):
            raise ValueError(f"{self.name} is not real at {x!r}")
        return float(value)

    def slopes(self, x: float) -> tuple[mpmath.mpf | None, mpmath.mpf | None]:
        """(left, right) one-sided derivatives; None where there is none (outside the domain, a jump, an infinite slope)."""
        with mpmath.workdps(120):
            unit = mpmath.mpf(abs(x) or 1)
            return self._slope(mpmath.mpf(x), -unit), self._slope(mpmath.mpf(x), unit)

    def _slope(self, x: mpmath.mpf, unit: mpmath.mpf) -> mpmath.mpf | None:
        steps = unit * mpmath.mpf("1e-30"), unit * mpmath.mpf("1e-40")
        here, values = self._value(x), [self._value(x + h) for h in steps]
        if here is None or None in values:
            return None
        wide, narrow = ((value - here) / h for value, h in zip(values, steps, strict=True))
        return narrow if abs(wide - narrow) <= mpmath.mpf("1e-10") * (abs(narrow) + abs(here / unit)) + mpmath.mpf("1e-20") else None

    def _value(self, x: mpmath.mpf) -> mpmath.mpf | None:
        try:
            value = self.function(Exact, x)
        except (ValueError, ZeroDivisionError):
            return None
        return None if isinstance(value, mpmath.mpc) else mpmath.mpf(value)
