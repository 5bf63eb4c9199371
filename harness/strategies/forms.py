"""A few programs with their shapes for a whole run: what a backend that compiles per shape is shown, at many values.

    form k = (program, shapes, parameters, constants, indices), k < count, the smallest first          case = form k at fresh primals

A fresh shape costs such a backend a compilation, a fresh value nothing. The run's seed decides which forms they are: other runs see others.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.domain import REALS, Domain
from harness.ops.op import Op, Values, apply_reference
from harness.program.evaluate import evaluate_all
from harness.program.layout import repeating
from harness.program.program import Program
from harness.strategies.choose import NotDrawn, RandomChoose, Source
from harness.strategies.edge_points import draw_single_point
from harness.strategies.leaves import Layouts, draw_floats
from harness.strategies.notes import note
from harness.strategies.operation import SMOOTH_MARGIN, bounded
from harness.strategies.point import Point, draw_regime
from harness.strategies.programs import draw_program_point
from harness.strategies.regimes import REGIMES, Regime
from harness.strategies.rounding import largest, real_dtype

Subject = Op | tuple[Op, ...]
TRIES = 4  # sources asked for one form before there is one form fewer
AS_DRAWN = 3  # odds to 1 against the values that a form was drawn with: an edge is among them


@dataclass(frozen=True)
class Forms:
    """At most `count` forms for each subject, chosen by `seed`; with `only`, a single one of them."""

    count: int
    seed: int = 0
    only: int | None = None


def draw_point(source: Source, subject: Subject, dtype: str, layouts: Layouts, max_instructions: int, forms: Forms | None = None) -> Point:
    """One op, or a program over several, at a point; with `forms`, one of those at primals of its own. Raises NotDrawn."""
    if forms is None:
        return _fresh(source, subject, dtype, layouts, max_instructions)
    known = _pool(forms.count, forms.seed, subject, dtype, layouts, max_instructions)
    if not known:
        raise NotDrawn("no form fits")
    point = known[source.integer(0, len(known) - 1) if forms.only is None else forms.only % len(known)]
    return point if source.integer(0, AS_DRAWN) == AS_DRAWN else revalued(source, point, dtype)


def _fresh(source: Source, subject: Subject, dtype: str, layouts: Layouts, max_instructions: int) -> Point:
    if isinstance(subject, Op):
        return draw_single_point(source, subject, dtype, layouts)
    return draw_program_point(source, subject, dtype, layouts, max_instructions)


@lru_cache(maxsize=8)  # the cells of one op come one after another
def _pool(count: int, seed: int, subject: Subject, dtype: str, layouts: Layouts, max_instructions: int) -> tuple[Point, ...]:
    drawn: dict[str, Point] = {}
    for attempt in range(TRIES * count):
        with suppress(NotDrawn):
            point = _fresh(RandomChoose(np.random.default_rng([seed, attempt])), subject, dtype, layouts, max_instructions)
            drawn.setdefault(repr(point.program), point)
        if len(drawn) == count:
            break
    return tuple(sorted(drawn.values(), key=_size))


def _size(point: Point) -> tuple[int, int]:
    return len(point.program.instructions), sum(value.size for value in point.values)


def revalued(source: Source, point: Point, dtype: str) -> Point:
    """`point` with other primals; itself where they lead out of a domain. Whatever is compiled in stays: constants, indices, masks."""
    regime, kinked = draw_regime(source)
    for tried in (regime, REGIMES[3], REGIMES[0]):
        made = _at(source, point, tried, dtype)
        if made is not None and (kinked or made.drawn["margin"] is None or made.drawn["margin"] >= SMOOTH_MARGIN):
            return made
    return point


def _at(source: Source, point: Point, regime: Regime, dtype: str) -> Point | None:
    """`point` with primals of `regime`; None where an op is not defined there."""
    program = point.program
    try:
        values = tuple(_redrawn(source, point, i, regime, dtype) for i in range(len(point.values)))
        with np.errstate(all="ignore"):
            made = evaluate_all(program, lambda op, args, params: _defined(op, args, params, dtype), values)
    except (NotDrawn, ArithmeticError, ValueError, np.linalg.LinAlgError):
        return None
    return replace(point, values=values, results=tuple(np.asarray(made[name]) for name in program.outputs), drawn=note(program, made, regime.name))


def _redrawn(source: Source, point: Point, position: int, regime: Regime, dtype: str) -> np.ndarray:
    old, given = point.values[position], point.program.inputs[position]
    if given.role != "primal":
        return old
    kind = dtype if np.iscomplexobj(old) else real_dtype(dtype)
    fresh = draw_floats(source, regime, old.shape, _domain(point.program, given.name), kind)
    return repeating(fresh, point.layouts[position])


def _domain(program: Program, name: str) -> Domain:
    """Where the first instruction that reads `name` wants it."""
    return next((lookup(done.op).operand(done.args.index(name)).domain for done in program.instructions if name in done.args), REALS)


def _defined(name: str, args: Values, params: dict[str, Any], dtype: str) -> Values:
    op = lookup(name)
    results = apply_reference(op, args, params) if op.contains(args, params) else ()
    if not results or not all(bounded(result, largest(dtype)) for result in results):
        raise ArithmeticError(f"{name} is left")
    return results
