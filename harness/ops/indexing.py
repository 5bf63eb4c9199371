"""Indexing: elements read at, or added to, positions that are given as integers.

    take(x, i)_k = x[i_k];   gather(x, i)_kl = x[i_kl, l];   index_add(x, i, s) = x + sum_k e_{i_k} s_k

A repeated index reads an element twice, so that its gradient is a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, occupied, with_axes, with_elements
from harness.ops.choose import Choose, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api, torch_docs

F = "indexing"
LENGTHS = (1, 2, 3, 4, 1, 2, 3, 0)  # of an index: seldom none
Slices = Sequence[Sequence[int | None]]


def _along(shapes: Shapes, params: Params) -> int:
    """The bound of an index along `axis`."""
    return shapes[0][params["axis"]]


X, INDEX = Operand("x"), Operand("index", role="index", bound=_along)


def _slice(x: np.ndarray, *, slices: Slices) -> Any:
    return x[tuple(slice(*bounds) for bounds in slices)]


def _some_slices(choose: Choose, shapes: Shapes) -> Params:
    """Per leading axis start, stop and step; from the end, beyond it and empty too."""
    sliced = shapes[0][: choose.integer(1, len(shapes[0]))]
    return {"slices": tuple(_bounds(choose, side) for side in sliced)}


def _bounds(choose: Choose, side: int) -> tuple[int | None, int | None, int | None]:
    start = choose.element((None, *range(-side, side + 1)))
    stop = choose.element((None, *range(-side, side + 2)))
    return start, stop, choose.element((None, 2, 3))


def _sliced(shapes: Shapes, params: Params) -> Shapes:
    sliced = tuple(len(range(side)[slice(*bounds)]) for side, bounds in zip(shapes[0], params["slices"], strict=False))
    return ((*sliced, *shapes[0][len(sliced) :]),)


def _select(x: np.ndarray, *, axis: int, index: int) -> Any:
    return np.take(x, index, axis=axis)


def _position(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    return {"axis": axis, "index": choose.integer(-shapes[0][axis], shapes[0][axis] - 1)}


def _axis_removed(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], *shapes[0][at + 1 :]),)


def _take(x: np.ndarray, index: np.ndarray, *, axis: int) -> Any:
    return np.take(x, index, axis=axis)


def _vector_of_indices(choose: Choose, first: Shape | None) -> Shapes:
    return (with_elements(1)(choose, first)[0], (choose.integer(0, 5),))


def _occupied_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, occupied(shapes[0]), len(shapes[0]))}


def _taken(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], *shapes[1], *shapes[0][at + 1 :]),)


def _longer_or_shorter(choose: Choose, shape: Shape) -> Shape:
    """`shape` with one occupied axis of another length."""
    at = choose.element(occupied(shape))
    return (*shape[:at], choose.element(LENGTHS), *shape[at + 1 :])


def _aligned_index(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_elements(1)(choose, first)
    return (shape, _longer_or_shorter(choose, shape))


def _fitting_axis(choose: Choose, shapes: Shapes) -> Params:
    """An axis along which x is not empty, the others equal."""
    x, index = shapes[0], shapes[1]
    fitting = [a for a in occupied(x) if (*x[:a], *x[a + 1 :]) == (*index[:a], *index[a + 1 :])]
    return {"axis": choose_axis(choose, fitting, len(x))}


def _take_along_axis(x: np.ndarray, index: np.ndarray, *, axis: int) -> Any:
    return np.take_along_axis(x, index, axis)


def _as_index(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


def _gather_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """The index may be shorter than x along every axis."""
    (shape,) = with_elements(1)(choose, first)
    return (shape, tuple(choose.integer(1, side) if side else 0 for side in shape))


def _gather(x: np.ndarray, index: np.ndarray, *, axis: int) -> Any:
    axis %= x.ndim
    covered = tuple(slice(None) if a == axis else slice(side) for a, side in enumerate(index.shape))
    return np.take_along_axis(x[covered], index, axis)


def _index_add_shapes(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_elements(1)(choose, first)
    source = _longer_or_shorter(choose, shape)
    at = next((a for a in range(len(shape)) if shape[a] != source[a]), occupied(shape)[0])
    return (shape, (source[at],), source)


def _index_add_axis(choose: Choose, shapes: Shapes) -> Params:
    x, (count,), source = shapes
    fitting = [a for a in occupied(x) if source[a] == count and (*x[:a], *x[a + 1 :]) == (*source[:a], *source[a + 1 :])]
    return {"axis": choose_axis(choose, fitting, len(x))}


def _index_add(x: np.ndarray, index: np.ndarray, source: np.ndarray, *, axis: int) -> Any:
    result = np.moveaxis(x, axis, 0).copy()
    np.add.at(result, index, np.moveaxis(source, axis, 0))
    return np.moveaxis(result, 0, axis)


def _scatter_shapes(choose: Choose, first: Shape | None) -> Shapes:
    shape, index = _gather_shapes(choose, first)
    return (shape, index, index)


def _scatter_add(x: np.ndarray, index: np.ndarray, source: np.ndarray, *, axis: int) -> Any:
    result = x.copy()
    positions = [index if a == axis % x.ndim else grid for a, grid in enumerate(np.indices(index.shape))]
    np.add.at(result, tuple(positions), source)
    return result


SOURCE = Operand("source")
SLICING = "https://data-apis.org/array-api/latest/API_specification/indexing.html"
OPS = (
    Op("slice", F, _slice, (X,), SLICING, with_axes(1), _some_slices, _sliced, complex=True),
    Op("select", F, _select, (X,), torch_docs("select"), with_elements(1), _position, _axis_removed, complex=True),
    Op("take", F, _take, (X, INDEX), array_api("take"), _vector_of_indices, _occupied_axis, _taken, complex=True),
    Op(
        "take_along_axis",
        F,
        _take_along_axis,
        (X, INDEX),
        array_api("take_along_axis"),
        _aligned_index,
        _fitting_axis,
        _as_index,
        complex=True,
    ),
    Op("gather", F, _gather, (X, INDEX), torch_docs("gather"), _gather_shapes, _occupied_axis, _as_index, complex=True),
    Op("index_add", F, _index_add, (X, INDEX, SOURCE), torch_docs("index_add"), _index_add_shapes, _index_add_axis, complex=True),
    Op("scatter_add", F, _scatter_add, (X, INDEX, SOURCE), torch_docs("scatter_add"), _scatter_shapes, _occupied_axis, complex=True),
)
