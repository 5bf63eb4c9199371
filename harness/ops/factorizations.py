"""More of linear algebra: factors, solves with factors, least squares, tensors as matrices, and norms of matrices.

lstsq(A, b) = argmin_x |A x - b|;   A = P L U;   householder_product(V, tau) = H_1 ... H_k, H_i = 1 - tau_i v_i v_i^H
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import REALS, Domain
from harness.ops.forms import one_of
from harness.ops.margins import smallest
from harness.ops.matrices import FLOOR, FULL_RANK, NONSINGULAR, POSITIVE_DEFINITE, TRIANGULAR, rectangular, square, square_shape
from harness.ops.op import Op, Operand, Params, Shapes, Values, same_shape
from harness.ops.sources import array_api, torch_docs

F = "factorizations"


def _batch(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-2],)


def _slogdet(x: np.ndarray) -> Any:
    return tuple(np.linalg.slogdet(x))


def _eliminated(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """L, U of one real matrix with partial pivoting, and the smallest gap between a pivot and the next candidate.

    Of complex candidates LAPACK takes another one than the largest, |Re| + |Im| in place of the modulus.
    """
    upper, n = x.copy(), len(x)
    lower, gap = np.eye(n, dtype=x.dtype), np.inf
    for k in range(n):
        sizes = np.abs(upper[k:, k])
        at = k + int(np.argmax(sizes))
        gap = min(gap, smallest(np.diff(np.sort(sizes))[-1:]))
        upper[[k, at]], lower[[k, at], :k] = upper[[at, k]], lower[[at, k], :k]
        lower[k + 1 :, k] = upper[k + 1 :, k] / upper[k, k]
        upper[k + 1 :] -= np.outer(lower[k + 1 :, k], upper[k])
    return lower, np.triu(upper), gap


def _lu(x: np.ndarray) -> Any:
    factors = [_eliminated(matrix)[:2] for matrix in x.reshape(-1, *x.shape[-2:])]
    return tuple(np.asarray([pair[i] for pair in factors], x.dtype).reshape(x.shape) for i in (0, 1))


def _pivot_margin(values: Values, params: Params) -> float:
    """Rows are exchanged, and the factors jump, where two candidates for a pivot are equally large."""
    x = values[0]
    return min((_eliminated(matrix)[2] for matrix in x.reshape(-1, *x.shape[-2:])), default=np.inf)


def _pivots_stay(values: Values, params: Params) -> bool:
    return _pivot_margin(values, params) >= FLOOR / 10


def _twice(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0], shapes[0])


def _lstsq(x: np.ndarray, y: np.ndarray) -> Any:
    return np.linalg.pinv(x) @ y


def _overdetermined(choose: Choose, first: Shape | None) -> Shapes:
    (x,) = rectangular(lambda rows, columns: rows >= columns)(choose, first)
    return (x, (*x[:-1], choose.integer(1, 2)))


def _solution(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:-2], shapes[0][-1], shapes[1][-1]),)


def _right_hand_sides(choose: Choose, first: Shape | None) -> Shapes:
    x = square_shape(choose, first)
    return (x, (*x[:-1], choose.integer(1, 3)))


def _second(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


def _cholesky_inverse(x: np.ndarray) -> Any:
    """Of real factors: LAPACK takes the diagonal of a complex one for real."""
    lower = np.tril(x)
    return np.linalg.inv(lower @ np.conj(np.swapaxes(lower, -1, -2)))


def _householder_product(x: np.ndarray, tau: np.ndarray) -> Any:
    """The first columns of the product; only what lies below the diagonal of x is read."""
    rows, columns = x.shape[-2:]
    vectors = np.tril(x, -1) + np.eye(rows, columns)
    reflections = [np.eye(rows) - tau[..., i, None, None] * _outer(vectors[..., i]) for i in range(tau.shape[-1])]
    return np.broadcast_to(reduce(np.matmul, reflections, np.eye(rows, dtype=x.dtype)), (*x.shape[:-2], rows, rows))[..., :columns]


def _outer(v: np.ndarray) -> np.ndarray:
    return np.asarray(v[..., :, None] * np.conj(v)[..., None, :])


def _reflections(choose: Choose, first: Shape | None) -> Shapes:
    (x,) = rectangular(lambda rows, columns: rows >= columns)(choose, first)
    return (x, (*x[:-2], choose.integer(1, x[-1])))


def _of_sides(choose: Choose, first: Shape | None) -> Shape:
    """(n, k, m) with n = k m: a matrix whose columns are numbered twice."""
    if first is None:
        k, m = choose.integer(1, 2), choose.integer(1, 2)
        return (k * m, k, m)
    if len(first) < 2 or not first[0] or first[0] != np.prod(first[1:]):
        raise DoesNotFit
    return first


def _as_matrix(x: np.ndarray) -> np.ndarray:
    return x.reshape(x.shape[0], -1)


NONSINGULAR_TENSOR = Domain(
    "nonsingular as a matrix",
    lambda x: NONSINGULAR.contains(_as_matrix(x)),
    lambda x: NONSINGULAR.project(_as_matrix(x)).reshape(x.shape),
)


def _tensorinv(x: np.ndarray, *, ind: int) -> Any:
    return np.linalg.inv(_as_matrix(x)).reshape(*x.shape[1:], x.shape[0])


def _axes_moved(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][1:], shapes[0][0]),)


def _tensorsolve(x: np.ndarray, y: np.ndarray) -> Any:
    return np.linalg.solve(_as_matrix(x), y).reshape(x.shape[1:])


def _tensor_system(choose: Choose, first: Shape | None) -> Shapes:
    x = _of_sides(choose, first)
    return (x, x[:1])


def _unknowns(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][1:],)


def _row(name: str, reference: Any, source: str, domain: Domain, shapes: Any, result: Any, *rest: Operand, complex: bool = True, **more: Any) -> Op:
    return Op(name, F, reference, (Operand("x", domain), *rest), source, shapes, result_shapes=result, complex=complex, **more)


Y = Operand("y")
OPS = (
    _row("slogdet", _slogdet, array_api("linalg.slogdet"), NONSINGULAR, square, lambda shapes, params: (shapes[0][:-2],) * 2),
    _row("logdet", lambda x: np.linalg.slogdet(x)[1], torch_docs("logdet"), POSITIVE_DEFINITE, square, _batch, complex=False),
    _row("lu", _lu, torch_docs("linalg.lu"), NONSINGULAR, square, _twice, margin=_pivot_margin, admits=_pivots_stay, complex=False),
    _row("lu_solve", np.linalg.solve, torch_docs("linalg.lu_solve"), NONSINGULAR, _right_hand_sides, _second, Y),
    _row("lstsq", _lstsq, torch_docs("linalg.lstsq"), FULL_RANK, _overdetermined, _solution, Y),
    _row("cholesky_inverse", _cholesky_inverse, torch_docs("cholesky_inverse"), TRIANGULAR, square, same_shape, complex=False),
    _row("householder_product", _householder_product, torch_docs("linalg.householder_product"), REALS, _reflections, same_shape, Operand("tau")),
    _row(
        "tensorinv",
        _tensorinv,
        torch_docs("linalg.tensorinv"),
        NONSINGULAR_TENSOR,
        lambda choose, first: (_of_sides(choose, first),),
        _axes_moved,
        parameters=one_of(ind=(1,)),
    ),
    _row("tensorsolve", _tensorsolve, torch_docs("linalg.tensorsolve"), NONSINGULAR_TENSOR, _tensor_system, _unknowns, Y),
)
