"""Writing into a copy: some elements of x are replaced by, or combined with, those of another array.

    index_copy(x, s)[i_k] = s_k;   scatter_reduce(x, i, s)[j] = x_j op s_k op ...  over all k with i_k = j

What is overwritten gets gradient 0. Where every place may be written once only, the positions are parameters, so that they can be distinct.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, occupied, with_elements
from harness.ops.choose import Choose, Shape
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import torch_docs

F = "writing"
X, SOURCE = Operand("x"), Operand("source")
REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")
_UFUNCS = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}
_NEUTRAL = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -np.inf, "amin": np.inf}


def distinct(choose: Choose, count: int, below: int) -> tuple[int, ...]:
    """`count` different integers in [0, below)."""
    left = list(range(below))
    return tuple(left.pop(choose.integer(0, len(left) - 1)) for _ in range(count))


def _replaced(shape: Shape, axis: int, side: int) -> Shape:
    (at,) = normal_axes(axis, len(shape))
    return (*shape[:at], side, *shape[at + 1 :])


def _vector_and_slices(choose: Choose, first: Shape | None) -> Shapes:
    """X, and what replaces some of the slices along its first occupied axis."""
    (shape,) = with_elements(1)(choose, first)
    at = occupied(shape)[0]
    return (shape, _replaced(shape, at, choose.integer(1, shape[at])))


def _written_axis(choose: Choose, shapes: Shapes) -> Params:
    x, source = shapes
    at = occupied(x)[0]
    return {"axis": at - len(x) if choose.boolean() else at, "index": distinct(choose, source[at], x[at])}


def _at(x: np.ndarray, axis: int, index: Any) -> Any:
    return (*(slice(None),) * (axis % x.ndim), index)


def _index_copy(x: np.ndarray, source: np.ndarray, *, axis: int, index: Sequence[int]) -> Any:
    result = x.copy()
    result[_at(x, axis, list(index))] = source
    return result


def _index_fill(x: np.ndarray, *, axis: int, index: Sequence[int], value: float) -> Any:
    result = x.copy()
    result[_at(x, axis, list(index))] = value
    return result


def _some_slices(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    side = shapes[0][axis]
    return {"axis": axis, "index": distinct(choose, choose.integer(1, side), side), "value": choose.element((0.0, -1.5))}


def _scattered(choose: Choose, first: Shape | None) -> Shapes:
    """X, an index that may be shorter along every axis, and a source of the index's shape."""
    (shape,) = with_elements(1)(choose, first)
    index = tuple(choose.integer(1, side) if side else 0 for side in shape)
    return (shape, index, index)


def _reducing(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    return {"axis": axis, "reduction": choose.element(REDUCTIONS), "include_self": not choose.boolean()}


def _places(index: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    places: list[np.ndarray] = list(np.indices(index.shape))
    places[axis] = index
    return tuple(places)


def _reduced_into(x: np.ndarray, places: Any, source: np.ndarray, reduction: str, include_self: bool) -> np.ndarray:
    """`x` combined with `source` at `places`; without `include_self` what x holds there is left out."""
    counts = np.full(x.shape, 1.0 if include_self else 0.0)
    np.add.at(counts, places, 1.0)
    touched = counts > (1.0 if include_self else 0.0)
    result = np.where(touched & (not include_self), _NEUTRAL[reduction], x)
    _UFUNCS[reduction].at(result, places, source)
    return np.asarray(result / np.where(touched, counts, 1.0) if reduction == "mean" else result)


def _scatter_reduce(x: np.ndarray, index: np.ndarray, source: np.ndarray, *, axis: int, reduction: str, include_self: bool) -> Any:
    return _reduced_into(x, _places(index, axis), source, reduction, include_self)


def _index_reduce(x: np.ndarray, index: np.ndarray, source: np.ndarray, *, axis: int, reduction: str, include_self: bool) -> Any:
    return _reduced_into(x, _at(x, axis, index), source, reduction, include_self)


def _ties_in_a_place(places: Any) -> Any:
    """For the largest and the smallest: the least gap between any two numbers that meet."""

    def margin(values: Values, params: Params) -> float:
        x, index, source = values
        if params["reduction"] not in ("amax", "amin"):
            return float("inf")
        cells = np.arange(x.size).reshape(x.shape)[places(x, index, params["axis"])]
        meeting = np.concatenate([np.broadcast_to(cells, source.shape).ravel(), np.arange(x.size) if params["include_self"] else []])
        numbers = np.concatenate([source.ravel(), x.ravel() if params["include_self"] else []])
        order = np.lexsort((numbers, meeting))
        together = np.diff(meeting[order]) == 0
        return smallest(np.diff(numbers[order])[together])

    return margin


def _slices_reduced(choose: Choose, first: Shape | None) -> Shapes:
    (shape,) = with_elements(1)(choose, first)
    count = choose.integer(1, 4)
    return (shape, (count,), _replaced(shape, occupied(shape)[0], count))


def _reducing_first(choose: Choose, shapes: Shapes) -> Params:
    """A sum is index_add."""
    return _reducing(choose, shapes) | {"axis": occupied(shapes[0])[0], "reduction": choose.element(REDUCTIONS[1:])}


def _bound(shapes: Shapes, params: Params) -> int:
    return shapes[0][params["axis"]]


INDEX = Operand("index", role="index", bound=_bound)
OPS = (
    Op("index_copy", F, _index_copy, (X, SOURCE), torch_docs("Tensor.index_copy"), _vector_and_slices, _written_axis, complex=True),
    Op("index_fill", F, _index_fill, (X,), torch_docs("Tensor.index_fill"), with_elements(1), _some_slices, complex=True),
    Op(
        "scatter_reduce",
        F,
        _scatter_reduce,
        (X, INDEX, SOURCE),
        torch_docs("Tensor.scatter_reduce"),
        _scattered,
        _reducing,
        margin=_ties_in_a_place(lambda x, index, axis: _places(index, axis)),
    ),
    Op(
        "index_reduce",
        F,
        _index_reduce,
        (X, INDEX, SOURCE),
        torch_docs("Tensor.index_reduce"),
        _slices_reduced,
        _reducing_first,
        margin=_ties_in_a_place(lambda x, index, axis: _at(x, axis, index)),
    ),
)
