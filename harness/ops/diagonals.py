"""Diagonals and triangles of matrices (..., m, n).

diagonal(x, k)_i = x[i, i + k];   tril(x, k)_ij = x_ij where j <= i + k, else 0
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import with_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api, torch_docs

F = "diagonals"
X = (Operand("x"),)
offsets = one_of(offset=(0, 1, -1, 2))


def _diagonal(x: np.ndarray, *, offset: int) -> Any:
    return np.diagonal(x, offset, -2, -1)


def _inner_offset(choose: Choose, shapes: Shapes) -> Params:
    """A diagonal that exists (torch refuses others)."""
    rows, columns = shapes[0][-2:]
    return {"offset": choose.element([k for k in (0, 1, -1, 2, -2) if k == 0 or -rows < k < columns])}


def _diagonal_of(shapes: Shapes, params: Params) -> Shapes:
    rows, columns = shapes[0][-2:]
    offset = params["offset"]
    return ((*shapes[0][:-2], max(0, min(rows + min(offset, 0), columns - max(offset, 0)))),)


def _trace(x: np.ndarray, *, offset: int) -> Any:
    return np.trace(x, offset, -2, -1)


def _traced(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-2],)


def _tril(x: np.ndarray, *, k: int) -> Any:
    return np.tril(x, k)


def _triu(x: np.ndarray, *, k: int) -> Any:
    return np.triu(x, k)


def _diag_embed(x: np.ndarray, *, offset: int) -> Any:
    side = x.shape[-1] + abs(offset)
    result = np.zeros((*x.shape[:-1], side, side), x.dtype)
    rows = np.arange(x.shape[-1]) + max(-offset, 0)
    result[..., rows, rows + offset] = x
    return result


def _embedded(shapes: Shapes, params: Params) -> Shapes:
    side = shapes[0][-1] + abs(params["offset"])
    return ((*shapes[0][:-1], side, side),)


def _block_diag(*blocks: np.ndarray) -> Any:
    rows, columns = (np.cumsum([0, *(block.shape[a] for block in blocks)]) for a in (0, 1))
    result = np.zeros((rows[-1], columns[-1]), np.result_type(*blocks))
    for i, block in enumerate(blocks):
        result[rows[i] : rows[i + 1], columns[i] : columns[i + 1]] = block
    return result


def _blocks(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and len(first) != 2:
        raise DoesNotFit
    one = (choose.integer(1, 3), choose.integer(1, 3)) if first is None else first
    return (one, *((choose.integer(0, 2), choose.integer(1, 2)) for _ in range(choose.integer(1, 2))))


def _block_shape(shapes: Shapes, params: Params) -> Shapes:
    return ((sum(rows for rows, _ in shapes), sum(columns for _, columns in shapes)),)


OPS = (
    Op("diagonal", F, _diagonal, X, array_api("linalg.diagonal"), with_axes(2), _inner_offset, _diagonal_of, complex=True),
    Op("trace", F, _trace, X, array_api("linalg.trace"), with_axes(2), _inner_offset, _traced, complex=True),
    Op("tril", F, _tril, X, array_api("tril"), with_axes(2), one_of(k=(0, 1, -1, 2)), complex=True),
    Op("triu", F, _triu, X, array_api("triu"), with_axes(2), one_of(k=(0, 1, -1, 2)), complex=True),
    Op("diag_embed", F, _diag_embed, X, torch_docs("diag_embed"), with_axes(1), offsets, _embedded, complex=True),
    Op("block_diag", F, _block_diag, X, torch_docs("block_diag"), _blocks, result_shapes=_block_shape, complex=True, variadic=True),
)
