"""Regrouping: axes cut, merged, exchanged and given, arrays taken apart, in the words of torch. Every op here is linear.

narrow(x, a, i, n) = x[..., i : i + n, ...]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, occupied, with_axes, with_elements
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.defaults import given
from harness.ops.op import Op, Operand, Params, Shapes, no_params
from harness.ops.sources import torch_docs

F = "regrouping"
X = (Operand("x"),)


def _narrow(x: np.ndarray, *, axis: int, start: int, length: int) -> Any:
    return np.take(x, range(start, start + length), axis)


def _part(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    start = choose.integer(0, shapes[0][axis] - 1)
    return {"axis": axis, "start": start, "length": choose.integer(0, shapes[0][axis] - start)}


def _narrowed(shapes: Shapes, params: Params) -> Shapes:
    (at,) = normal_axes(params["axis"], len(shapes[0]))
    return ((*shapes[0][:at], params["length"], *shapes[0][at + 1 :]),)


def _chunk_bounds(side: int, count: int) -> list[int]:
    """Chunks are as long as ceil(side / count), the last one shorter."""
    return list(range(-(-side // count), side, -(-side // count)))


def _chunk(x: np.ndarray, *, count: int, axis: int) -> Any:
    return tuple(np.split(x, _chunk_bounds(x.shape[axis], count), axis))


def _tensor_split(x: np.ndarray, *, count: int, axis: int) -> Any:
    return tuple(np.array_split(x, count, axis))


def _count_and_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"count": choose.integer(1, 3), "axis": choose_axis(choose, occupied(shapes[0]), len(shapes[0]))}


def as_computed(reference: Callable[..., Any]) -> Callable[[Shapes, Params], Shapes]:
    """The shape rule of an op that only moves elements: what it does to an array of zeros."""

    def rule(shapes: Shapes, params: Params) -> Shapes:
        results = reference(*map(np.zeros, shapes), **given(params))
        return tuple(y.shape for y in (results if isinstance(results, tuple | list) else (results,)))

    return rule


def _transpose(x: np.ndarray, *, first: int, second: int) -> Any:
    return np.swapaxes(x, first, second)


def _two_axes(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    return {"first": choose.integer(-rank, rank - 1), "second": choose.integer(-rank, rank - 1)}


def _flatten(x: np.ndarray, *, start: int, end: int) -> Any:
    first, last = start % x.ndim, end % x.ndim
    return x.reshape(*x.shape[:first], int(np.prod(x.shape[first : last + 1], dtype=int)), *x.shape[last + 1 :])


def _start_and_end(choose: Choose, shapes: Shapes) -> Params:
    start = choose.integer(0, len(shapes[0]) - 1)
    return {"start": start, "end": choose.integer(start, len(shapes[0]) - 1) - len(shapes[0])}


def _unflatten(x: np.ndarray, *, axis: int, sizes: Sequence[int]) -> Any:
    at = axis % x.ndim
    return x.reshape(*x.shape[:at], *sizes, *x.shape[at + 1 :])


def _divided_axis(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    side = shapes[0][axis]
    rows = choose.element([n for n in range(1, side + 1) if side % n == 0])
    return {"axis": axis, "sizes": (rows, side // rows)}


def _flip_first(x: np.ndarray) -> Any:
    return np.flip(x, 0)


def _flip_second(x: np.ndarray) -> Any:
    return np.flip(x, 1)


def _diag(x: np.ndarray, *, offset: int) -> Any:
    return np.diag(x, offset)


def _vector_or_matrix(choose: Choose, first: Shape | None) -> Shapes:
    shape = choose.shape(min_rank=1, max_rank=2, min_side=1) if first is None else first
    if len(shape) not in (1, 2) or 0 in shape:
        raise DoesNotFit
    return (shape,)


def _offset(choose: Choose, shapes: Shapes) -> Params:
    sides = shapes[0]
    return {"offset": choose.element([k for k in (0, 1, -1) if len(sides) == 1 or -sides[0] < k < sides[1]])}


def _diagflat(x: np.ndarray, *, offset: int) -> Any:
    return np.diagflat(x, offset)


def _cartesian_prod(*vectors: np.ndarray) -> Any:
    return np.stack(np.meshgrid(*vectors, indexing="ij"), axis=-1).reshape(-1, len(vectors))


def _vectors(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and len(first) != 1:
        raise DoesNotFit
    return ((choose.integer(1, 4),) if first is None else first, *((choose.integer(1, 3),) for _ in range(choose.integer(1, 2))))


def _combinations(x: np.ndarray, *, r: int) -> Any:
    places = np.array(list(combinations(range(len(x)), r)), int).reshape(-1, r)
    return x[places]


def _one_vector(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and (len(first) != 1 or first[0] < 2):
        raise DoesNotFit
    return ((choose.integer(2, 4),) if first is None else first,)


def _row(name: str, reference: Any, parameters: Any, shapes: Any, rule: Any = None, *, variadic: bool = False) -> Op:
    result = rule or as_computed(reference)
    return Op(name, F, reference, X, torch_docs(name), shapes, parameters, result, complex=True, variadic=variadic)


def _sizes(choose: Choose, shapes: Shapes) -> Params:
    return {"r": choose.element((2, 1))}


OPS = (
    _row("narrow", _narrow, _part, with_elements(1), _narrowed),
    _row("chunk", _chunk, _count_and_axis, with_elements(1)),
    _row("tensor_split", _tensor_split, _count_and_axis, with_elements(1)),
    _row("transpose", _transpose, _two_axes, with_axes(1)),
    _row("flatten", _flatten, _start_and_end, with_axes(1)),
    _row("unflatten", _unflatten, _divided_axis, with_elements(1)),
    _row("fliplr", _flip_second, no_params, with_axes(2)),
    _row("flipud", _flip_first, no_params, with_axes(1)),
    _row("diag", _diag, _offset, _vector_or_matrix),
    _row("diagflat", _diagflat, _offset, _vector_or_matrix),
    _row("cartesian_prod", _cartesian_prod, no_params, _vectors, variadic=True),
    _row("combinations", _combinations, _sizes, _one_vector),
)
