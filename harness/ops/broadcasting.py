"""Shapes that broadcast together.

Law: shapes align from the last axis; an axis of size 1 stretches. Source: https://data-apis.org/array-api/latest/API_specification/broadcasting.html
"""

from __future__ import annotations

import numpy as np

from harness.ops.choose import Choose, Shape
from harness.ops.op import Params, Shapes


def partner(choose: Choose, shape: Shape) -> Shape:
    """A shape that broadcasts with `shape`: the same, some axes 1, or leading axes dropped."""
    kept = shape[choose.integer(0, len(shape)) if choose.boolean() else 0 :]
    if not choose.boolean():
        return kept
    return tuple(1 if choose.boolean() else side for side in kept)


def broadcast_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """Two operands that broadcast; the second, the first, or neither is stretched."""
    whole = choose.shape() if first is None else first
    other = partner(choose, whole)
    return (other, whole) if first is None and choose.boolean() else (whole, other)


def broadcast_result(shapes: Shapes, params: Params) -> Shapes:
    return (tuple(np.broadcast_shapes(*shapes)),)


def broadcast_three(choose: Choose, first: Shape | None) -> Shapes:
    """Three operands that broadcast."""
    x, y = broadcast_shapes(choose, first)
    return (x, y, partner(choose, tuple(np.broadcast_shapes(x, y))))
