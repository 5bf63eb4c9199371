"""An operation with one of its operands replaced, or made a constant: what edges of several operands are put together from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.program.layout import fitting
from harness.program.program import Input, Program, Role
from harness.strategies.choose import NotDrawn
from harness.strategies.operation import Operation, results_of
from harness.strategies.point import Point
from harness.strategies.rounding import largest


def two_arrays(operation: Operation) -> list[int]:
    """Where the arrays among the operands are. Raises NotDrawn where there is one only, or where all are of nothing."""
    arrays = [i for i in range(len(operation.values)) if operation.op.operand(i).role == "array"]
    if len(arrays) < 2:
        raise NotDrawn(f"{operation.op.name}: fewer than two operands were drawn")
    if not any(operation.values[i].size for i in arrays):
        raise NotDrawn(f"{operation.op.name}: operands of nothing have nothing to do with each other")
    return arrays


def made_constant(point: Point, place: int) -> Point:
    """`point` with that input constant and every other one that can be a primal."""
    inputs = tuple(Input(given.name, given.shape, _role(given.role, i == place)) for i, given in enumerate(point.program.inputs))
    return replace(point, program=Program(inputs, point.program.instructions, point.program.outputs))


def _role(role: Role, constant: bool) -> Role:
    return "constant" if constant else "primal" if role == "constant" else role


def with_value(operation: Operation, place: int, value: np.ndarray, dtype: str) -> Operation:
    """`value` in that place. Raises NotDrawn where the op is not defined there."""
    values = tuple(value if k == place else old for k, old in enumerate(operation.values))
    try:
        results = results_of(operation.op, values, operation.params, largest(dtype))
    except ValueError:  # einsum, multi_dot: the new shape does not go with the others
        results = None
    if results is None:
        raise NotDrawn(f"{operation.op.name} is not defined there")
    shapes, margin = tuple(x.shape for x in values), operation.op.margin_at(values, operation.params)
    layouts = tuple(map(fitting, values, operation.layouts))
    return replace(operation, shapes=shapes, values=values, results=results, margin=margin, layouts=layouts)
