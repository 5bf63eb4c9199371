"""Matrix equations whose unknown stands on the left: torch's `left=False`.

solve_right(A, B) = B A^-1, so that X A = B;   solve_triangular_right alike, of one triangle of A, whose diagonal may be told to be 1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose, Shape
from harness.ops.forms import one_of
from harness.ops.linear_algebra import solved, triangular_factor
from harness.ops.matrices import NONSINGULAR, TRIANGULAR, broadcast_right_hand_side, matrix_equation, square_shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs

F = "right_division"
Y = Operand("y")


def _transposed(x: np.ndarray) -> np.ndarray:
    return np.swapaxes(x, -1, -2)


def _solve_right(x: np.ndarray, y: np.ndarray) -> Any:
    """X A = B is A^T X^T = B^T."""
    return _transposed(solved(_transposed(x), _transposed(y)))


def _solve_triangular_right(x: np.ndarray, y: np.ndarray, *, upper: bool, unitriangular: bool) -> Any:
    return _solve_right(triangular_factor(x, upper=upper, unitriangular=unitriangular), y)


def _one_batch(choose: Choose, first: Shape | None) -> Shapes:
    """A (..., n, n), B (..., k, n)."""
    x = square_shape(choose, first)
    return (x, (*x[:-2], choose.integer(1, 3), x[-1]))


def _rows_equation(choose: Choose, first: Shape | None) -> Shapes:
    x, y = matrix_equation(choose, first)
    return (x, (*y[:-2], y[-1], y[-2]))


def _like_the_right_hand_side(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


OPS = (
    Op(
        "solve_right",
        F,
        _solve_right,
        (Operand("x", NONSINGULAR), Y),
        torch_docs("linalg.solve"),
        _one_batch,
        result_shapes=_like_the_right_hand_side,
        complex=True,
    ),
    Op(
        "solve_triangular_right",
        F,
        _solve_triangular_right,
        (Operand("x", TRIANGULAR), Y),
        torch_docs("linalg.solve_triangular"),
        _rows_equation,
        one_of(upper=(False, True), unitriangular=(False, True)),
        broadcast_right_hand_side,
        complex=True,
    ),
)
