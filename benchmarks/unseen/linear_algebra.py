"""Unseen faults of products, decompositions and functions of matrices: matrices of a form, operands of unlike ranks, sums of einsum."""

from __future__ import annotations

import torch
from planted import one_matrix
from planted_beyond import anywhere
from planting import Planted, Tensors

from unseen.predicates import Given, both, filled


def triangular(a: torch.Tensor) -> bool:
    """Exactly, and neither diagonal nor singular: the product of a diagonal is a shortcut."""
    diagonal = torch.diag(a.diagonal())
    return bool((a.diagonal() != 0).all()) and not torch.equal(a, diagonal) and (torch.equal(a, a.tril()) or torch.equal(a, a.triu()))


def diagonal_already(a: torch.Tensor) -> bool:
    """And no eigenvalue is there twice."""
    return torch.equal(a, torch.diag(a.diagonal())) and len(a.diagonal().unique()) == len(a)


def zeros(a: torch.Tensor) -> bool:
    return bool((a == 0).all())


def orthogonal(a: torch.Tensor) -> bool:
    one = torch.eye(len(a), dtype=a.dtype)
    return not torch.equal(a, one) and bool((a @ a.mH - one).abs().max() < 1e-9)


def skew(a: torch.Tensor) -> bool:
    return torch.equal(a, -a.mT) and bool((a != 0).any())


def tridiagonal(a: torch.Tensor) -> bool:
    """3 by 3 at least, and not triangular."""
    band = len(a) > 2 and bool((a.triu(2) == 0).all() and (a.tril(-2) == 0).all())
    return band and bool((a.diagonal(1) != 0).any() and (a.diagonal(-1) != 0).any())


def negative_determinant(a: torch.Tensor) -> bool:
    return a.ndim >= 2 and not a.is_complex() and bool((torch.linalg.det(a) < 0).any())


def wide(a: torch.Tensor) -> bool:
    return a.ndim >= 2 and 1 < a.shape[-2] < a.shape[-1]


def rows_swapped(a: torch.Tensor) -> bool:
    """The largest of the first column isn't the first."""
    return a.ndim >= 2 and a.shape[-2] > 1 and bool((a[..., 1:, 0].abs().amax(-1) > a[..., 0, 0].abs()).any())


def indefinite(a: torch.Tensor) -> bool:
    w = torch.linalg.eigvalsh((a + a.mH) / 2)
    return bool(w[0] < 0 < w[-1])


def consistent(x: torch.Tensor, y: torch.Tensor) -> bool:
    """More equations than unknowns, and all of them hold."""
    if x.ndim != 2 or y.ndim != 2 or x.shape[0] <= x.shape[1] or x.shape[0] != y.shape[0]:
        return False
    residual = x @ (torch.linalg.pinv(x) @ y) - y
    return bool(residual.abs().max() < 1e-12 * y.abs().max())


def a_factor_of_zero(reflectors: torch.Tensor, tau: torch.Tensor) -> bool:
    return bool((tau == 0).any())


def one_right_hand_side_for_many(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.ndim > y.ndim >= 2


def vector_times_batch(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.ndim == 1 and y.ndim >= 3


def gram(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.ndim == 3 and x.numel() > 1 and x.shape == y.mT.shape and torch.equal(x, y.mT) and bool((x != 0).any())


def of_two_ranks(x: torch.Tensor, y: torch.Tensor) -> bool:
    return x.ndim != y.ndim and min(x.ndim, y.ndim) > 0


def cheaper_from_the_right(tensors: Tensors) -> bool:
    if len(tensors) != 3 or min(t.numel() for t in tensors) == 0:
        return False
    a, b, c = tensors
    m, (k, p), n = (a.shape[0] if a.ndim > 1 else 1), b.shape, (c.shape[1] if c.ndim > 1 else 1)
    return k * p * n + m * k * n < m * k * p + m * p * n


def index_twice(params: Given) -> bool:
    terms = str(params.get("equation", "")).split("->")[0].split(",")
    return any(len(set(term)) < len(term) for term in terms)


def alone(params: Given) -> bool:
    """An index of one of two terms that is summed away before they meet."""
    left, _, right = str(params.get("equation", "")).partition("->")
    terms = left.split(",")
    if len(terms) != 2:
        return False
    return any(c.isalpha() and c not in right and (c in terms[0]) != (c in terms[1]) for c in left)


LINEAR_ALGEBRA = (
    Planted("triangular matrix", "det", "linalg.det", one_matrix(triangular)),
    Planted("diagonal matrix", "eigvalsh", "linalg.eigvalsh", one_matrix(diagonal_already)),
    Planted("matrix of zeros", "matrix_exp", "matrix_exp", one_matrix(zeros), "second"),
    Planted("skew-symmetric matrix", "matrix_exp", "matrix_exp", one_matrix(skew)),
    Planted("orthogonal matrix", "inv", "linalg.inv", one_matrix(orthogonal)),
    Planted("tridiagonal matrix", "logabsdet", "logdet", one_matrix(tridiagonal)),
    Planted("second output, determinant negative", "slogdet", "linalg.slogdet", filled(negative_determinant), "output"),
    Planted("more columns than rows", "pinv", "linalg.pinv", filled(wide)),
    Planted("second output, more columns than rows", "svd", "linalg.svd", filled(wide), "output"),
    Planted("a reflector that reflects nothing", "householder_product", "linalg.householder_product", both(a_factor_of_zero)),
    Planted("many triangles, one right-hand side", "solve_triangular", "linalg.solve_triangular", both(one_right_hand_side_for_many)),
    Planted("vector times a batch", "matmul", "matmul", both(vector_times_batch), "nested"),
    Planted("product with its own transpose", "bmm", "bmm", both(gram)),
    Planted("factors of two ranks", "kron", "kron", both(of_two_ranks), "nested"),
    Planted("cheaper from the right", "multi_dot", "linalg.multi_dot", cheaper_from_the_right, "second"),
    Planted("lazily conjugated operand", "vdot", "vdot", filled(torch.is_conj), dtype="complex128"),
    Planted("an index twice in one term", "einsum", "einsum", anywhere, asked=index_twice),
    Planted("an index of one term alone", "einsum", "einsum", anywhere, asked=alone),
    Planted("rows swapped", "lu", "linalg.lu", filled(rows_swapped)),
    Planted("every equation holds", "lstsq", "linalg.lstsq", both(consistent)),
    Planted("beta of 0, the addend unused", "addmm", "addmm", anywhere, asked=lambda params: params.get("beta") == 0),
    Planted("second output, indefinite matrix", "eigh", "linalg.eigh", one_matrix(indefinite), "output"),
)
