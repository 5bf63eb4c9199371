"""Linear algebra: determinants, inverses, solves, factors and functions of matrices (..., n, n).

    solve(A, b) = A^-1 b;   cholesky(A) = L with L L^H = (A + A^H) / 2;   logabsdet(A) = log |det A|

Where a function is defined for Hermitian matrices only, the op takes any matrix and uses its Hermitian part, so that it is differentiable in
every entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg

from harness.ops.choose import Choose, Shape
from harness.ops.domain import REALS, Domain
from harness.ops.forms import Parameters, one_of
from harness.ops.margins import smallest
from harness.ops.matrices import (
    FLOOR,
    FULL_RANK,
    NONSINGULAR,
    POSITIVE_DEFINITE,
    SQUARE,
    TRIANGULAR,
    broadcast_right_hand_side,
    hermitian_part,
    matrix_equation,
    rectangular,
    square,
    square_shape,
)
from harness.ops.op import Op, Operand, Params, Shapes, Values, no_params, same_shape
from harness.ops.sources import array_api, torch_docs

F = "linear_algebra"


def _logabsdet(x: np.ndarray) -> Any:
    return np.linalg.slogdet(x)[1]


def _batch(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-2],)


def _cholesky(x: np.ndarray) -> Any:
    return np.linalg.cholesky(hermitian_part(x))


def _solve(x: np.ndarray, y: np.ndarray) -> Any:
    return np.linalg.solve(x, y[..., None])[..., 0] if y.ndim == 1 else np.linalg.solve(x, y)


def _right_hand_sides(choose: Choose, first: Shape | None) -> Shapes:
    """A (..., n, n); a vector (n,) beside a single matrix, or a matrix (..., n, k)."""
    x = square_shape(choose, first)
    if len(x) == 2 and choose.boolean():
        return (x, x[-1:])
    return (x, (*x[:-1], choose.integer(1, 3)))


def _as_right_hand_side(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


def solved(x: np.ndarray, y: np.ndarray) -> Any:
    """Y is a matrix: NumPy 1 would take one of one axis less than x for vectors."""
    return np.linalg.solve(x, np.broadcast_to(y, (*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), *y.shape[-2:])))


def triangular_factor(x: np.ndarray, *, upper: bool, unitriangular: bool) -> np.ndarray:
    """One triangle of `x`, with ones on its diagonal if `unitriangular`."""
    factor = np.triu(x) if upper else np.tril(x)
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    return factor * (1 - eye) + eye if unitriangular else factor


def _solve_triangular(x: np.ndarray, y: np.ndarray, *, upper: bool, unitriangular: bool) -> Any:
    return solved(triangular_factor(x, upper=upper, unitriangular=unitriangular), y)


def _cholesky_solve(x: np.ndarray, y: np.ndarray) -> Any:
    lower = np.tril(x)
    return solved(lower @ np.conj(np.swapaxes(lower, -1, -2)), y)


def _matrix_power(x: np.ndarray, *, n: int) -> Any:
    return np.linalg.matrix_power(x, n)


def _matrix_exp(x: np.ndarray) -> Any:
    return np.asarray([linalg.expm(matrix) for matrix in x.reshape(-1, *x.shape[-2:])], dtype=x.dtype).reshape(x.shape)


def _transposed(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-2], shapes[0][-1], shapes[0][-2]),)


def _qr(x: np.ndarray) -> Any:
    return tuple(np.linalg.qr(x))


def _reflection_margin(values: Values, params: Params) -> float:
    """Householder's R_kk = -sign(a) sqrt(a^2 + b^2) changes sign where a, the pivot, or b, the column below it, vanishes.

    LAPACK tells tau = 1 - a / R_kk; the last row of a square matrix has nothing below it and is left alone.
    """
    x = values[0]
    if not x.size:
        return float("inf")
    reflected, tau = np.linalg.qr(x, mode="raw")
    pivots = np.diagonal(reflected, axis1=-2, axis2=-1)
    cosine = (1 - tau)[..., : x.shape[-2] - 1]
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    return smallest(np.abs(pivots[..., : cosine.shape[-1]]) * np.minimum(np.abs(cosine), sine))


def _signs_stay(values: Values, params: Params) -> bool:
    """The sign does not only have a kink there, it jumps: no derivative is right."""
    return _reflection_margin(values, params) >= FLOOR / 10


def _thin_factors(shapes: Shapes, params: Params) -> Shapes:
    columns = shapes[0][-1]
    return (shapes[0], (*shapes[0][:-2], columns, columns))


def _row(
    name: str,
    reference: Callable[..., Any],
    source: str,
    domain: Domain = REALS,
    shapes: Callable[[Choose, Shape | None], Shapes] = square,
    result_shapes: Callable[[Shapes, Params], Shapes] = same_shape,
    *,
    parameters: Parameters = no_params,
) -> Op:
    return Op(name, F, reference, (Operand("x", domain),), source, shapes, parameters, result_shapes, complex=True)


def _equation(
    name: str, reference: Callable[..., Any], source: str, domain: Domain, shapes: Any, result: Any, parameters: Parameters = no_params
) -> Op:
    """A linear system in y."""
    return Op(name, F, reference, (Operand("x", domain), Operand("y")), source, shapes, parameters, result, complex=True)


_MATRICES = (matrix_equation, broadcast_right_hand_side)
_triangle = one_of(upper=(False, True), unitriangular=(False, True))
OPS = (
    _row("det", np.linalg.det, array_api("linalg.det"), SQUARE, result_shapes=_batch),
    _row("logabsdet", _logabsdet, array_api("linalg.slogdet"), NONSINGULAR, result_shapes=_batch),
    _row("inv", np.linalg.inv, array_api("linalg.inv"), NONSINGULAR),
    _row("pinv", np.linalg.pinv, array_api("linalg.pinv"), FULL_RANK, rectangular(lambda rows, columns: True), _transposed),
    _row("cholesky", _cholesky, array_api("linalg.cholesky"), POSITIVE_DEFINITE),
    Op(
        "qr",
        F,
        _qr,
        (Operand("x", FULL_RANK),),
        array_api("linalg.qr"),
        rectangular(lambda rows, columns: rows >= columns),
        result_shapes=_thin_factors,
        margin=_reflection_margin,
        admits=_signs_stay,
    ),
    _row("matrix_power", _matrix_power, array_api("linalg.matrix_power"), NONSINGULAR, parameters=one_of(n=(2, 3, 1, 0, -1, -2))),
    _row("matrix_exp", _matrix_exp, torch_docs("linalg.matrix_exp"), SQUARE),
    _equation("solve", _solve, array_api("linalg.solve"), NONSINGULAR, _right_hand_sides, _as_right_hand_side),
    _equation("solve_triangular", _solve_triangular, torch_docs("linalg.solve_triangular"), TRIANGULAR, *_MATRICES, _triangle),
    _equation("cholesky_solve", _cholesky_solve, torch_docs("cholesky_solve"), TRIANGULAR, *_MATRICES),
)
