"""The catalogue's ops over arrays of mpmath numbers: each by its own reference, but for a few that have no such one.

f(x) in n digits = reference(x), where NumPy's and SciPy's functions are those of `multiprecision_array`
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from harness.ops.catalogue import catalogue, lookup
from harness.ops.op import apply_reference, elementwise_shapes, same_shape
from harness.oracles.multiprecision_array import Digits, context, exact

# References that call LAPACK, an FFT or a function of SciPy that is none of objects, or that NumPy evaluates in float64 whatever it is given.
BEYOND = frozenset([
    "cholesky", "cholesky_inverse", "cholesky_solve", "cond", "cosine_embedding_loss", "ctc_loss", "det", "eigh", "eigvalsh", "fft", "fft2", "fftn",
    "grid_sample", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn", "ihfft", "ihfft2", "ihfftn", "inv", "irfft", "irfft2", "irfftn", "logabsdet",
    "logdet", "lstsq", "lu_solve", "margin_ranking_loss", "matrix_exp", "matrix_power", "nanquantile", "nuclear_norm", "operator_norm", "pinv", "qr",
    "quantile", "rfft", "rfft2", "rfftn", "slogdet", "solve", "solve_right", "solve_triangular", "solve_triangular_right", "svd", "svdvals",
    "tensorinv", "tensorsolve", "triplet_margin_loss", "complex", "polar", "view_as_complex",
])  # fmt: skip
POINTWISE = frozenset({"elementwise", "trigonometric", "special", "stepping"})  # families
Formula = Callable[..., Any]


def expressible(op: str) -> bool:
    """Whether `op` can be evaluated here, on real numbers."""
    return op in catalogue() and catalogue()[op].real and op not in BEYOND


def is_pointwise(op: str) -> bool:
    """Whether every output depends on one entry of each operand: on that at its own place, after broadcasting."""
    known = lookup(op)
    if known.family == "activations":
        return known.shapes is elementwise_shapes and known.result_shapes is same_shape
    return known.family in POINTWISE


def apply(op: str, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """The op's value on arrays of mpmath numbers: one array, or a tuple of them.

    Raises:
        LookupError: mpmath cannot express it.
    """
    if not expressible(op):
        raise LookupError(f"the op {op!r} cannot be evaluated in mpmath; see harness.oracles.multiprecision_ops.")
    if op in _own():
        return _each(_own()[op], args[0], *params.values())
    results = tuple(map(exact, apply_reference(lookup(op), args, params)))
    return results if len(results) > 1 else results[0]


@cache
def _own() -> dict[str, Formula]:
    """Element by element, of ops whose references mpmath says in one word, or in another."""
    m = context()
    return {"polygamma": lambda x, n: m.psi(n, x), "sinc": m.sincpi}


def _each(formula: Formula, x: Any, *params: Any) -> Any:
    return np.asarray(np.frompyfunc(lambda entry: formula(entry, *params), 1, 1)(x.view(np.ndarray)), dtype=object).view(Digits)
