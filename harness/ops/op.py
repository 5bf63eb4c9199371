"""One differentiable function of the catalogue, as data.

An op is called as `op(*arrays, **params)`: arrays by position, parameters (plain JSON data) by keyword. Names and meaning are the
array API standard's where it has the function, else torch's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.defaults import given
from harness.ops.domain import REALS, Domain

Shapes = tuple[Shape, ...]
Params = dict[str, Any]
Values = tuple[np.ndarray, ...]
LARGEST = 1e100  # the product of three such numbers, as it appears in second derivatives, still is a float64


@dataclass(frozen=True)
class Operand:
    """One array argument. An `array` is differentiable; an `index` holds integers in [0, bound), a `mask` booleans."""

    name: str
    domain: Domain = REALS
    role: Literal["array", "index", "mask"] = "array"
    bound: Callable[[Shapes, Params], int] | None = None


def elementwise_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """The shapes of an op of one operand that takes every shape."""
    return (choose.shape() if first is None else first,)


def no_params(choose: Choose, shapes: Shapes) -> Params:
    return {}


def same_shape(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0],)


def smooth(values: Values, params: Params) -> float:
    """The margin of an op without kinks in its domain."""
    return float("inf")


def anywhere(values: Values, params: Params) -> bool:
    return True


@dataclass(frozen=True)
class Op:
    """A differentiable function.

    `shapes(choose, first)` draws one shape per operand; `first`, when given, is the shape of the first operand (raises DoesNotFit when the op
    cannot take it). `parameters(choose, shapes)` draws the keyword arguments. `result_shapes(shapes, params)` is the shape rule, one
    shape per result. `margin(values, params)` is the distance, in units of the operands, to the nearest point where the op is not smooth (a kink,
    a tie, a branch cut); inf where it is smooth on its whole domain. `admits(values, params)` is what a domain per operand cannot say (a
    gap between eigenvalues, distinct indices). `complex` marks ops that are also defined, and differentiable, for complex operands; `real` is False
    for the few that are defined for nothing else. Trailing operands may be left out (a bias): `shapes` then draws fewer.
    """

    name: str
    family: str
    reference: Callable[..., Any]
    operands: tuple[Operand, ...]
    source: str
    shapes: Callable[[Choose, Shape | None], Shapes] = elementwise_shapes
    parameters: Callable[[Choose, Shapes], Params] = no_params
    result_shapes: Callable[[Shapes, Params], Shapes] = same_shape
    margin: Callable[[Values, Params], float] = smooth
    admits: Callable[[Values, Params], bool] = anywhere
    complex: bool = False
    real: bool = True
    variadic: bool = False  # the last operand may be repeated: shapes decides how often

    def operand(self, position: int) -> Operand:
        return self.operands[min(position, len(self.operands) - 1)] if self.variadic else self.operands[position]

    def contains(self, values: Values, params: Params) -> bool:
        """Whether `values` lie in the op's domain, so that function and derivative are finite and well defined."""
        inside = self._takes(values) and all(
            self.operand(i).role != "array" or (bool(np.all(np.isfinite(x))) and self.operand(i).domain.contains(x)) for i, x in enumerate(values)
        )
        with np.errstate(all="ignore"):  # where squares overflow a domain says no, or the value does
            try:
                return inside and bool(self.admits(values, given(params))) and _no_overflow(values, apply_reference(self, values, params))
            except np.linalg.LinAlgError:  # a pivot that underflows to 0
                return False

    def margin_at(self, values: Values, params: Params) -> float:
        """`margin`, without a warning where squares overflow."""
        with np.errstate(all="ignore"):
            return float(self.margin(values, given(params)))

    def _takes(self, values: Values) -> bool:
        """Whether the arrays are all real or all complex, as the op allows."""
        kinds = {np.iscomplexobj(x) for i, x in enumerate(values) if self.operand(i).role == "array"}
        return (self.real and kinds == {False}) or (self.complex and kinds == {True})


def apply_reference(op: Op, values: Values, params: Params) -> Values:
    """The op's NumPy value: always a tuple of arrays, one per result. Overflow is not an error: it shows in the value."""
    with np.errstate(all="ignore"):
        result = op.reference(*values, **{name: _tuples(value) for name, value in given(params).items()})
    return tuple(np.asarray(r) for r in result) if isinstance(result, tuple | list) else (np.asarray(result),)


def _no_overflow(values: Values, results: Values) -> bool:
    """Results are finite, and below LARGEST unless an operand is itself larger."""
    limit = max(LARGEST, *(float(np.max(np.abs(x), initial=0.0)) for x in values))
    return all(bool(np.all(np.abs(y) <= limit)) for y in results)


def _tuples(value: Any) -> Any:
    """Parameters that come from JSON hold lists where NumPy wants tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


__all__ = [
    "DoesNotFit",
    "Op",
    "Operand",
    "Params",
    "Shapes",
    "Values",
    "apply_reference",
    "elementwise_shapes",
    "no_params",
    "same_shape",
]
