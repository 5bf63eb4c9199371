"""Random programs: each instruction is drawn at the values that the previous ones really have.

    v[k] = op_k(v[i], v[j], ...)   with i, j < k,   every v[i] in the domain of op_k, |v[k]| bounded, margin of op_k kept

Because the program is evaluated while it grows, no case is thrown away for leaving a domain: an op that does not fit is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from harness.ops.catalogue import catalogue, lookup
from harness.ops.choose import DoesNotFit
from harness.ops.defaults import leave_out
from harness.ops.op import Op, Params, Shapes
from harness.program.program import Role
from harness.strategies.choose import NotDrawn, Source
from harness.strategies.interactions import partners
from harness.strategies.leaves import Layouts
from harness.strategies.operation import MAX_ELEMENTS, SMOOTH_MARGIN, draw_tail, results_of, small
from harness.strategies.point import Point, draw_regime
from harness.strategies.rounding import COMPLEX_DTYPES, largest
from harness.strategies.sketch import Sketch

MAX_INSTRUCTIONS = 20
ROLES: tuple[Role, ...] = ("primal", "primal", "primal", "constant")
MIN_INSTRUCTIONS = 2
GO_ON = 9  # odds to 1, before Hypothesis favours small numbers, that a program grows further: about 6 instructions
TRIES = 12  # ops drawn for one instruction before the program is left shorter than asked for


def every(op: str) -> bool:
    """The `offers` of a backend that has all ops."""
    return True


def offered(offers: Callable[[str], bool], dtype: str) -> tuple[Op, ...]:
    """The ops of the catalogue that `offers` accepts and that are defined for `dtype`."""
    return tuple(op for op in catalogue().values() if offers(op.name) and (op.complex if dtype in COMPLEX_DTYPES else op.real))


def draw_program_point(source: Source, pool: tuple[Op, ...], dtype: str, layouts: Layouts, max_instructions: int) -> Point:
    """A program over the ops of `pool` at a point where all of them are defined.

    Raises:
        NotDrawn: no op of the pool fits.
    """
    regime, kinked = draw_regime(source)
    sketch = Sketch(regime, dtype, layouts)
    sketch.leaf(source, draw_tail(source) if source.integer(0, 19) == 19 else source.shape())
    step = partial(grow, sketch=sketch, pool=pool, kinked=kinked)
    for _ in range(max_instructions):
        if not source.grouped(step):
            break
    if not sketch.instructions:
        raise NotDrawn(f"none of {len(pool)} ops fits a value of shape {sketch.values['x0'].shape}")
    return sketch.finish(source)


def grow(source: Source, sketch: Sketch, pool: tuple[Op, ...], *, kinked: bool) -> bool:
    """Add one instruction, if one of the ops drawn fits; False when the program ends here.

    The choice to end is the group's own first, so that any group can be left out when a case shrinks.
    """
    if source.integer(0, GO_ON) == 0 and len(sketch.instructions) >= MIN_INSTRUCTIONS:
        return False
    return any(append(source, sketch, draw_op(source, sketch, pool), kinked=kinked) for _ in range(TRIES))


def draw_op(source: Source, sketch: Sketch, pool: tuple[Op, ...]) -> Op:
    """Any op; one time in four, one that interacts with the newest instruction."""
    related = sketch.instructions and source.integer(0, 3) == 3
    return source.element(partners(lookup(sketch.instructions[-1].op), pool) if related else pool)


def append(source: Source, sketch: Sketch, op: Op, *, kinked: bool) -> bool:
    """Add `op` applied to values that exist and to new inputs; False, and nothing is added, when it does not fit."""
    before = len(sketch.inputs)
    try:
        names, params = draw_call(source, sketch, op)
    except (DoesNotFit, NotDrawn):
        sketch.inputs_back_to(before)
        return False
    values = tuple(sketch.values[name] for name in names)
    results = results_of(op, values, params, largest(sketch.dtype))
    margin = op.margin_at(values, params) if results is not None else 0.0
    if results is None or any(result.size > MAX_ELEMENTS for result in results) or (margin < SMOOTH_MARGIN and not kinked):
        sketch.inputs_back_to(before)
        return False
    sketch.instruct(op, names, params, results, margin)
    return True


def draw_call(source: Source, sketch: Sketch, op: Op) -> tuple[tuple[str, ...], Params]:
    """Names for the operands of `op`, existing where possible, and its parameters.

    Raises:
        DoesNotFit, NotDrawn: not with these choices.
    """
    first = draw_first(source, sketch, op)
    shapes = small(op.shapes(source, None if first is None else sketch.values[first].shape))
    params = leave_out(source, op.name, op.parameters(source, shapes))
    kinds = "fc" if first is None else sketch.values[first].dtype.kind  # real and complex operands are not mixed
    rest = range(0 if first is None else 1, len(shapes))
    names = tuple(draw_name(source, sketch, op, i, shapes, params, kinds) for i in rest)
    return (names if first is None else (first, *names)), params


def draw_first(source: Source, sketch: Sketch, op: Op) -> str | None:
    """An existing value for the first operand, mostly a recent one; None for an index or a mask.

    The others are counted from the oldest, so that they stay the same when an instruction in between is left out as a case shrinks.
    """
    if op.operand(0).role != "array":
        return None
    fitting = sketch.floats(domain=op.operand(0).domain)
    if not fitting:
        raise DoesNotFit(f"no value in {op.operand(0).domain.name}")
    return source.element((*fitting[-1:], *fitting[:-3:-1], *fitting))


def draw_name(source: Source, sketch: Sketch, op: Op, position: int, shapes: Shapes, params: Params, kinds: str) -> str:
    """An existing value of the shape and domain that the operand needs, or a new input."""
    operand = op.operand(position)
    if operand.role != "array":
        return sketch.side(source, op, position, shapes, params)
    fitting = sketch.floats(shapes[position], operand.domain, kinds)
    if fitting and not source.boolean():
        return source.element((fitting[-1], *fitting))
    return sketch.leaf(source, shapes[position], operand.domain, source.element(ROLES), real=kinds == "f")
