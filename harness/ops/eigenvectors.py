"""Eigenvectors and singular vectors in a fixed gauge, so that they are functions of the matrix.

    A = V diag(w) V^H,   A = U diag(s) V^H,   each column v of V (of U) turned so that sum_i (n - i) v_i > 0

Without the gauge a column is only known up to a sign (a phase). Smooth where the eigenvalues (singular values) are apart and no gauge sum vanishes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.margins import smallest
from harness.ops.matrices import FLOOR, FULL_RANK, SQUARE, hermitian_part, rectangular, square
from harness.ops.op import Op, Operand, Params, Shapes, Values, no_params
from harness.ops.sources import array_api

F = "eigenvectors"


def _gauge(vectors: np.ndarray) -> np.ndarray:
    """sum_i (n - i) v_i per column of `vectors` (..., n, k); shape (..., 1, k)."""
    return np.asarray(np.cumsum(vectors, axis=-2).sum(axis=-2, keepdims=True))


def _phase(vectors: np.ndarray) -> np.ndarray:
    gauge = _gauge(vectors)
    return np.asarray(gauge / np.where(gauge == 0, 1.0, np.abs(gauge)))


def _eigh(x: np.ndarray) -> Any:
    values, vectors = np.linalg.eigh(hermitian_part(x))
    return values, vectors * np.conj(_phase(vectors))


def _svd(x: np.ndarray) -> Any:
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    phase = _phase(left)
    return left * np.conj(phase), sizes, np.swapaxes(phase, -1, -2) * right


def _eigh_margin(values: Values, params: Params) -> float:
    """A gap between eigenvalues, times the gauge sum where that is small: it vanishes after a turn by its size over the gap."""
    sizes, vectors = _eigh(values[0])
    return _turned(np.diff(sizes, axis=-1), vectors)


def _svd_margin(values: Values, params: Params) -> float:
    left, sizes, _ = _svd(values[0])
    return min(_turned(-np.diff(sizes, axis=-1), left), smallest(sizes))


def _turned(gaps: np.ndarray, vectors: np.ndarray) -> float:
    gap = smallest(gaps)
    return min(gap, gap * smallest(np.abs(_gauge(vectors))) if np.isfinite(gap) else np.inf)


def _apart(margin: Any) -> Any:
    """The vectors do not only have a kink where values meet, they jump: no derivative is right."""
    return lambda values, params: margin(values, params) >= FLOOR * max(1.0, float(np.max(np.abs(values[0]), initial=0.0)))


def _eigh_shapes(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-1], shapes[0])


def _svd_shapes(shapes: Shapes, params: Params) -> Shapes:
    *batch, rows, columns = shapes[0]
    inner = min(rows, columns)
    return ((*batch, rows, inner), (*batch, inner), (*batch, inner, columns))


OPS = (
    Op(
        "eigh",
        F,
        _eigh,
        (Operand("x", SQUARE),),
        array_api("linalg.eigh"),
        square,
        no_params,
        _eigh_shapes,
        _eigh_margin,
        _apart(_eigh_margin),
        complex=True,
    ),
    Op(
        "svd",
        F,
        _svd,
        (Operand("x", FULL_RANK),),
        array_api("linalg.svd"),
        rectangular(lambda rows, columns: True),
        no_params,
        _svd_shapes,
        _svd_margin,
        _apart(_svd_margin),
        complex=True,
    ),
)
