"""The public suite of `oracle_honesty.py`: functions of one number, written once for every arithmetic, and where to look at them."""

from __future__ import annotations

from typing import Any

from honesty_subject import Draw, Subject


def uniform(low: float, high: float) -> Draw:
    return lambda rng: float(rng.uniform(low, high))


def magnitudes(low: float, high: float, signed: bool = False) -> Draw:
    """Log-uniform between 10^low and 10^high."""
    return lambda rng: float(10 ** rng.uniform(low, high) * (rng.choice([-1.0, 1.0]) if signed else 1.0))


def near(*points: float, spread: float = 0.0) -> Draw:
    """One of `points`, or within `spread` of it."""
    return lambda rng: float(rng.choice(points) + spread * rng.normal())


def relu(m: Any, x: Any) -> Any:
    return x if x > 0 else 0 * x


def huber(m: Any, x: Any) -> Any:
    return x * x / 2 if abs(x) < 1 else abs(x) - m.number(1) / 2


def elu(m: Any, x: Any) -> Any:
    return x if x > 0 else m.expm1(x)


def horner_one(m: Any, x: Any) -> Any:
    """Expanded (x - 1)^7: the textbook case of cancellation."""
    value = m.number(0)
    for c in (1, -7, 21, -35, 35, -21, 7, -1):
        value = value * x + c
    return value


def gelu_tanh(m: Any, x: Any) -> Any:
    return x / 2 * (1 + m.tanh(m.number(0.7978845608028654) * (x + m.number(0.044715) * x**3)))


def series(m: Any, x: Any) -> Any:
    return sum(m.sin(k * x) / k**2 for k in range(1, 30))


def power_at_zero(m: Any, x: Any) -> Any:
    return x + (abs(x) ** m.number(1.5) if x > 0 else -(abs(x) ** m.number(1.5)))


def smooth_bump(m: Any, x: Any) -> Any:
    return x + (m.exp(-1 / (x * x)) if x else m.number(0))


def weierstrass(m: Any, x: Any) -> Any:
    return sum(m.cos(3**k * x) / 2**k for k in range(12))


def takagi(m: Any, x: Any) -> Any:
    return sum(abs(x * 2**k - m.floor(x * 2**k + m.number(0.5))) / 2**k for k in range(12))


def logsumexp(m: Any, x: Any) -> Any:
    top = x if x > 2 else m.number(2)
    return top + m.log(m.exp(x - top) + m.exp(2 - top) + m.exp(-1 - top))


