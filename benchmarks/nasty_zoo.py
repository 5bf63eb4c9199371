"""Right but nasty functions for benchmarks/false_alarms.py: torch's own formulas, correct by inspection, where finite differences are hard.

A family a list: the points at which gradcheck raises false alarms, functions that oscillate, cancel, saturate, are badly scaled, have kinks. The last
family drowns in its own rounding (noise / distance to what must be resolved > 1e-6), or converges too slowly, so that INCONCLUSIVE is the right
answer; it must not be BROKEN.
Left out: digamma, whose derivative in torch 2.13 really is off by up to 4e-10 (docs/findings.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Nasty:
    """A torch function of tensors, and where to look at it."""

    name: str
    function: Callable[..., torch.Tensor]
    draw: Callable[[np.random.Generator], Arrays]
    dtype: str = "float64"


def near(centre: float, spread: float = 0.3, shape: tuple[int, ...] = (3,)) -> Callable[[np.random.Generator], Arrays]:
    """Points within a factor 1 +- spread of `centre`."""
    return lambda rng: (centre * (1 + spread * rng.uniform(-1, 1, shape)),)


def normal(*shapes: tuple[int, ...], size: float = 1.0) -> Callable[[np.random.Generator], Arrays]:
    """Gaussian points of a common size."""
    return lambda rng: tuple(size * rng.standard_normal(shape) for shape in shapes)


def decades(low: float, high: float, shape: tuple[int, ...] = (3,), *, signed: bool = False) -> Callable[[np.random.Generator], Arrays]:
    """Points whose magnitudes spread over decades, log10 between `low` and `high`."""
    return lambda rng: (10.0 ** rng.uniform(low, high, shape) * (rng.choice((-1.0, 1.0), shape) if signed else 1.0),)


def constant(value: float, shape: tuple[int, ...] = (3,)) -> Callable[[np.random.Generator], Arrays]:
    """The same point always."""
    return lambda rng: (np.full(shape, value),)


def tied(rng: np.random.Generator) -> Arrays:
    """Small integers: ties everywhere."""
    return (rng.integers(-2, 3, (5,)).astype(float),)


def spd(rng: np.random.Generator) -> Arrays:
    """A positive definite matrix with a condition number of up to 1e4."""
    q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    return ((q * 10.0 ** rng.uniform(-4, 0, 3)) @ q.T,)


KNOWN = [  # the list of false alarms of other checkers
    Nasty("sqrt at 1e-6", torch.sqrt, near(1e-6)),
    Nasty("log at 1e-7", torch.log, near(1e-7)),
    Nasty("x at 1e8", lambda x: 1.0 * x, near(1e8)),
    Nasty("x^2 at 1e8", torch.square, near(1e8)),
    Nasty("sin(x) + 1e7", lambda x: x.sin() + 1e7, normal((3,))),
    Nasty("sin(1e5 x)", lambda x: (1e5 * x).sin(), normal((3,))),
    Nasty("relu at 0", torch.relu, constant(0.0, (1,))),
    Nasty("relu at 0, several", torch.relu, constant(0.0)),
    Nasty("relu at 3e-7", torch.relu, near(3e-7)),
    Nasty("relu at +-1e-7 and 1", torch.relu, lambda rng: (np.array([1e-7, -1e-7, 1.0]) * rng.uniform(0.5, 2, 3),)),
    Nasty("sin in float32", torch.sin, normal((3,)), "float32"),
    Nasty("exp in float32", torch.exp, normal((3,)), "float32"),
    Nasty("cube in float32", lambda x: x**3, normal((3,)), "float32"),
]
OSCILLATING = [
    Nasty("cos(1e3 x) x", lambda x: (1e3 * x).cos() * x, normal((3,))),
    Nasty("sin(1 / x)", lambda x: (1 / x).sin(), decades(-3, 1)),
    Nasty("sin(x^2) at 1e3", lambda x: x.square().sin(), near(1e3)),
    Nasty("sin(exp(x)) to 8", lambda x: x.exp().sin(), lambda rng: (rng.uniform(0, 8, 3),)),
    Nasty("x + 1e-4 sin(1e4 x)", lambda x: x + 1e-4 * (1e4 * x).sin(), normal((3,))),
]
CANCELLING = [
    Nasty("1e6 + x y", lambda x, y: 1e6 + x * y, normal((3,), (3,))),
    Nasty("1 - cos(x) at 1e-2", lambda x: 1 - x.cos(), decades(-3, -1)),
    Nasty("(1 + x)^2 - 1 - 2 x", lambda x: (1 + x) ** 2 - 1 - 2 * x, decades(-2, 0)),
    Nasty("exp(x) - 1 at 1e-6", lambda x: x.exp() - 1, decades(-8, -4)),
    Nasty("expm1 at 1e-6", torch.expm1, decades(-8, -4)),
    Nasty("log(1 + exp(x))", lambda x: torch.log1p(x.exp()), normal((3,), size=5)),
    Nasty("var of large numbers", lambda x: x.var(), near(1e6, 1e-3, (8,))),
    Nasty("x - mean(x) at 1e6", lambda x: x - x.mean(), near(1e6, 1e-3, (8,))),
    Nasty("logsumexp, shifted", lambda x: torch.logsumexp(x + 1e4, 0), normal((5,))),
]
SCALED = [
    Nasty("1 / x over decades", torch.reciprocal, decades(-8, 8, signed=True)),
    Nasty("log over decades", torch.log, decades(-30, 30)),
    Nasty("x^3 over decades", lambda x: x**3, decades(-6, 6, signed=True)),
    Nasty("x / |x|^2 over decades", lambda x: x / x.square().sum(), decades(-4, 4, signed=True)),
    Nasty("exp at -30", torch.exp, near(-30)),
    Nasty("exp at 100", torch.exp, near(100)),
    Nasty(
        "tiny and large leaves", lambda x, y: (x * 1e9).sin() * y.square(), lambda rng: (1e-9 * rng.standard_normal(3), 1e5 * rng.standard_normal(3))
    ),
    Nasty("norm over decades", lambda x: x.norm(), decades(-8, 2, signed=True)),
    Nasty("x at 1e-200", lambda x: 3 * x, near(1e-200)),
    Nasty("x at 1e200", lambda x: 3 * x, near(1e200)),
    Nasty("prod with a small factor", lambda x: x.prod(), decades(-6, 3, (5,), signed=True)),
]
SATURATING = [
    Nasty("tanh at 6", torch.tanh, near(6)),
    Nasty("sigmoid at -30", torch.sigmoid, near(-30)),
    Nasty("erfc at 4", torch.special.erfc, near(4)),
    Nasty("softmax, one wins", lambda x: torch.softmax(10 * x, 0), normal((4,), size=0.5)),
    Nasty("log softmax", lambda x: torch.log_softmax(x, 0), normal((5,), size=10)),
    Nasty("lgamma near 0", torch.lgamma, decades(-6, 0)),
    Nasty("atan2 over decades", torch.atan2, lambda rng: (*decades(-3, 3, signed=True)(rng), *decades(-3, 3, signed=True)(rng))),
    Nasty("asin near 1", torch.asin, lambda rng: (1 - 10.0 ** rng.uniform(-6, -1, 3),)),
    Nasty("acosh near 1", torch.acosh, lambda rng: (1 + 10.0 ** rng.uniform(-6, -1, 3),)),
    Nasty("tan near its pole", torch.tan, lambda rng: (np.pi / 2 - 10.0 ** rng.uniform(-5, -1, 3),)),
    Nasty("x^0.1 near 0", lambda x: x**0.1, decades(-10, 0)),
    Nasty("x log x near 0", lambda x: torch.special.xlogy(x, x), decades(-10, 0)),
]
KINKED = [
    Nasty("abs, some entries near 0", torch.abs, lambda rng: (rng.standard_normal(5) * 10.0 ** rng.uniform(-6, 0, 5),)),
    Nasty("max with near ties", lambda x: x.max(), lambda rng: (1 + 1e-6 * rng.standard_normal(5),)),
    Nasty("amax with ties", lambda x: x.amax(), tied),
    Nasty("abs of integers", torch.abs, tied),
    Nasty("clamp at its ends", lambda x: x.clamp(-1, 1), tied),
    Nasty("leaky relu at 0 and beside", lambda x: F.leaky_relu(x, 0.1), lambda rng: (rng.standard_normal(5) * (rng.random(5) < 0.7),)),
    Nasty("hardtanh beside its ends", F.hardtanh, lambda rng: (rng.choice((-1.0, 1.0), 5) * (1 + 1e-5 * rng.standard_normal(5)),)),
    Nasty("huber", lambda x: F.huber_loss(x, torch.zeros_like(x)), normal((5,))),
    Nasty("sorted", lambda x: x.sort().values * torch.arange(1.0, 6.0, dtype=x.dtype), normal((5,))),
    Nasty("median", lambda x: x.median(), normal((5,))),
    Nasty("x relu(x)", lambda x: x * torch.relu(x), lambda rng: (rng.standard_normal(5) * (rng.random(5) < 0.7),)),
    Nasty("sqrt(x^2 + 1e-16)", lambda x: (x.square() + 1e-16).sqrt(), decades(-10, -6, signed=True)),
    Nasty("relu of a layer", lambda x, a: torch.relu(a @ x), normal((4,), (8, 4))),
]
COMPOSED = [
    Nasty("inverse", torch.linalg.inv, spd),
    Nasty("log det", torch.logdet, spd),
    Nasty("cholesky", lambda a: torch.linalg.cholesky((a + a.mT) / 2), spd),
    Nasty("eigenvalues", lambda a: torch.linalg.eigvalsh((a + a.mT) / 2), spd),
    Nasty("singular values", torch.linalg.svdvals, normal((3, 4))),
    Nasty("matrix exponential", torch.linalg.matrix_exp, normal((3, 3))),
    Nasty("layer norm", lambda x: F.layer_norm(x, (6,)), normal((2, 6))),
    Nasty("layer norm, nearly equal", lambda x: F.layer_norm(x, (6,)), near(1.0, 1e-3, (2, 6))),
    Nasty("deep tanh", lambda x, a: torch.tanh(a @ torch.tanh(a @ torch.tanh(a @ x))), normal((4,), (4, 4))),
    Nasty("cumprod", lambda x: x.cumprod(0), normal((8,))),
    Nasty("logistic map, 12 steps", lambda x: logistic(x, 12), lambda rng: (rng.uniform(0.1, 0.9, 3),)),
    Nasty("conv1d", lambda x, w: F.conv1d(x, w), normal((1, 2, 9), (3, 2, 3))),
    Nasty("gelu", F.gelu, normal((5,), size=3)),
    Nasty("sin in float32, large", torch.sin, normal((3,), size=100), "float32"),
    Nasty("softmax in float32", lambda x: torch.softmax(x, 0), normal((5,), size=3), "float32"),
    Nasty("layer norm in float32", lambda x: F.layer_norm(x, (6,)), normal((2, 6)), "float32"),
    Nasty("log of sum exp in bfloat16", lambda x: torch.logsumexp(x, 0), normal((5,)), "bfloat16"),
    Nasty("product in float16", lambda x, y: x * y, normal((4,), (4,)), "float16"),
    Nasty("complex square", lambda z: z * z, lambda rng: (rng.standard_normal(3) + 1j * rng.standard_normal(3),), "complex128"),
    Nasty("modulus", torch.abs, lambda rng: (rng.standard_normal(3) + 1j * rng.standard_normal(3),), "complex128"),
]
DROWNED = [
    Nasty("1e10 + x y", lambda x, y: 1e10 + x * y, normal((3,), (3,))),
    Nasty("1 - cos(x) at 1e-5", lambda x: 1 - x.cos(), decades(-6, -4)),
    Nasty("(1 + x)^2 - 1 - 2 x at 1e-5", lambda x: (1 + x) ** 2 - 1 - 2 * x, decades(-6, -4)),
    Nasty("softmax, wholly saturated", lambda x: torch.softmax(10 * x, 0), normal((4,), size=3)),
    Nasty("tanh at 12", torch.tanh, near(12)),
    Nasty("asin 1e-8 beside 1", torch.asin, lambda rng: (1 - 10.0 ** rng.uniform(-9, -7, 3),)),
    Nasty("abs, some entries at 1e-10", torch.abs, lambda rng: (rng.standard_normal(5) * 10.0 ** rng.choice((-10.0, 0.0), 5),)),
    Nasty("log(1 + x) / x at 1e-8", lambda x: torch.log(1 + x) / x, decades(-10, -7)),
    Nasty("(sqrt(1 + x) - 1) / x at 1e-8", lambda x: ((1 + x).sqrt() - 1) / x, decades(-10, -7)),
    Nasty("x + sign(x) |x|^1.5 at 0", lambda x: x + x.sign() * x.abs() ** 1.5, lambda rng: (rng.standard_normal(5) * (rng.random(5) < 0.7),)),
    Nasty("rounded to float32 inside", lambda x: (x.float().double() + x).sin(), normal((3,))),
]


def logistic(x: torch.Tensor, steps: int) -> torch.Tensor:
    """The map x -> 3.9 x (1 - x), iterated: a polynomial of degree 2^steps."""
    for _ in range(steps):
        x = 3.9 * x * (1 - x)
    return x


ZOO = [*KNOWN, *OSCILLATING, *CANCELLING, *SCALED, *SATURATING, *KINKED, *COMPOSED, *DROWNED]
UNDECIDABLE = frozenset(nasty.name for nasty in DROWNED)
