"""Matrices of special structure, over the last two axes: where linear algebra is singular, degenerate or takes another path.

Each is made of whole numbers where it can be, so that the structure survives rounding to any dtype.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import Domain

Matrix = Callable[[np.random.Generator, int], np.ndarray]


def _whole(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.integers(-3, 4, (n, n)).astype(np.float64)


def _permutation(rng: np.random.Generator, n: int) -> np.ndarray:
    """Not the identity, which is a family of its own, where there is another one."""
    order = rng.permutation(n)
    return np.asarray(np.eye(n)[np.roll(order, 1) if np.all(order == np.arange(n)) else order])


def _symmetric(rng: np.random.Generator, n: int) -> np.ndarray:
    a = _whole(rng, n)
    return np.asarray(a + a.T)


def _repeated_row(rng: np.random.Generator, n: int) -> np.ndarray:
    a = _whole(rng, n)
    a[-1] = a[0]
    return a


def _zero_row(rng: np.random.Generator, n: int) -> np.ndarray:
    a = _whole(rng, n)
    a[rng.integers(n)] = 0.0
    return a


def _zero_pivot(rng: np.random.Generator, n: int) -> np.ndarray:
    """Zeros on the diagonal: elimination must exchange rows."""
    return _permutation(rng, n) + _whole(rng, n) * (1 - np.eye(n))  # the permutation keeps most of them regular


def _repeated_eigenvalue(rng: np.random.Generator, n: int) -> np.ndarray:
    """I + u u^T: the eigenvalue 1, n - 1 times."""
    u = rng.integers(1, 3, n).astype(np.float64)
    return np.eye(n) + np.outer(u, u)


def _diagonal(rng: np.random.Generator, n: int) -> np.ndarray:
    """Different numbers, of both signs."""
    return np.diag((rng.permutation(n) + 1.0) * rng.choice([-1.0, 1.0], n))


def _triangular(rng: np.random.Generator, n: int) -> np.ndarray:
    """Upper or lower, regular."""
    a = np.triu(_whole(rng, n), 1) + _diagonal(rng, n)
    return np.asarray(a if rng.integers(2) else a.T)


def _skew(rng: np.random.Generator, n: int) -> np.ndarray:
    """Nothing but imaginary eigenvalues."""
    a = np.triu(rng.integers(1, 4, (n, n)).astype(np.float64), 1)
    return np.asarray(a - a.T)


def _tridiagonal(rng: np.random.Generator, n: int) -> np.ndarray:
    """Regular, by its diagonal."""
    return np.asarray(np.triu(np.tril(rng.integers(1, 4, (n, n)), 1), -1) + 6.0 * np.eye(n))


def _over(matrix: Matrix) -> Callable[[np.random.Generator, Shape, Domain], np.ndarray]:
    def fill(rng: np.random.Generator, shape: Shape, domain: Domain) -> np.ndarray:
        if len(shape) < 2 or shape[-1] != shape[-2] or 0 in shape:
            return rng.integers(1, 4, shape).astype(np.float64)  # the vectors and right-hand sides that go with the matrices
        count = int(np.prod(shape[:-2]))
        return np.stack([matrix(rng, shape[-1]) for _ in range(count)]).reshape(shape)

    return fill


MATRIX_FILLS = MappingProxyType(
    {
        "identity": _over(lambda rng, n: np.eye(n)),
        "permutation matrix": _over(_permutation),
        "symmetric matrix": _over(_symmetric),
        "diagonal matrix": _over(_diagonal),
        "triangular matrix": _over(_triangular),
        "skew-symmetric matrix": _over(_skew),
        "tridiagonal matrix": _over(_tridiagonal),
        "repeated row": _over(_repeated_row),
        "zero row": _over(_zero_row),
        "zero pivot": _over(_zero_pivot),
        "repeated eigenvalue": _over(_repeated_eigenvalue),
    }
)
