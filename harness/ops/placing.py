"""Reading and writing at places that are parameters: slices, diagonals, masks, flat positions.

select_scatter(x, s)[..., i, ...] = s;   masked_scatter(x, s)[mask] = s_0, s_1 ...;   put(x, s)[i_k] = s_k   counted through all of x
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import occupied, with_axes, with_elements, without_empty_axes
from harness.ops.choose import Choose, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs
from harness.ops.writing import distinct

F = "placing"
X, SOURCE = Operand("x"), Operand("source")


def _scatter(x: np.ndarray, source: np.ndarray, *, axis: int, index: Sequence[Sequence[int]]) -> Any:
    result = x.copy()
    np.put_along_axis(result, np.asarray(index).reshape(source.shape), source, axis)
    return result


def _shorter_source(choose: Choose, first: Shape | None) -> Shapes:
    """X of one or two axes, and a source that replaces a part of each of its columns."""
    shape = tuple(choose.integer(1, 4) for _ in range(choose.integer(1, 2))) if first is None else first
    (shape,) = without_empty_axes(1)(choose, shape)
    return (shape, (choose.integer(1, shape[0]), *shape[1:]))


def _distinct_per_column(choose: Choose, shapes: Shapes) -> Params:
    """Per column of the source different rows of x, all in one row of numbers: the index has the shape of the source."""
    x, source = shapes
    columns = [distinct(choose, source[0], x[0]) for _ in range(int(np.prod(x[1:], dtype=int)))]
    return {"axis": 0, "index": np.asarray(columns).T.reshape(source).tolist()}


def _selected_slice(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_elements(1)(choose, first)
    at = occupied(shape)[0]
    return (shape, (*shape[:at], *shape[at + 1 :]))


def _position(choose: Choose, shapes: Shapes) -> Params:
    at = occupied(shapes[0])[0]
    return {"axis": at, "index": choose.integer(-shapes[0][at], shapes[0][at] - 1)}


def _select_scatter(x: np.ndarray, source: np.ndarray, *, axis: int, index: int) -> Any:
    result = x.copy()
    np.moveaxis(result, axis, 0)[index] = source
    return result


def _range(side: int, source: int) -> tuple[int, int, int]:
    """The first range(start, side, step) of `source` elements that ends at the end, its step as large as it may be, 3 at most."""
    step = min(3, (side - 1) // max(source - 1, 1)) if source > 1 else 1
    step = max(step, 1)
    return side - 1 - step * (source - 1), side, step


def _sliced_source(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_elements(1)(choose, first)
    at = occupied(shape)[0]
    return (shape, (*shape[:at], choose.integer(1, shape[at]), *shape[at + 1 :]))


def _slice_taken(choose: Choose, shapes: Shapes) -> Params:
    at = occupied(shapes[0])[0]
    start, end, step = _range(shapes[0][at], shapes[1][at])
    return {"axis": at, "start": start, "end": end, "step": step}


def _slice_scatter(x: np.ndarray, source: np.ndarray, *, axis: int, start: int, end: int, step: int) -> Any:
    result = x.copy()
    np.moveaxis(result, axis, 0)[start:end:step] = np.moveaxis(source, axis, 0)
    return result


def _with_diagonal(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_axes(2)(choose, first)
    return (shape, (*shape[:-2], min(shape[-2:])))


def _diagonal_scatter(x: np.ndarray, source: np.ndarray) -> Any:
    result = x.copy()
    places = np.arange(min(x.shape[-2:]))
    result[..., places, places] = source
    return result


def _mask(choose: Choose, shapes: Shapes) -> Params:
    """A mask over the last axis, with at least one True."""
    side = shapes[0][-1]
    mask = [choose.boolean() for _ in range(side)]
    mask[choose.integer(0, side - 1)] = True
    return {"mask": tuple(mask)}


def _occupied_rows(choose: Choose, first: Shape | None) -> Shapes:
    return without_empty_axes(1)(choose, first)


def _masked_select(x: np.ndarray, *, mask: Sequence[bool]) -> Any:
    return x[..., np.array(mask, bool)].ravel()


def _selected_count(shapes: Shapes, params: Params) -> Shapes:
    return ((int(np.prod(shapes[0][:-1], dtype=int)) * sum(params["mask"]),),)


def _masked_scatter(x: np.ndarray, mask: np.ndarray, source: np.ndarray) -> Any:
    result = x.copy()
    result[mask] = source.ravel()[: int(mask.sum())]
    return result


def _three_alike(choose: Choose, first: Shape | None) -> Shapes:
    return without_empty_axes()(choose, first) * 3


def _flat_places(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = without_empty_axes()(choose, first)
    return (shape, (choose.integer(1, 3),))


def _anywhere_in_x(shapes: Shapes, params: Params) -> int:
    return int(np.prod(shapes[0], dtype=int))


def _take_flat(x: np.ndarray, index: np.ndarray) -> Any:
    return np.take(x, index)


def _as_index(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


def _put_shapes(choose: Choose, first: Shape | None) -> Shapes:
    shape, index = _flat_places(choose, first)
    return (shape, index, index)


def _put(x: np.ndarray, index: np.ndarray, source: np.ndarray) -> Any:
    result = x.copy()
    np.add.at(result.reshape(-1), index, source)
    return result


ANYWHERE = Operand("index", role="index", bound=_anywhere_in_x)
MASK = Operand("mask", role="mask")
OPS = (
    Op("scatter", F, _scatter, (X, SOURCE), torch_docs("scatter"), _shorter_source, _distinct_per_column, complex=True),
    Op("select_scatter", F, _select_scatter, (X, SOURCE), torch_docs("select_scatter"), _selected_slice, _position, complex=True),
    Op("slice_scatter", F, _slice_scatter, (X, SOURCE), torch_docs("slice_scatter"), _sliced_source, _slice_taken, complex=True),
    Op("diagonal_scatter", F, _diagonal_scatter, (X, SOURCE), torch_docs("diagonal_scatter"), _with_diagonal, complex=True),
    Op("masked_select", F, _masked_select, (X,), torch_docs("masked_select"), _occupied_rows, _mask, _selected_count, complex=True),
    Op("masked_scatter", F, _masked_scatter, (X, MASK, SOURCE), torch_docs("Tensor.masked_scatter"), _three_alike, complex=True),
    Op("take_flat", F, _take_flat, (X, ANYWHERE), torch_docs("take"), _flat_places, result_shapes=_as_index, complex=True),
    Op("put", F, _put, (X, ANYWHERE, SOURCE), torch_docs("Tensor.put_"), _put_shapes, complex=True),
)
