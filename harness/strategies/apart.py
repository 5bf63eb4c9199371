"""Edges at which one operand is of another size than the rest: the smallest or the largest numbers beside ordinary ones.

f(s x, y),    s = 10^-300, 10^300 in float64

Where all operands are so small, x y underflows, and so does what a difference could see of a wrong derivative; where all are so large, it overflows.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from harness.ops.broadcasting import broadcast_result
from harness.ops.op import Op
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.edges import OF_MATRICES
from harness.strategies.operation import Operation, results_of
from harness.strategies.point import Point, single_point
from harness.strategies.regimes import Regime, inside
from harness.strategies.replaced import two_arrays
from harness.strategies.rounding import exactly, largest, real_dtype

DECADES = MappingProxyType({"float64": 300, "float32": 34, "bfloat16": 34})  # a readable number of them is normal and finite; float16 has no 10^5
APART = MappingProxyType({"one smallest": -1, "one largest": 1})
FRACTIONS = Regime("fractions", 1, lambda rng, shape, domain: rng.choice(inside((0.5, -0.5, 0.25, -0.25, 0.75, -0.75), domain), shape))


def apart_for(op: Op) -> tuple[str, ...]:
    """Those that mean something for `op`: all, where it may be a product of two arrays, by entries or of matrices."""
    arrays = [operand for operand in op.operands if operand.role == "array"]
    product = op.result_shapes is broadcast_result or op.family in OF_MATRICES
    return tuple(APART) if len(arrays) == 2 and product else ()


def apart(source: Source, operation: Operation, edge: str, dtype: str) -> Point:
    """`operation` with one operand scaled as `edge` says.

    Raises:
        NotDrawn: it is not defined there, an operand or the result is nothing but 0, or all operands may be of that size: then edges of their own are
            drawn at it; or the dtype has no such numbers.
    """
    arrays, decades = two_arrays(operation), DECADES.get(real_dtype(dtype))
    if decades is None:
        raise NotDrawn(f"{dtype} has neither very large nor very small numbers")
    factor = 10.0 ** (APART[edge] * decades)
    alike, scaled = _scaled(operation, arrays, factor, dtype), _scaled(operation, [source.element(arrays)], factor, dtype)
    if scaled is None or _vanishes(scaled, arrays) or (alike and any(np.any(exactly(y, dtype)) for y in alike.results)):
        raise NotDrawn(f"{operation.op.name}: no operand of its own size")
    return single_point(source, scaled, edge)


def _vanishes(operation: Operation, arrays: list[int]) -> bool:
    """Whether an operand or the result is nothing but 0."""
    return not all(np.any(operation.values[i]) for i in arrays) or not any(np.any(y) for y in operation.results)


def _scaled(operation: Operation, places: list[int], factor: float, dtype: str) -> Operation | None:
    """`operation` with these operands times `factor`; None where it is not defined there, or overflows."""
    op, params = operation.op, operation.params
    with np.errstate(over="ignore"):
        values = tuple(exactly(x * factor, dtype) if i in places else x for i, x in enumerate(operation.values))
        results = results_of(op, values, params, largest(dtype, np.inf))
        if results is None:
            return None
        return replace(operation, values=values, results=results, margin=op.margin_at(values, params))
