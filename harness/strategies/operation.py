"""One op with operands and parameters: inside its domain, its results finite and bounded, and away from kinks unless a kink is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.ops.choose import DoesNotFit, Shape
from harness.ops.defaults import leave_out
from harness.ops.op import Op, Params, Shapes, Values, apply_reference
from harness.program.layout import REPEATING, repeating
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.leaves import HIDDEN, Layouts, draw_layout, draw_operand
from harness.strategies.regimes import REGIMES, Regime
from harness.strategies.rounding import largest

TAILS = (9, 17, 33)  # one more than a multiple of a vector register: the loop's remainder
MAX_ELEMENTS = 512
SMOOTH_MARGIN = 1e-2  # an ordinary point is at least so far from a kink, so that the oracle's first steps stay on one side
EMPTY_TRIES = 64
TWIN_TRIES = 32
ALL = MappingProxyType({"all true": True, "all false": False})  # patterns of a mask
DISTINCT, NORMAL = REGIMES[2], REGIMES[3]


@dataclass(frozen=True)
class Operation:
    """A drawn op: one value per operand, and what NumPy makes of them."""

    op: Op
    shapes: Shapes
    params: Params
    values: Values
    results: Values
    margin: float
    layouts: Layouts
    regime: str


def draw_operation(
    source: Source,
    op: Op,
    regime: Regime,
    dtype: str,
    *,
    layouts: Layouts,
    kinked: bool = False,
    strict: bool = False,
    shapes: Shapes | None = None,
) -> Operation:
    """`op` at a point of `regime`; unless `strict`, at one of a tamer regime where that has no point of the domain, or no smooth one.

    Of `shapes`, where they are given.

    Raises:
        NotDrawn: no attempt lies in the domain, or the op does not take a shape that the regime asks for.
    """
    shapes = shapes_at(source, op, regime) if shapes is None else shapes
    params = leave_out(source, op.name, with_mask(op.parameters(source, shapes), regime.pattern))
    chosen = tuple(draw_layout(source, layouts, shape) for shape in shapes)
    plain = tuple("contiguous" if layout in REPEATING else layout for layout in chosen)  # a repeated slice may be singular, or all ties
    found = None
    tamer = () if strict else ((DISTINCT, plain), (NORMAL, plain), (NORMAL, plain))
    for tried, laid in ((regime, chosen), *tamer):
        operation = _at(source, op, shapes, params, tried, laid, dtype)
        found = operation or found
        if operation and (kinked or operation.margin >= SMOOTH_MARGIN):
            return operation
    if found is None:
        raise NotDrawn(f"{op.name}: no point of its domain for shapes {shapes} and {params}")
    return found


def with_mask(params: Params, pattern: str) -> Params:
    """`params` with the mask among them, if there is one, all true or all false, if that is the pattern."""
    if "mask" not in params or pattern not in ALL:
        return params
    return params | {"mask": _tuples(np.full(np.shape(params["mask"]), ALL[pattern]).tolist())}


def _tuples(mask: Any) -> Any:
    return tuple(map(_tuples, mask)) if isinstance(mask, list) else mask


def shapes_at(source: Source, op: Op, regime: Regime) -> Shapes:
    """Shapes such as the regime asks for. Raises NotDrawn when the op takes none."""
    if regime.pattern == "none":
        return draw_without_index(source, op)
    return draw_first_of(source, op, regime.firsts) if regime.firsts else draw_shapes(source, op)


def draw_shapes(source: Source, op: Op) -> Shapes:
    """Shapes that the op takes; seldom with a last axis that leaves a vectorised loop a remainder."""
    if source.integer(0, 19) == 19:
        try:
            return small(op.shapes(source, draw_tail(source)))
        except DoesNotFit:
            pass
    try:
        return small(op.shapes(source, None))
    except DoesNotFit:
        raise NotDrawn(f"{op.name}: its own shapes do not fit") from None


def draw_without_index(source: Source, op: Op) -> Shapes:
    """Shapes in which an index holds nothing, and another operand something. Raises NotDrawn when none of many is so."""
    for _ in range(EMPTY_TRIES):
        shapes = draw_shapes(source, op)
        held = {op.operand(i).role: bool(np.prod(shape)) for i, shape in enumerate(shapes) if op.operand(i).role in ("index", "array")}
        if held == {"index": False, "array": True}:
            return shapes
    raise NotDrawn(f"{op.name} wants an index")


def draw_twins(source: Source, op: Op) -> Shapes:
    """Shapes in which two operands of several numbers have one. Raises NotDrawn when none of some is so."""
    for _ in range(TWIN_TRIES):
        shapes = draw_shapes(source, op)
        several = [shape for i, shape in enumerate(shapes) if op.operand(i).role == "array" and np.prod(shape) > 1]
        if len(set(several)) < len(several) or (op.variadic and len(several) > 1):
            return shapes
    raise NotDrawn(f"{op.name}: no two operands of one shape")


def draw_first_of(source: Source, op: Op, firsts: Shapes) -> Shapes:
    """Shapes with one of `firsts` in front: any one, else the next that the op takes. Raises NotDrawn when it takes none."""
    start = source.integer(0, len(firsts) - 1)
    for first in (*firsts[start:], *firsts[:start]):
        try:
            return small(op.shapes(source, first))
        except (DoesNotFit, NotDrawn):
            continue
    raise NotDrawn(f"{op.name} takes none of the shapes {firsts}")


def draw_tail(source: Source) -> Shape:
    """One or two axes, the last long enough for a vectorised loop and its remainder."""
    return (*source.shape(0, 1, 1, 3), source.element(TAILS))


def small(shapes: Shapes) -> Shapes:
    """`shapes`. Raises NotDrawn when one has too many elements for a quick check."""
    if any(np.prod(shape) > MAX_ELEMENTS for shape in shapes):
        raise NotDrawn("too many elements")
    return shapes


def results_of(op: Op, values: Values, params: Params, limit: float) -> Values | None:
    """NumPy's results, or None when the values leave the domain or the results overflow what the generators allow."""
    if not op.contains(values, params):
        return None
    with np.errstate(all="ignore"):
        results = apply_reference(op, values, params)
    return results if all(bounded(result, limit) for result in results) else None


def bounded(value: np.ndarray, limit: float) -> bool:
    return value.dtype.kind not in "fc" or bool(np.all(np.abs(value) <= limit))  # false for NaN


def _at(source: Source, op: Op, shapes: Shapes, params: Params, regime: Regime, layouts: Layouts, dtype: str) -> Operation | None:
    try:
        drawn = tuple(draw_operand(source, op.operand(i), i, shapes, params, regime, dtype) for i in range(len(shapes)))
    except NotDrawn:
        return None
    if regime.pattern == HIDDEN:
        if np.all(params["mask"]):
            return None
        drawn = (np.where(params["mask"], drawn[0], 0.0), *drawn[1:])
    values = tuple(map(repeating, drawn, layouts))
    results = results_of(op, values, params, largest(dtype, regime.limit))
    if results is None:
        return None
    return Operation(op, shapes, params, values, results, op.margin_at(values, params), layouts, regime.name)
