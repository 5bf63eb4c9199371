"""Two operands of one op that have the same numbers, or nearly so: the point at which it is so, made of one at which it is not.

f(x, x)    f(x, y), x = y    f(x, x^T)    f(x, x (1 + u))

All raise NotDrawn when the op has no such point.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np

from harness.program.program import Instruction, Program
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.operation import Operation
from harness.strategies.point import Point, single_point
from harness.strategies.replaced import two_arrays, with_value
from harness.strategies.rounding import COMPLEX_DTYPES, an_ulp_from

TRANSPOSED = "transposed leaves"


def one_tensor_twice(source: Source, operation: Operation, dtype: str) -> Point:
    """The second of two operands is the first."""
    coinciding, (first, second) = _coincide(operation, dtype)
    point = single_point(source, coinciding, "one tensor twice")
    kept = [k for k in range(len(point.values)) if k != second]
    inputs = list(point.program.inputs)
    if inputs[first].role == "constant" or inputs[second].role == "constant":
        raise NotDrawn("one tensor cannot be a constant and a primal")
    only = point.program.instructions[0]
    args = tuple(inputs[first].name if k == second else name for k, name in enumerate(only.args))
    program = Program(tuple(inputs[k] for k in kept), (Instruction(only.op, args, only.results, only.params),), point.program.outputs)
    values: tuple[np.ndarray, ...] = tuple(point.values[k] for k in kept)
    return replace(point, program=program, values=values, layouts=tuple(point.layouts[k] for k in kept))


def equal_leaves(source: Source, operation: Operation, dtype: str) -> Point:
    """Two inputs of the same values."""
    return single_point(source, _coincide(operation, dtype)[0], "equal leaves")


def transposed_leaves(source: Source, operation: Operation, dtype: str) -> Point:
    """One of two operands is the other one, its last two axes exchanged."""
    for i, j in permutations(two_arrays(operation), 2):
        x = operation.values[i]
        if x.ndim > 1 and x.size > 1 and np.swapaxes(x, -1, -2).shape == operation.shapes[j]:
            return single_point(source, with_value(operation, j, np.swapaxes(x, -1, -2), dtype), TRANSPOSED)
    raise NotDrawn(f"{operation.op.name}: no two operands may be each other's transposes")


def leaves_an_ulp_apart(source: Source, operation: Operation, dtype: str) -> Point:
    """Two inputs of the same values but for an ulp, up and down by turns."""
    if dtype in COMPLEX_DTYPES:
        raise NotDrawn("complex numbers have no order, and no ties")
    coinciding, (_, second) = _coincide(operation, dtype)
    x, first = coinciding.values[second], source.element((1.0, -1.0))
    if not x.all():
        raise NotDrawn("an ulp of 0 is lost in most sums")
    steps = np.where(np.arange(x.size) % 2, -first, first).reshape(x.shape)
    return single_point(source, with_value(coinciding, second, an_ulp_from(x, steps, dtype), dtype), "leaves an ulp apart")


def _coincide(operation: Operation, dtype: str) -> tuple[Operation, tuple[int, int]]:
    """`operation` with one operand replaced by another one, and their positions. Operands of nothing coincide in nothing."""
    for i, j in permutations(two_arrays(operation), 2):  # the second of two may be the one whose numbers both may have
        if operation.values[i].size and _may_coincide(operation, i, j):
            try:
                changed = with_value(operation, j, operation.values[i], dtype)
            except NotDrawn:
                continue
            return replace(changed, layouts=tuple(operation.layouts[i] if k == j else layout for k, layout in enumerate(changed.layouts))), (i, j)
    raise NotDrawn(f"{operation.op.name}: no two operands may be equal")


def _may_coincide(operation: Operation, i: int, j: int) -> bool:
    """Whether operand `j` may have the shape of operand `i`: an op of any number of operands takes the same one as often as one likes."""
    return operation.shapes[i] == operation.shapes[j] or operation.op.variadic
