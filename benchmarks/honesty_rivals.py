"""Other ways to estimate f'(x), as the tools that use them do: each gives (value, bound or None, evaluations).

The rules are re-implemented from their published sources, so that no framework is needed; numdifftools runs where it is installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

Guess = tuple[float, float | None, int]
Rival = Callable[[Callable[[float], float], float], Guess]
EPS = 2.0**-52
NO_NUMDIFFTOOLS = "numdifftools is not installed and left out of the comparison; to have it there: pip install numdifftools"


def torch_gradcheck(f: Callable[[float], float], x: float) -> Guess:
    """(f(x + h) - f(x - h)) / 2h, h = 1e-6. Source: torch/autograd/gradcheck.py, gradcheck(eps=1e-6)."""
    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6, None, 2


def jax_check_grads(f: Callable[[float], float], x: float) -> Guess:
    """(f(x + h/2) - f(x - h/2)) / h, h = 1e-4. Source: jax/_src/public_test_util.py, numerical_jvp(eps=1e-4)."""
    return (f(x + 0.5e-4) - f(x - 0.5e-4)) / 1e-4, None, 2


def finite_differences_jl(f: Callable[[float], float], x: float) -> Guess:
    """central_fdm(5, 1) with its adaptive step, and the accuracy that it states.

    The step balances rounding C1 / h and truncation C2 h^4, where f^(5) is estimated by central_fdm(7, 5) at a default step.
    Source: FiniteDifferences.jl, src/methods.jl (estimate_step, adapt = 1, condition = 10, factor = 1).
    """
    first, fifth = _stencil(5, 1), _stencil(7, 5)
    values7 = _default_step(7, 5, f(x))
    samples = np.array([f(x + values7 * k) for k in range(-3, 4)])
    magnitude5 = abs(float(fifth @ samples)) / values7**5
    size = max(float(np.max(np.abs(samples))), EPS)
    if magnitude5 == 0:
        magnitude5 = 10 * size
    rounding = EPS * size * float(np.sum(np.abs(first)))
    truncation = magnitude5 * float(np.sum(np.abs(first * np.arange(-2.0, 3) ** 5))) / math.factorial(5)
    step = (rounding / (4 * truncation)) ** 0.2
    value = float(first @ np.array([f(x + step * k) for k in range(-2, 3)])) / step
    return value, rounding / step + truncation * step**4, 1 + 7 + 5


def numdifftools(f: Callable[[float], float], x: float) -> Guess:
    """numdifftools.Derivative with its defaults, and its error estimate."""
    import numdifftools as nd

    count = [0]

    def counted(t: np.ndarray) -> np.ndarray:
        count[0] += np.size(t)
        return np.vectorize(lambda s: f(float(s)), otypes=[float])(t)

    told = nd.Derivative(counted, full_output=True)(x)
    value, error = (told.estimate, told.error_estimate) if hasattr(told, "estimate") else (told[0], told[1].error_estimate)  # 0.11, and before
    return float(value), float(error), count[0]


def rivals() -> dict[str, Rival]:
    """Every rival that can run here, by the name that the table shows."""
    found: dict[str, Rival] = {"torch gradcheck's step": torch_gradcheck, "JAX check_grads' step": jax_check_grads}
    found["FiniteDifferences.jl (5, 1)"] = finite_differences_jl
    if find_spec("numdifftools"):
        found["numdifftools"] = numdifftools
    return found


def _stencil(points: int, order: int) -> np.ndarray:
    """Weights of the central difference of `order` on `points` integer nodes."""
    nodes = np.arange(points) - points // 2.0
    right = np.zeros(points)
    right[order] = math.factorial(order)
    weights: np.ndarray = np.linalg.solve(nodes[None] ** np.arange(points)[:, None], right)
    return weights


def _default_step(points: int, order: int, value: float) -> float:
    """The step when nothing is known: f^(points) taken as 10 |f|."""
    weights, nodes = _stencil(points, order), np.arange(points) - points // 2.0
    size = max(abs(value), EPS)
    rounding = EPS * size * float(np.sum(np.abs(weights)))
    truncation = 10 * size * float(np.sum(np.abs(weights * nodes**points))) / math.factorial(points)
    return float((order / (points - order) * rounding / truncation) ** (1 / points))
