"""Edges that lie in what two operands of one op have to do with each other.

f(x, x)          one tensor twice: the two contributions add up in one gradient
f(x, y), x = y   equal leaves: two gradients, which must not be mixed up
f(x, x^T)        transposed leaves: as in a Gram matrix, whose product is symmetric
f(x, x (1 + u))  leaves an ulp apart: at the side of a tie that an ulp decides
f(x, c)          one constant: nobody asks for its gradient, and the rule must not need it; also of integers, where floats are expected
f(0, y)          the first or the second operand at 0, at -0, at 1, where the other one is not
f(far, label)    a constant 0 or 1 beside what is far out on its side: a loss is nearly 0 there, and what is computed as 1 - p has no digit left
shared storage   two leaves that are neighbours in one piece of memory: each gets the gradient of its own part
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from harness.ops.broadcasting import broadcast_result
from harness.ops.op import Op
from harness.program.layout import SHARED
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.coinciding import TRANSPOSED, equal_leaves, leaves_an_ulp_apart, one_tensor_twice, transposed_leaves
from harness.strategies.edges import OF_MATRICES
from harness.strategies.moving import moves
from harness.strategies.operation import Operation
from harness.strategies.point import Point, single_point
from harness.strategies.replaced import made_constant, two_arrays, with_value
from harness.strategies.rounding import COMPLEX_DTYPES, largest

INTEGERS = ("first of integers", "second of integers")
FAR = (30.0, 100.0, 700.0)
LABELS = {"label 1": (1.0, 1.0), "label 0": (0.0, -1.0), "label -1": (-1.0, -1.0)}  # the label, and the side on which it is right


def together_for(op: Op) -> tuple[str, ...]:
    """Those that mean something for `op`: whole numbers beside floats are promoted by ops that broadcast only."""
    arrays = sum(operand.role == "array" for operand in op.operands)
    if arrays < 2 and not op.variadic:
        return ()
    promoted, matrices = op.result_shapes is broadcast_result and op.real, op.family in OF_MATRICES
    wanted = {**dict.fromkeys(INTEGERS, promoted), TRANSPOSED: matrices}
    return tuple(name for name in TOGETHER if wanted.get(name, True))


def one_constant(source: Source, operation: Operation, dtype: str) -> Point:
    """One of the operands is not differentiated."""
    return made_constant(single_point(source, operation, "one constant"), source.element(two_arrays(operation)))


def integers(position: int) -> Callable[[Source, Operation, str], Point]:
    """The first or second operand is a constant array of integers; the second of negative ones where it may be: 2^-1 is no integer."""

    def at(source: Source, operation: Operation, dtype: str) -> Point:
        if dtype in COMPLEX_DTYPES:
            raise NotDrawn("an integer beside complex numbers is another promotion")
        place = two_arrays(operation)[position]
        domain = operation.op.operand(place).domain
        whole = np.asarray(np.clip(np.round(operation.values[place]), -3, 3))
        whole = np.asarray(np.where(whole == 0, 2.0, whole)) if not domain.contains(whole) else whole
        negative = -np.maximum(np.abs(whole), 1.0)
        changed = with_value(operation, place, negative if position == 1 and domain.contains(negative) else whole, dtype)
        if not moves(replace(changed, values=_with_integers(changed.values, place))):
            raise NotDrawn("a mask takes nothing but the integers")
        point = made_constant(single_point(source, changed, INTEGERS[position]), place)
        return replace(point, values=_with_integers(point.values, place))

    return at


def _with_integers(values: tuple[np.ndarray, ...], place: int) -> tuple[np.ndarray, ...]:
    return tuple(x.astype(np.int64) if i == place else x for i, x in enumerate(values))


def shared_storage(source: Source, operation: Operation, dtype: str) -> Point:
    """All operands in one piece of memory."""
    arrays = two_arrays(operation)
    layouts = tuple(SHARED if i in arrays else layout for i, layout in enumerate(operation.layouts))
    return single_point(source, replace(operation, layouts=layouts), "shared storage")


def special(position: int, value: float) -> Callable[[Source, Operation, str], Point]:
    """One of the first two operands is `value` everywhere, the other one nowhere."""

    def at(source: Source, operation: Operation, dtype: str) -> Point:
        place, other = (two_arrays(operation)[k] for k in (position, 1 - position))
        if not operation.values[place].size or np.any(operation.values[other] == value):
            raise NotDrawn(f"nothing is anywhere, or the other operand is {value:g}, too")
        given = replace(operation, values=tuple(np.full_like(x, value) if i == place else x for i, x in enumerate(operation.values)))
        upper = replace(given, values=tuple(np.abs(x) if x.dtype.kind == "f" and i != place else x for i, x in enumerate(given.values)))
        smoother = max((given, upper), key=lambda one: one.op.margin_at(one.values, one.params))  # atan2(0, y) is smooth for y > 0 only
        return single_point(source, with_value(smoother, place, smoother.values[place], dtype), _special_name(position, value))

    return at


def _special_name(position: int, value: float) -> str:
    return f"{('first', 'second')[position]} {value:g}"


def labelled(name: str, label: float, side: float) -> Callable[[Source, Operation, str], Point]:
    """The second operand is this constant, the first far out on that side: equally far, since beside a loss of 1e-5 one of 1e-14 does not show."""

    def at(source: Source, operation: Operation, dtype: str) -> Point:
        if dtype in COMPLEX_DTYPES:
            raise NotDrawn("complex numbers have no sides")
        first, second = two_arrays(operation)[:2]
        distance = side * source.element([far for far in FAR if far <= largest(dtype, np.inf)])
        given = operation
        for place, number in ((first, distance), (second, label)):
            filled = np.full(operation.shapes[place], number)
            if not operation.op.operand(place).domain.contains(filled):
                raise NotDrawn(f"{operation.op.name} takes no {number:g} there")
            given = with_value(given, place, filled, dtype)
        return made_constant(single_point(source, given, name), second)

    return at


TOGETHER: MappingProxyType[str, Callable[[Source, Operation, str], Point]] = MappingProxyType(
    {
        "one tensor twice": one_tensor_twice,
        "equal leaves": equal_leaves,
        TRANSPOSED: transposed_leaves,
        "leaves an ulp apart": leaves_an_ulp_apart,
        "one constant": one_constant,
        **{name: integers(position) for position, name in enumerate(INTEGERS)},
        "shared storage": shared_storage,
        **{_special_name(position, value): special(position, value) for position in (0, 1) for value in (0.0, -0.0, 1.0)},
        **{name: labelled(name, *sides) for name, sides in LABELS.items()},
    }
)
