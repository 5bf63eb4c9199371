"""Edges that lie in what two operands of one op have to do with each other.

f(x, x)          one tensor twice: the two contributions add up in one gradient
f(x, y), x = y   equal leaves: two gradients, which must not be mixed up
f(x, x (1 + u))  leaves an ulp apart: at the side of a tie that an ulp decides
f(x, c)          one constant: nobody asks for its gradient, and the rule must not need it; also of integers, where floats are expected
f(0, y)          the first or the second operand at 0, at -0, at 1, where the other one is not
f(far, label)    a constant 0 or 1 beside what is far out on its side: a loss is nearly 0 there, and what is computed as 1 - p has no digit left
shared storage   two leaves that are neighbours in one piece of memory: each gets the gradient of its own part
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from types import MappingProxyType

import numpy as np

from harness.ops.broadcasting import broadcast_result
from harness.ops.op import Op
from harness.program.layout import SHARED
from harness.program.program import Instruction, Program
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.moving import moves
from harness.strategies.operation import Operation
from harness.strategies.point import Point, single_point
from harness.strategies.replaced import made_constant, two_arrays, with_value
from harness.strategies.rounding import COMPLEX_DTYPES, an_ulp_from, largest

INTEGERS = ("first of integers", "second of integers")
FAR = (30.0, 100.0, 700.0)
LABELS = {"label 1": (1.0, 1.0), "label 0": (0.0, -1.0), "label -1": (-1.0, -1.0)}  # the label, and the side on which it is right


def together_for(op: Op) -> tuple[str, ...]:
    """Those that mean something for `op`: whole numbers beside floats are promoted by ops that broadcast, and by no other."""
    arrays = sum(operand.role == "array" for operand in op.operands)
    if arrays < 2 and not op.variadic:
        return ()
    return tuple(name for name in TOGETHER if name not in INTEGERS or (op.result_shapes is broadcast_result and op.real))


def one_tensor_twice(source: Source, operation: Operation, dtype: str) -> Point:
    """The second of two operands is the first. Raises NotDrawn, as all of these do, when the op has no such point."""
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


def _coincide(operation: Operation, dtype: str) -> tuple[Operation, tuple[int, int]]:
    """`operation` with one operand replaced by another one, and their positions. Operands of nothing coincide in nothing."""
    for i, j in permutations(two_arrays(operation), 2):  # the second of two may be the one whose numbers both may have
        if operation.values[i].size and _may_coincide(operation, i, j):
            try:
                changed = with_value(operation, j, operation.values[i], dtype)
            except NotDrawn:
                continue
            layouts = tuple(operation.layouts[i] if k == j else layout for k, layout in enumerate(operation.layouts))
            return replace(changed, layouts=layouts), (i, j)
    raise NotDrawn(f"{operation.op.name}: no two operands may be equal")


def _may_coincide(operation: Operation, i: int, j: int) -> bool:
    """Whether operand `j` may have the shape of operand `i`: an op of any number of operands takes the same one as often as one likes."""
    return operation.shapes[i] == operation.shapes[j] or operation.op.variadic


TOGETHER: MappingProxyType[str, Callable[[Source, Operation, str], Point]] = MappingProxyType(
    {
        "one tensor twice": one_tensor_twice,
        "equal leaves": equal_leaves,
        "leaves an ulp apart": leaves_an_ulp_apart,
        "one constant": one_constant,
        **{name: integers(position) for position, name in enumerate(INTEGERS)},
        "shared storage": shared_storage,
        **{_special_name(position, value): special(position, value) for position in (0, 1) for value in (0.0, -0.0, 1.0)},
        **{name: labelled(name, *sides) for name, sides in LABELS.items()},
    }
)
