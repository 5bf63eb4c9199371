"""Functions of singular values and eigenvalues: smooth where those are apart.

svdvals(A)_i = sqrt(lambda_i(A^H A));   eigvalsh(A) = eigenvalues of (A + A^H) / 2;   nuclear norm = sum_i svdvals(A)_i
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.margins import smallest
from harness.ops.matrices import SQUARE, hermitian_part, rectangular, square
from harness.ops.op import Op, Operand, Params, Shapes, Values, no_params
from harness.ops.sources import array_api

F = "spectral"
X = (Operand("x"),)


def _svdvals(x: np.ndarray) -> Any:
    return np.linalg.svd(x, compute_uv=False)


def _smaller_side(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-2], min(shapes[0][-2:])),)


def _between_singular_values(values: Values, params: Params) -> float:
    """Singular values meet, or reach 0."""
    sizes = np.atleast_1d(_svdvals(values[0]))
    return smallest(sizes, -np.diff(sizes, axis=-1))


def _eigvalsh(x: np.ndarray) -> Any:
    return np.linalg.eigvalsh(hermitian_part(x))


def _between_eigenvalues(values: Values, params: Params) -> float:
    return smallest(np.diff(_eigvalsh(values[0]), axis=-1))


def _nuclear_norm(x: np.ndarray) -> Any:
    return np.sum(_svdvals(x), axis=-1)


def _smallest_singular_value(values: Values, params: Params) -> float:
    return smallest(np.asarray(_svdvals(values[0])))


def _batch(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-2],)


def _one_side(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-1],)


_any_sides = rectangular(lambda rows, columns: True)
OPS = (
    Op("svdvals", F, _svdvals, X, array_api("linalg.svdvals"), _any_sides, no_params, _smaller_side, _between_singular_values, complex=True),
    Op(
        "eigvalsh",
        F,
        _eigvalsh,
        (Operand("x", SQUARE),),
        array_api("linalg.eigvalsh"),
        square,
        no_params,
        _one_side,
        _between_eigenvalues,
        complex=True,
    ),
    Op("nuclear_norm", F, _nuclear_norm, X, array_api("linalg.matrix_norm"), _any_sides, no_params, _batch, _smallest_singular_value, complex=True),
)
