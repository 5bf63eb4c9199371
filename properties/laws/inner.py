"""The real inner product of arrays, over several arrays and complex ones.

    <a, b> = Re sum_i conj(a_i) b_i

Under it a complex array of n entries is a real one of 2 n, and the vjp in the canonical (conjugate) convention is the adjoint of the jvp.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.verdict.constants import ulp_at_zero
from harness.verdict.rounding import inner_product_rounding, natural_size


def inner(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> float:
    """<a, b> summed over the arrays, in double precision; finite or not, never a warning (NumPy's vdot gives none)."""
    return sum([float(np.vdot(wide(x), wide(y)).real) for x, y in zip(a, b, strict=True)], 0.0)


def inner_rounding(a: Sequence[np.ndarray], b: Sequence[np.ndarray], dtype: str) -> float:
    """How far <a, b> may be off by rounding in `dtype`: products and sum, and the underflow of the entries themselves."""
    with np.errstate(all="ignore"):
        left, right = (np.concatenate([np.abs(wide(x)).ravel() for x in side] or [np.zeros(0)]) for side in (a, b))
        products = left * right
        underflow = ulp_at_zero(dtype) * float(np.sum(left) + np.sum(right))
    return inner_product_rounding(products, np.ones_like(products), dtype) + underflow


def inner_size(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> float:
    """The size that <a, b> would have by chance, whatever cancels in it."""
    return natural_size(flat(a), flat(b))


def typical(x: np.ndarray) -> float:
    """The root mean square: what an entry of `x` is measured against, where it happens to be small itself."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0


def wide(x: np.ndarray) -> np.ndarray:
    """`x` in double precision, real or complex."""
    return np.asarray(x, dtype=np.complex128 if x.dtype.kind == "c" else np.float64)


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All entries in one real vector; a complex entry is two real ones."""
    parts = [np.ascontiguousarray(wide(x)).ravel() for x in arrays]
    return np.concatenate([part.view(np.float64) if part.dtype.kind == "c" else part for part in parts] or [np.zeros(0)])
