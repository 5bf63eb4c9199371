"""How far rounding alone may move a number, from the precision, the number of terms and their magnitudes.

    |fl(sum a_i b_i) - sum a_i b_i| <= gamma_n sum |a_i b_i|,     gamma_n = n u / (1 - n u),     u = eps / 2

and for long sums lambda sqrt(n) u instead of n u, since errors of random sign cancel.

Source: Higham, Accuracy and Stability of Numerical Algorithms (2002), section 3.1; Higham and Mary (2019), theorem 2.4.
"""

from __future__ import annotations

import math

import numpy as np

from harness.oracles.norms import rms
from harness.verdict.constants import LAST_OPERATIONS, PROBABILISTIC_LAMBDA, RANDOM_SIGNS, analytic_error, eps, ulp_at_zero


def gamma(terms: int, dtype: str = "float64") -> float:
    """The relative error of a sum of `terms` products in `dtype`, in any order of summation; at most 1."""
    u = eps(dtype) / 2
    certain = terms * u / (1 - terms * u) if terms * u < 1 else 1.0
    likely = math.expm1(PROBABILISTIC_LAMBDA * math.sqrt(terms) * u + terms * u * u / (1 - u))
    return min(certain, likely, 1.0)


def inner_product_rounding(a: np.ndarray, b: np.ndarray, dtype: str = "float64") -> float:
    """How far <a, b> computed in `dtype` may be from its exact value: gamma_n sum |a_i b_i| and n underflows, in the units of the product."""
    with np.errstate(all="ignore"):
        size, terms = float(np.sum(np.abs(a) * np.abs(b), dtype=np.float64)), max(int(np.size(a)), 1)
    return gamma(terms, dtype) * size + terms * ulp_at_zero(dtype)


def analytic_rounding(gradient: np.ndarray, direction: np.ndarray, dtype: str = "float64") -> float:
    """How far <g, D v> may be from exact when each entry of the gradient is right to ANALYTIC_ULPS.

    e_j = ulps(g_j) |(D v)_j|: their sum, or lambda |e|_2 where that is less, since the signs of v are random; and the rounding of the product itself,
    which is summed in double precision. The ulp of a g_j that underflows is the smallest number of `dtype`.
    """
    error, underflow, terms = analytic_error(dtype), ulp_at_zero(dtype) / eps(dtype), max(int(np.size(gradient)), 1)
    with np.errstate(all="ignore"):
        products = np.abs(gradient * direction).ravel().astype(np.float64, copy=False)
        total, length = float(products.sum()), float(rms(np.ravel(direction)))
        certain = error * (total + underflow * terms * length)
        chance = float(rms(products)) + underflow * length  # rms: a plain norm would lose squares that underflow
        likely = RANDOM_SIGNS * math.sqrt(terms) * error * chance
    return min(certain, likely) + gamma(terms) * total + terms * ulp_at_zero("float64")


def natural_size(gradient: np.ndarray, direction: np.ndarray) -> float:
    """The size that <g, D v> would have by chance: sum |g_j (D v)_j| / sqrt(n). Relative to it a comparison's resolution is measured."""
    with np.errstate(all="ignore"):
        size = float(np.sum(np.abs(gradient * direction), dtype=np.float64))
    return size / math.sqrt(max(int(np.size(gradient)), 1))


def value_rounding(values: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """How far a derivative per large step may be off because it is computed from values of this size: a few ulps of them, of the shape of `values`.

    Finite differences cannot do better: their own noise is an ulp of the values divided by a step that is at most large.
    """
    with np.errstate(all="ignore"):
        return np.asarray(np.nan_to_num(gamma(LAST_OPERATIONS, dtype) * np.abs(values), posinf=0.0))


def elementwise_rounding(values: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """How far each of `values` may be off when a correct formula gives it to ANALYTIC_ULPS; of the shape of `values`."""
    with np.errstate(all="ignore"):
        return np.asarray(analytic_error(dtype) * (np.abs(values) + ulp_at_zero(dtype) / eps(dtype)))


def formula_rounding(values: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """How far each of `values` may be from the same formula evaluated in another order: the rounding of its last few operations."""
    with np.errstate(all="ignore"):
        return np.asarray(gamma(LAST_OPERATIONS, dtype) * (np.abs(values) + ulp_at_zero(dtype) / eps(dtype)))


def normwise_rounding(values: np.ndarray, dtype: str = "float64") -> float:
    """How far any of `values` may be off where all are sums of the same terms, as in a matrix product or an FFT: ulps of the largest."""
    sizes = np.abs(np.ravel(values))
    return gamma(LAST_OPERATIONS, dtype) * float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))
