"""Structured matrix domains: bounded away from where an inverse or a factor stops being smooth.

    nonsingular, full rank:  s_min >= FLOOR max(s_max, 1)        s: singular values of each matrix
    positive definite:       lambda_min >= FLOOR max(|lambda|_max, 1)  of the Hermitian part
    triangular factor:       |x_ii| >= PIVOT max(|x|, 1)

Every operand is a stack of matrices (..., m, n).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import Domain
from harness.ops.op import Params, Shapes

FLOOR = 1e-2  # condition numbers below 100 (or the largest entry x 100): an inverse loses two decimals, its second derivative six
PIVOT = 0.25  # back substitution through n rows grows like (1 + 1 / PIVOT)^n: below 1e3 for n = 4
SLACK = 1 - 1e-6  # a projected matrix is recomposed from its factors, and rounds


def _adjoint(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.conj(np.swapaxes(x, -1, -2)))


def _floors(sizes: np.ndarray) -> np.ndarray:
    """The smallest size allowed beside `sizes` (..., k); shape (..., 1)."""
    return np.asarray(FLOOR * np.maximum(np.max(np.abs(sizes), axis=-1, keepdims=True, initial=0.0), 1.0))


def _raised(sizes: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(sizes, _floors(sizes)))


def _has_full_rank(x: np.ndarray) -> bool:
    if not x.size:
        return True
    if not np.all(np.isfinite(x)):
        return False  # no singular values to be had
    sizes = np.linalg.svd(x, compute_uv=False)
    return bool(np.all(sizes >= SLACK * _floors(sizes)))


def _to_full_rank(x: np.ndarray) -> np.ndarray:
    if _has_full_rank(x) or not np.all(np.isfinite(x)):
        return x
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    return np.asarray((left * _raised(sizes)[..., None, :]) @ right)


def hermitian_part(x: np.ndarray) -> np.ndarray:
    return np.asarray((x + _adjoint(x)) / 2)


def _is_positive_definite(x: np.ndarray) -> bool:
    if not x.size:
        return True
    part = hermitian_part(x)
    if not np.all(np.isfinite(part)):
        return False  # no eigenvalues to be had
    sizes = np.linalg.eigvalsh(part)
    return bool(np.all(sizes >= SLACK * _floors(sizes)))


def _to_positive_definite(x: np.ndarray) -> np.ndarray:
    if _is_positive_definite(x) or not np.all(np.isfinite(hermitian_part(x))):
        return x
    sizes, vectors = np.linalg.eigh(hermitian_part(x))
    return np.asarray((vectors * _raised(np.abs(sizes))[..., None, :]) @ _adjoint(vectors))


def _pivots(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The diagonal, and the smallest size allowed on it."""
    pivots = np.diagonal(x, axis1=-2, axis2=-1)
    largest = np.max(np.abs(x), axis=(-2, -1), initial=0.0)[..., None]
    return pivots, PIVOT * np.maximum(largest, 1.0)


def _has_pivots(x: np.ndarray) -> bool:
    pivots, floors = _pivots(x)
    return bool(np.all(np.abs(pivots) >= SLACK * floors))


def _to_pivots(x: np.ndarray) -> np.ndarray:
    pivots, floors = _pivots(x)
    direction = np.where(pivots == 0, 1.0, pivots / np.where(pivots == 0, 1.0, np.abs(pivots)))
    raised = np.where(np.abs(pivots) < floors, direction * floors, pivots)
    return np.asarray(x + (raised - pivots)[..., None, :] * np.eye(x.shape[-1]))


def _square_and(inside: Callable[[np.ndarray], bool]) -> Callable[[np.ndarray], bool]:
    return lambda x: x.ndim >= 2 and x.shape[-1] == x.shape[-2] and bool(np.all(np.isfinite(x))) and inside(x)


SQUARE = Domain("any square matrix", _square_and(lambda x: True), lambda x: x)
FULL_RANK = Domain("full rank", _has_full_rank, _to_full_rank)
NONSINGULAR = Domain("nonsingular", _square_and(_has_full_rank), _to_full_rank)
POSITIVE_DEFINITE = Domain("positive definite Hermitian part", _square_and(_is_positive_definite), _to_positive_definite)
TRIANGULAR = Domain("triangular with a diagonal away from 0", _square_and(_has_pivots), _to_pivots)


def square_shape(choose: Choose, first: Shape | None) -> Shape:
    """(..., n, n) with at most one batch axis.

    Raises:
        DoesNotFit: `first` is not square.
    """
    if first is None:
        side = choose.integer(1, 4)
        return (*choose.shape(max_rank=1, max_side=3), side, side)
    if len(first) < 2 or first[-1] != first[-2] or not first[-1]:
        raise DoesNotFit
    return first


def square(choose: Choose, first: Shape | None) -> Shapes:
    """One stack of square matrices."""
    return (square_shape(choose, first),)


def rectangular(fits: Callable[[int, int], bool]) -> Callable[[Choose, Shape | None], Shapes]:
    """One stack of matrices with at least one entry, whose two sides fit."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        if first is None:
            sides = sorted((choose.integer(1, 4), choose.integer(1, 4)), reverse=True)
            return ((*choose.shape(max_rank=1, max_side=3), *sides),)
        if len(first) < 2 or 0 in first[-2:] or not fits(first[-2], first[-1]):
            raise DoesNotFit
        return (first,)

    return shapes


def matrix_equation(choose: Choose, first: Shape | None) -> Shapes:
    """Shapes of x and y in x z = y. The batch of y is that of x, or broadcasts with it, also where y could be taken for a batch of vectors."""
    if first is None and choose.integer(0, 5) == 5:
        side = choose.integer(1, 3)
        return ((side, side, side), (side, side))
    x = square_shape(choose, first)
    batch = choose.element((x[:-2], (), (2, *x[:-2])))
    return (x, (*batch, x[-1], choose.integer(1, 3)))


def broadcast_right_hand_side(shapes: Shapes, params: Params) -> Shapes:
    """The shape of z."""
    x, y = shapes
    return ((*np.broadcast_shapes(x[:-2], y[:-2]), *y[-2:]),)
