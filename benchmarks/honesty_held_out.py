"""Functions and points for `oracle_honesty.py --held-out`: other formulas than the suite's, and points on lattices.

No part of the suite, but seen before: the constants for noise (harness.oracles.contraction) and the rule for narrower windows (trend) were mended
after misses here, at other seeds. A fresh seed tests new points, not new functions.

At whole numbers, and at sums of few powers of two, the rounding of an argument is odd in the step: what is even about phi, the half of it that
shows noise best, shows none there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from honesty_subject import Draw, Subject
from honesty_suite import magnitudes, near, relu, uniform


def lattice(low: float, high: float, bits: int = 0) -> Draw:
    """Multiples of 2^-bits."""
    return lambda rng: float(rng.integers(int(low * 2**bits), int(high * 2**bits) + 1)) / 2**bits


def single(low: float, high: float) -> Draw:
    """What a float32 holds: inputs of low precision, followed in double."""
    return lambda rng: float(np.float32(rng.uniform(low, high)))


def lattices(low: float, high: float) -> Draw:
    """One of the above, or any number."""
    draws = lattice(low, high), lattice(low, high, 4), single(low, high), uniform(low, high)
    return lambda rng: draws[int(rng.integers(len(draws)))](rng)


def logistic(m: Any, x: Any) -> Any:
    for _ in range(6):
        x = m.number(3.7) * x * (1 - x)
    return x


def newton_root(m: Any, x: Any) -> Any:
    """sqrt(x) by five steps of Newton from 1."""
    y = m.number(1)
    for _ in range(5):
        y = (y + x / y) / 2
    return y


def softmax_first(m: Any, x: Any) -> Any:
    a, b, c = m.exp(x), m.exp(1 - x / 2), m.exp(m.number(0.3))
    return a / (a + b + c)


def layer_norm_first(m: Any, x: Any) -> Any:
    values = x, x * x, m.sin(x), m.number(0.5)
    mean = sum(values) / 4
    return (values[0] - mean) / m.sqrt(sum((v - mean) ** 2 for v in values) / 4 + m.number(1e-5))


def continued_fraction(m: Any, x: Any) -> Any:
    return 1 / (x + 1 / (x + 2 / (x + 3 / (x + 4))))


def bessel_like(m: Any, x: Any) -> Any:
    return sum((-1) ** k * (x / 2) ** (2 * k) / m.gamma(m.number(k + 1)) ** 2 for k in range(20))


HELD_OUT = tuple(
    Subject(*entry)
    for entry in (
        ("x exp(-x)", "smooth", lambda m, x: x * m.exp(-x), lattices(-4, 4)),
        ("silu", "smooth", lambda m, x: x / (1 + m.exp(-x)), lattices(-6, 6)),
        ("mish", "smooth", lambda m, x: x * m.tanh(m.log1p(m.exp(x))), lattices(-5, 5)),
        ("gelu erf", "smooth", lambda m, x: x * (1 + m.erf(x * m.number(0.7071067811865476))) / 2, lattices(-4, 4)),
        ("softmax", "smooth", softmax_first, lattices(-6, 6)),
        ("layer norm", "smooth", layer_norm_first, lattices(-3, 3)),
        ("atan", "smooth", lambda m, x: m.atan(x), lattices(-8, 8)),
        ("asin", "smooth", lambda m, x: m.asin(x), uniform(-0.95, 0.95)),
        ("acosh", "smooth", lambda m, x: m.acosh(x), uniform(1.2, 9)),
        ("asinh by hand", "smooth", lambda m, x: m.log(x + m.sqrt(x * x + 1)), lattices(-4, 4)),
        ("sinc", "smooth", lambda m, x: m.sin(x) / x, magnitudes(-2, 1, True)),
        ("sin cos exp", "smooth", lambda m, x: m.sin(m.cos(m.exp(x))), lattices(-2, 2)),
        ("polynomial", "smooth", lambda m, x: ((x - 3) * x + 2) * (x * x + 1), lattices(-4, 4)),
        ("even polynomial", "smooth", lambda m, x: x**4 - 3 * x**2 + 1, lattices(-2, 2)),
        ("odd polynomial", "smooth", lambda m, x: x**5 - x**3, lattices(-2, 2)),
        ("x^7", "smooth", lambda m, x: x**7, lattices(-2, 2)),
        ("x^40", "smooth", lambda m, x: x**40, uniform(0.5, 1.5)),
        ("rational", "smooth", lambda m, x: (x * x - 2) / (x**4 + 3 * x + 5), lattices(-3, 3)),
        ("1 / (1 + x^2)^2", "smooth", lambda m, x: 1 / (1 + x * x) ** 2, lattices(-3, 3)),
        ("continued fraction", "smooth", continued_fraction, uniform(0.3, 6)),
        ("newton's root", "smooth", newton_root, uniform(0.2, 9)),
        ("logistic map", "smooth", logistic, uniform(0.1, 0.9)),
        ("2^x", "smooth", lambda m, x: m.number(2) ** x, lattices(-8, 8)),
        ("x^x", "smooth", lambda m, x: x**x, uniform(0.2, 5)),
        ("gaussian", "smooth", lambda m, x: m.exp(-x * x / 2), lattices(-5, 5)),
        ("exp(exp)", "smooth", lambda m, x: m.exp(m.exp(x)), lattices(-3, 1)),
        ("log log", "smooth", lambda m, x: m.log(m.log(x)), uniform(1.2, 40)),
        ("tanh squared", "smooth", lambda m, x: 1 - m.tanh(x) ** 2, lattices(-8, 8)),
        ("cauchy of 1e-2", "smooth", lambda m, x: 1 / ((x - 1) ** 2 + m.number(1e-4)), near(1.0, spread=3e-2)),
        ("series of bessel", "special", bessel_like, lattices(-6, 6)),
        ("beta(x, 2)", "special", lambda m, x: m.gamma(x) / m.gamma(x + 2), uniform(0.3, 8)),
        ("log erfc", "special", lambda m, x: m.log(m.erfc(x)), lattices(-2, 5)),
        ("erf of sqrt", "special", lambda m, x: m.erf(m.sqrt(x)), uniform(0.05, 6)),
        ("digamma(x^2 + 1)", "special", lambda m, x: m.digamma(x * x + 1), lattices(-3, 3)),
        ("cos(30 x)", "oscillating", lambda m, x: m.cos(30 * x), lattices(-3, 3)),
        ("cos(2e3 x) x", "oscillating", lambda m, x: m.cos(2e3 * x) * x, lattices(-3, 3)),
        ("sin(x^2)", "oscillating", lambda m, x: m.sin(x * x), lattices(-9, 9)),
        ("sum of cosines", "oscillating", lambda m, x: sum(m.cos(k * k * x) / k**3 for k in range(1, 9)), lattices(-3, 3)),
        ("x + sin(300 x) / 1e6", "oscillating", lambda m, x: x + m.sin(300 * x) / 10**6, lattices(-3, 3)),
        ("exp(sin 20 x)", "oscillating", lambda m, x: m.exp(m.sin(20 * x)), lattices(-3, 3)),
        ("1e150 x^2", "badly scaled", lambda m, x: x * x * m.number(1e150), lattices(-3, 3)),
        ("exp(-1e3 x^2)", "badly scaled", lambda m, x: m.exp(-1000 * x * x), near(0.0, spread=0.05)),
        ("1e-8 x + x^3", "badly scaled", lambda m, x: x / 10**8 + x**3, magnitudes(-6, 0, True)),
        ("sqrt over decades", "badly scaled", lambda m, x: m.sqrt(x), magnitudes(-20, 20)),
        ("log over decades", "badly scaled", lambda m, x: m.log(x), magnitudes(-20, 20)),
        ("x^(1/3) + x^3", "badly scaled", lambda m, x: m.cbrt(x) + x**3, magnitudes(-4, 2, True)),
        ("sin(x + 1e3)", "argument rounded", lambda m, x: m.sin(x + 1000), lattices(-3, 3)),
        ("sin(x + 1e5)", "argument rounded", lambda m, x: m.sin(x + 10**5), lattices(-3, 3)),
        ("exp((x + 2e2) - 2e2)", "argument rounded", lambda m, x: m.exp((x + 200) - 200), lattices(-3, 3)),
        ("tanh(x + 3e4 - 3e4)", "argument rounded", lambda m, x: m.tanh((x + 30000) - 30000), lattices(-3, 3)),
        ("log(1e4 + x) large", "argument rounded", lambda m, x: 10**4 * m.log(10**4 + x), lattices(-3, 3)),
        ("x^2 + x in 1e6", "argument rounded", lambda m, x: (x + 10**6) ** 2 - 10**12, lattices(-3, 3)),
        ("cosh(x) - 1", "cancelling", lambda m, x: m.cosh(x) - 1, magnitudes(-4, 0, True)),
        ("tan x - x", "cancelling", lambda m, x: m.tan(x) - x, magnitudes(-2, 0)),
        ("sqrt(x + 1) - sqrt x", "cancelling", lambda m, x: m.sqrt(x + 1) - m.sqrt(x), magnitudes(0, 5)),
        ("e^x - 1 - x", "cancelling", lambda m, x: m.exp(x) - 1 - x, magnitudes(-3, 0, True)),
        ("1/x - 1/(x + 1)", "cancelling", lambda m, x: 1 / x - 1 / (x + 1), magnitudes(0, 5)),
        ("(x + 3)^5 - x^5", "cancelling", lambda m, x: (x + 3) ** 5 - x**5, magnitudes(0, 3)),
        ("sin(x) + 1e3", "offset", lambda m, x: m.sin(x) + 1000, lattices(-3, 3)),
        ("x^2 + 1e9", "offset", lambda m, x: x * x + 10**9, lattices(-3, 3)),
        ("atan + 3e5", "offset", lambda m, x: m.atan(x) + 300000, lattices(-3, 3)),
        ("float32 tanh", "float32 inside", lambda m, x: m.single(m.tanh(m.single(x))), single(-3, 3)),
        ("float32 argument", "float32 inside", lambda m, x: m.exp(m.single(x)), lattices(-3, 3)),
        ("double, single, double", "float32 inside", lambda m, x: m.sin(m.single(m.exp(x)) * x), lattices(-2, 2)),
        ("selu", "piecewise", lambda m, x: x if x > 0 else m.number(1.75) * m.expm1(x), near(0.0, 0.7, -0.7, 1e-3, -1e-5)),
        ("softshrink", "piecewise", lambda m, x: relu(m, x - m.number(0.5)) - relu(m, -x - m.number(0.5)), near(0.5, -0.5, 0.0, 2.0, 0.5001)),
        ("max(x^2, x)", "piecewise", lambda m, x: max(x * x, x), near(0.0, 1.0, 0.5, 1.00001, 3.0)),
        ("abs of sine", "piecewise", lambda m, x: abs(m.sin(3 * x)), lattices(-3, 3)),
        ("relu of cubic", "piecewise", lambda m, x: relu(m, x**3 - x), near(1.0, 0.0, -1.0, 0.5, 1.001)),
        ("x + |x - 1| / 1e7", "piecewise", lambda m, x: m.sin(x) + abs(x - 1) / 10**7, near(1.0, 1.01, 1 + 1e-5, 3.0)),
        ("x + x sqrt|x|", "singular", lambda m, x: x + x * m.sqrt(abs(x)), near(0.0, 1e-8, 1e-3, 1.0)),
        ("smooth abs of 1e-3", "singular", lambda m, x: m.sqrt(x * x + m.number(1e-6)), near(0.0, 1e-4, 1e-3, 1e-2, 1.0)),
        ("step beside", "discontinuous", lambda m, x: m.cos(x) + (1 if x > 1 else 0), near(1.0, 1.0001, 0.9, 2.0)),
        ("round", "staircase", lambda m, x: m.number(m.floor(4 * x + m.number(0.5))) / 4, lattices(-3, 3)),
    )
)
