"""Axes: how ops along axes draw them, and what they do to a shape.

An axis is an integer (negative counts from the end), a sequence of such, or None for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.op import Params, Shapes


def normal_axes(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """The axes meant by `axis`, counted from the front."""
    if axis is None:
        return tuple(range(rank))
    return tuple(a % rank for a in ([axis] if isinstance(axis, int) else axis))


def choose_axis(choose: Choose, allowed: Sequence[int], rank: int) -> int:
    """One of `allowed`, counted from the front or from the end."""
    axis = choose.element(allowed)
    return axis - rank if choose.boolean() else axis


def choose_axes(choose: Choose, allowed: Sequence[int], rank: int) -> tuple[int, ...]:
    """Some of `allowed`, one half as often as another number, in any order; all counted from the front, all from the end, or some so and some so."""
    left, kept = list(allowed), list[int]()
    for _ in range(choose.element((*range(1, len(left) + 1), *range(2, len(left) + 1)))):
        kept.append(left.pop(choose.integer(0, len(left) - 1)))
    back = choose.element((False, True, None))
    return tuple(axis - rank if (choose.boolean() if back is None else back) else axis for axis in kept)


def shape_like(choose: Choose, first: Shape | None, *, min_rank: int = 0, max_rank: int = 3) -> Shape:
    """A shape of at least `min_rank` axes, or `first`.

    Raises:
        DoesNotFit: `first` has too few or too many axes.
    """
    shape = choose.shape(min_rank=min_rank, max_rank=max_rank) if first is None else first
    if not min_rank <= len(shape) <= max(max_rank, 5):
        raise DoesNotFit
    return shape


def with_axes(minimum: int) -> Callable[[Choose, Shape | None], Shapes]:
    """One operand of at least `minimum` axes."""
    return lambda choose, first: (shape_like(choose, first, min_rank=minimum),)


def with_elements(minimum: int = 0, side: int = 1) -> Callable[[Choose, Shape | None], Shapes]:
    """One operand of at least `minimum` axes, one of them (unless the rank is 0) of length `side` or more."""
    return _repaired(minimum, lambda shape: not shape or max(shape) >= side, lambda shape: (*shape[:-1], side))


def without_empty_axes(minimum: int = 0, side: int = 1) -> Callable[[Choose, Shape | None], Shapes]:
    """As `with_elements`, and at least one element."""
    return _repaired(
        minimum,
        lambda shape: not shape or (max(shape) >= side and 0 not in shape),
        lambda shape: (*(max(length, 1) for length in shape[:-1]), max(shape[-1], side)),
    )


def _repaired(minimum: int, fits: Callable[[Shape], bool], repair: Callable[[Shape], Shape]) -> Callable[[Choose, Shape | None], Shapes]:
    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        shape = shape_like(choose, first, min_rank=minimum)
        if fits(shape):
            return (shape,)
        if first is not None:
            raise DoesNotFit
        return (repair(shape),)

    return shapes


def occupied(shape: Shape, side: int = 1) -> list[int]:
    """The axes of length `side` or more."""
    return [axis for axis, length in enumerate(shape) if length >= side]


def any_axes(choose: Choose, shapes: Shapes) -> Params:
    """`axis`: None, one or several; `keepdims`."""
    return reduction_of(choose, list(range(len(shapes[0]))), len(shapes[0]), whole=True)


def occupied_axes(choose: Choose, shapes: Shapes) -> Params:
    """As `any_axes`, without a reduction over nothing."""
    return reduction_of(choose, occupied(shapes[0]), len(shapes[0]), whole=0 not in shapes[0])


def one_occupied_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, occupied(shapes[0]), len(shapes[0]))}


def one_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, range(len(shapes[0])), len(shapes[0]))}


def reduced(shapes: Shapes, params: Params) -> Shapes:
    """The shape rule of reductions: the axes vanish, or stay with size 1."""
    shape = shapes[0]
    axes = normal_axes(params.get("axis"), len(shape))
    if params.get("keepdims", False):
        return (tuple(1 if a in axes else side for a, side in enumerate(shape)),)
    return (tuple(side for a, side in enumerate(shape) if a not in axes),)


def reduction_of(choose: Choose, allowed: list[int], rank: int, *, whole: bool) -> Params:
    """`axis`: one or several of `allowed`, or None if `whole`; `keepdims`, which several libraries know only beside an axis."""
    forms = [*(["all"] if whole else []), *(["one", "several"] if allowed else [])]
    axis: Any = None
    match choose.element(forms):
        case "one":
            axis = choose_axis(choose, allowed, rank)
        case "several":
            axis = choose_axes(choose, allowed, rank)
    return {"axis": axis, "keepdims": axis is not None and choose.boolean()}
