"""Discrete Fourier transforms along several axes, and the shift back.

fftn(x)_k = c sum_j x_j exp(-2 pi i sum_a j_a k_a / n_a);   a real input keeps half of the last axis, a half spectrum gives a real result
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import fft

from harness.ops.axes import choose_axes, choose_axis, normal_axes, occupied, shape_like, without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.fourier import NORMS
from harness.ops.op import Op, Operand, Params, Shapes, same_shape
from harness.ops.sources import array_api, torch_docs

F = "fourier_grids"
X = (Operand("x"),)
Rule = Callable[[int], int]


def _longer_last(rank: int) -> Callable[[Choose, Shape | None], Shapes]:
    """At least `rank` axes with elements, two or more along the last: a half spectrum of one element tells no length."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        shape = shape_like(choose, first, min_rank=rank)
        if first is None:
            return ((*(max(side, 1) for side in shape[:-1]), max(shape[-1], 2)),)
        if 0 in shape or shape[-1] < 2:
            raise DoesNotFit
        return (shape,)

    return shapes


def _last_axes(choose: Choose, shapes: Shapes) -> Params:
    """The last axis, and perhaps one before it."""
    rank = len(shapes[0])
    before = (choose.integer(-rank, -2),) if rank > 1 and choose.boolean() else ()
    return {"axes": (*before, -1), "norm": choose.element(NORMS)}


def _some_axes(choose: Choose, shapes: Shapes) -> Params:
    """Any axes in any order: a transform of whole spectra treats all alike."""
    return {"axes": choose_axes(choose, range(len(shapes[0])), len(shapes[0])), "norm": choose.element(NORMS)}


def _two_in_any_order(choose: Choose, shapes: Shapes) -> Params:
    return {"axes": choose.element(((-2, -1), (-1, -2), (0, 1))), "norm": choose.element(NORMS)}


def _last_two(choose: Choose, shapes: Shapes) -> Params:
    return {"axes": (-2, -1), "norm": choose.element(NORMS)}


def _last_side(rule: Rule) -> Callable[[Shapes, Params], Shapes]:
    return lambda shapes, params: ((*shapes[0][:-1], rule(shapes[0][-1])),)


def _over(transform: Callable[..., Any]) -> Callable[..., Any]:
    def reference(x: np.ndarray, *, axes: Any, norm: str) -> Any:
        return transform(x, axes=normal_axes(axes, x.ndim), norm=norm)

    return reference


def _ifftshift(x: np.ndarray, *, axis: int) -> Any:
    return np.fft.ifftshift(x, axis)


def _an_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, occupied(shapes[0]), len(shapes[0]))}


def _rows(suffix: str, rank: int, whole: Any, parameters: Any, source: Callable[[str], str]) -> tuple[Op, ...]:
    """The transforms of one suffix: "n" along any axes, "2" along the last two."""

    def row(name: str, rule: Rule, shapes: Any, *, complex: bool = True) -> Op:
        reference = _over(getattr(fft, f"{name}n"))
        drawn = whole if name in ("fft", "ifft") else parameters
        return Op(f"{name}{suffix}", F, reference, X, source(f"fft.{name}{suffix}"), shapes, drawn, _last_side(rule), complex=complex)

    filled, longer = without_empty_axes(rank), _longer_last(rank)
    return (
        row("fft", lambda side: side, filled),
        row("ifft", lambda side: side, filled),
        row("rfft", lambda side: side // 2 + 1, filled, complex=False),
        row("irfft", lambda side: 2 * (side - 1), longer),
        row("hfft", lambda side: 2 * (side - 1), longer),
        row("ihfft", lambda side: side // 2 + 1, filled, complex=False),
    )


OPS = (
    *_rows("n", 1, _some_axes, _last_axes, torch_docs),
    *(op for op in _rows("2", 2, _two_in_any_order, _last_two, torch_docs) if op.name != "fft2"),  # which is in harness.ops.fourier
    Op("ifftshift", F, _ifftshift, X, array_api("fft.ifftshift"), without_empty_axes(1), _an_axis, same_shape, complex=True),
)