SUITE = tuple(
    Subject(*entry)
    for entry in (
        ("exp", "smooth", lambda m, x: m.exp(x), uniform(-5, 5)),
        ("sin", "smooth", lambda m, x: m.sin(x), uniform(-5, 5)),
        ("cubic", "smooth", lambda m, x: x**3 - 2 * x + 1, uniform(-3, 3)),
        ("linear", "smooth", lambda m, x: 3 * x + 2, uniform(-3, 3)),
        ("constant", "smooth", lambda m, x: m.number(7) + 0 * x, uniform(-3, 3)),
        ("tanh", "smooth", lambda m, x: m.tanh(x), uniform(-4, 4)),
        ("sigmoid", "smooth", lambda m, x: 1 / (1 + m.exp(-x)), uniform(-10, 10)),
        ("softplus", "smooth", lambda m, x: m.log1p(m.exp(x)), uniform(-10, 10)),
        ("gelu tanh", "smooth", gelu_tanh, uniform(-4, 4)),
        ("logsumexp", "smooth", logsumexp, uniform(-4, 1.9)),
        ("erf", "smooth", lambda m, x: m.erf(x), uniform(-3, 3)),
        ("runge", "smooth", lambda m, x: 1 / (1 + 25 * x * x), uniform(-2, 2)),
        ("narrow runge", "smooth", lambda m, x: 1 / (1 + 1e6 * (x - 1) ** 2), near(1.0, spread=2e-3)),
        ("narrow gaussian", "smooth", lambda m, x: m.exp(-((x - 1) ** 2) * 1e8), near(1.0, spread=1e-4)),
        ("tan near pole", "smooth", lambda m, x: m.tan(x), near(1.5, 1.57, 1.5707)),
        ("reciprocal", "smooth", lambda m, x: 1 / x, magnitudes(-3, 3, True)),
        ("power 2.5", "smooth", lambda m, x: x ** m.number(2.5), magnitudes(-2, 2)),
        ("flat exp(-1/x^2)", "smooth", lambda m, x: m.exp(-1 / (x * x)), uniform(0.1, 2)),
        ("high degree", "smooth", lambda m, x: x**25, uniform(0.5, 1.5)),
        ("cosh", "smooth", lambda m, x: m.cosh(x), uniform(-20, 20)),
        ("gamma", "special", lambda m, x: m.gamma(x), uniform(0.2, 10)),
        ("lgamma", "special", lambda m, x: m.lgamma(x), uniform(0.2, 50)),
        ("digamma", "special", lambda m, x: m.digamma(x), uniform(0.3, 20)),
        ("bessel j0", "special", lambda m, x: m.j0(x), uniform(0, 30)),
        ("bessel i0", "special", lambda m, x: m.i0(x), uniform(0, 10)),
        ("airy", "special", lambda m, x: m.airy(x), uniform(-10, 3)),
        ("erfc tail", "special", lambda m, x: m.erfc(x), uniform(2, 20)),
        ("sin(1e2 x)", "oscillating", lambda m, x: m.sin(100 * x), uniform(-3, 3)),
        ("sin(1e3 x)", "oscillating", lambda m, x: m.sin(1e3 * x), uniform(-3, 3)),
        ("sin(1e5 x)", "oscillating", lambda m, x: m.sin(1e5 * x), uniform(-3, 3)),
        ("sin(1e6 x)", "oscillating", lambda m, x: m.sin(1e6 * x), uniform(-3, 3)),
        ("x + 1e-3 sin(1e4 x)", "oscillating", lambda m, x: x + m.sin(1e4 * x) / 1000, uniform(-3, 3)),
        ("sin(40 pi x)", "oscillating", lambda m, x: m.sin(m.number(125.66370614359172) * x), uniform(-2, 2)),
        ("sin(1/x)", "oscillating", lambda m, x: m.sin(1 / x), magnitudes(-3, 0)),
        ("chirp", "oscillating", lambda m, x: m.sin(x * x * x), uniform(1, 12)),
        ("fourier series", "oscillating", series, uniform(0.2, 6)),
        ("1e-200 scale", "badly scaled", lambda m, x: m.sin(x) * m.number(1e-200), uniform(-3, 3)),
        ("1e200 scale", "badly scaled", lambda m, x: m.exp(x) * m.number(1e200), uniform(-3, 3)),
        ("x at 1e-12", "badly scaled", lambda m, x: m.exp(1e12 * x), magnitudes(-13, -11, True)),
        ("x at 1e12", "badly scaled", lambda m, x: m.log(x), magnitudes(10, 14)),
        ("fast and slow", "badly scaled", lambda m, x: m.exp(-1000 * x) + x, uniform(0, 0.02)),
        ("stiff tanh", "badly scaled", lambda m, x: m.tanh(1e4 * (x - 1)), near(1.0, spread=1e-4)),
        ("sin(x) + 1e7", "offset", lambda m, x: m.sin(x) + 10**7, uniform(-3, 3)),
        ("exp(x) + 1e4", "offset", lambda m, x: m.exp(x) + 10**4, uniform(-3, 3)),
        ("sin at x = 1e8", "large argument", lambda m, x: m.sin(x - 10**8), near(1e8, spread=3.0)),
        ("square at x = 1e8", "large argument", lambda m, x: x * x, near(1e8, spread=1e6)),
        ("sin at x = 1e4", "large argument", lambda m, x: m.sin(x), near(1e4, spread=10.0)),
        ("sqrt at 1e-6", "edge of the domain", lambda m, x: m.sqrt(x), near(1e-6)),
        ("log at 1e-7", "edge of the domain", lambda m, x: m.log(x), near(1e-7)),
        ("x log x", "edge of the domain", lambda m, x: x * m.log(x), magnitudes(-8, 1)),
        ("asin near 1", "edge of the domain", lambda m, x: m.asin(x), near(0.9, 0.999, 0.999999, 0.999999999)),
        ("acosh near 1", "edge of the domain", lambda m, x: m.acosh(x), near(1.1, 1.001, 1.0000001)),
        ("sqrt at 0", "edge of the domain", lambda m, x: m.sqrt(x), near(0.0)),
        ("sqrt(1 - x^2)", "edge of the domain", lambda m, x: m.sqrt(1 - x * x), near(0.5, 0.99, 0.999999)),
        ("(1 - cos x) / x^2", "cancelling", lambda m, x: (1 - m.cos(x)) / (x * x), magnitudes(-3, 0)),
        ("(e^x - 1) / x", "cancelling", lambda m, x: (m.exp(x) - 1) / x, magnitudes(-5, 0)),
        ("sqrt(x^2 + 1) - x", "cancelling", lambda m, x: m.sqrt(x * x + 1) - x, magnitudes(0, 4)),
        ("log(1 + x)", "cancelling", lambda m, x: m.log(1 + x), magnitudes(-8, 0)),
        ("x - sin x", "cancelling", lambda m, x: x - m.sin(x), magnitudes(-2, 0)),
        ("(x - 1)^7 expanded", "cancelling", horner_one, uniform(0.7, 1.4)),
        ("log(1 + x) / x", "cancelling", lambda m, x: m.log(1 + x) / x, magnitudes(-11, -3)),
        ("(sqrt(1 + x) - 1) / x", "cancelling", lambda m, x: (m.sqrt(1 + x) - 1) / x, magnitudes(-11, -3)),
        ("(x + 1e9) - 1e9", "cancelling", lambda m, x: (x + 10**9) - 10**9, uniform(-3, 3)),
        ("float32 sin", "float32 inside", lambda m, x: m.single(m.sin(m.single(x))), uniform(-3, 3)),
        ("float32 exp", "float32 inside", lambda m, x: m.single(m.exp(m.single(x))), uniform(-3, 3)),
        ("float32 cube", "float32 inside", lambda m, x: m.single(m.single(x) ** 3), uniform(-3, 3)),
        ("float32 in the middle", "float32 inside", lambda m, x: m.exp(m.single(m.sin(x))) * x, uniform(-3, 3)),
        ("float16 in the middle", "float32 inside", lambda m, x: m.exp(m.half(m.sin(x))), uniform(-3, 3)),
        ("fixed point inside", "float32 inside", lambda m, x: m.fixed(x) + 1, uniform(-5, 5)),
        ("relu", "piecewise", relu, near(0.0, 1.0, -1.0, 3e-7, -3e-7, 1e-3, 1e-12)),
        ("relu + sin", "piecewise", lambda m, x: 1.75 * relu(m, x) + m.sin(x), near(0.0, 0.5, 3e-7, -1e-10)),
        ("abs", "piecewise", lambda m, x: abs(x), near(0.0, 1.0, -1e-5)),
        ("tiny kink", "piecewise", lambda m, x: m.exp(x) + abs(x - 1) / 10**4, near(1.0, 1.1, 1 + 1e-6)),
        ("x |x|", "piecewise", lambda m, x: x * abs(x) + m.sin(x), near(0.0, 0.3, -1e-4)),
        ("|x|^3", "piecewise", lambda m, x: abs(x) ** 3 + x, near(0.0, 0.3, -1e-4)),
        ("huber", "piecewise", huber, near(1.0, -1.0, 0.3, 1.001)),
        ("elu", "piecewise", elu, near(0.0, 0.5, -0.5, 1e-6)),
        ("hinge square", "piecewise", lambda m, x: relu(m, 1 - x) ** 2, near(1.0, 0.5, 2.0, 0.9999)),
        ("max of three", "piecewise", lambda m, x: max(m.sin(x), m.cos(x), x / 2), uniform(-3, 3)),
        ("cbrt", "piecewise", lambda m, x: m.cbrt(x), near(0.0, 1.0, 1e-6)),
        ("weierstrass, 12 terms", "piecewise", weierstrass, uniform(-3, 3)),
        ("takagi, 12 terms", "piecewise", takagi, uniform(-1, 1)),
        ("sign(x) |x|^1.5", "singular", power_at_zero, near(0.0, 1e-10, 1e-5)),
        ("x + exp(-1/x^2)", "singular", smooth_bump, near(0.0, 0.02, 0.3)),
        ("smooth abs of 1e-8", "singular", lambda m, x: m.sqrt((x - 1) ** 2 + m.number(1e-16)), near(1.0, 1 + 1e-9, 1 + 1e-8, 1 + 1e-6)),
        ("softplus of 1e6", "singular", lambda m, x: m.log(1 + m.exp(1e6 * (x - 1))) / 10**6, near(1.0, 1 + 1e-7, 1 - 1e-5)),
        ("step", "discontinuous", lambda m, x: m.number(1 if x > 0 else 0) + x, near(0.0, 1e-9, -1e-9, 1.0)),
        ("sign times exp", "discontinuous", lambda m, x: m.exp(x) * (1 if x > 0 else -1), near(0.0, 0.1, 1e-5)),
        ("remainder", "discontinuous", lambda m, x: x - m.floor(x), near(1.0, 1.5, 1.001, 0.999999)),
        ("small jumps", "discontinuous", lambda m, x: x + m.floor(x) / 10**6, near(1.0, 1.5, 1.001, 0.999999)),
        ("floor", "staircase", lambda m, x: m.number(m.floor(x)), uniform(-5, 5)),
        ("floor(1e3 x) / 1e3", "staircase", lambda m, x: m.number(m.floor(1000 * x)) / 1000, uniform(-5, 5)),
    )
)
