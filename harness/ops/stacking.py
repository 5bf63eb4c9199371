"""Stacking: arrays put side by side, those of fewer axes as what they are beside others. Every op here is linear.

hstack, vstack, dstack: along the second, first, third axis;   column_stack: a vector is a column, as in vstack it is a row
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.ops.choose import Choose, Shape
from harness.ops.op import Op, Operand, Shapes, elementwise_shapes, no_params
from harness.ops.regrouping import as_computed
from harness.ops.sources import torch_docs

F = "stacking"
X = (Operand("x"),)
Beside = Callable[[Choose, Shape], Shape]  # the shape of another array that fits beside one


def _equal(choose: Choose, shape: Shape) -> Shape:
    return shape


def _beside_columns(choose: Choose, shape: Shape) -> Shape:
    """A column, or some."""
    return shape[:1] if choose.boolean() else (shape[0], choose.integer(0, 3))


def _beside_rows(choose: Choose, shape: Shape) -> Shape:
    """A row, or some."""
    return shape[-1:] if choose.boolean() else (choose.integer(0, 3), shape[-1])


def _row(name: str, stack: Callable[..., Any], beside: Beside = _equal) -> Op:
    def reference(*arrays: np.ndarray) -> Any:
        return stack(arrays)

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        (shape,) = elementwise_shapes(choose, first)
        fitting = beside if len(shape) in (1, 2) else _equal
        return (shape, *(fitting(choose, shape) for _ in range(choose.integer(0, 2))))

    return Op(name, F, reference, X, torch_docs(name), shapes, no_params, as_computed(reference), complex=True, variadic=True)


OPS = (
    _row("hstack", np.hstack),
    _row("vstack", np.vstack, _beside_rows),
    _row("dstack", np.dstack),
    _row("column_stack", np.column_stack, _beside_columns),
)
