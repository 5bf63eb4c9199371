"""The op of a case at generic numbers: is it wrong at the numbers that were drawn, or wherever one looks?

the same op, parameters, shapes, indices and masks, in contiguous memory
real arrays ~ N(0, 1) or uniform in (-8, 8), or else odd eighths that all differ, in the op's domain and away from its kinks
"""

from __future__ import annotations

from contextlib import suppress

import msgspec
import numpy as np

from harness.ops.catalogue import lookup
from harness.program.case import Case
from harness.program.program import Program
from harness.strategies.cases import case_at
from harness.strategies.choose import NotDrawn, RandomChoose, Source
from harness.strategies.leaves import draw_floats
from harness.strategies.operation import DISTINCT, NORMAL, SMOOTH_MARGIN, results_of
from harness.strategies.point import Point
from harness.strategies.regimes import Regime
from harness.strategies.rounding import largest

TRIES = 8
WIDE = Regime("wide", 1, lambda rng, shape, domain: rng.uniform(-8, 8, shape))  # where a branch for larger numbers has begun
CONTIGUOUS = ("contiguous",)


def generic(case: Case, seed: int) -> Case | None:
    """`case` at generic numbers and in generic directions; None where its subject is not one op of the catalogue, or none of many draws fits.

    Seeds take turns with the two sizes of numbers.
    """
    if not isinstance(case.subject, Program) or case.subject.only is None:
        return None
    source = RandomChoose(np.random.default_rng((case.seed, seed)))
    for regime in ((NORMAL, WIDE)[seed % 2], DISTINCT) * TRIES:
        with suppress(NotDrawn):
            point = _draw_point(source, case.subject, case, regime)
            drawn = case_at(source, point, case.law, case.backend, case.device, case.dtype, CONTIGUOUS)
            return msgspec.structs.replace(drawn, resolution=case.resolution, seed=case.seed)  # by which a law chooses, say, memory layouts
    return None


def _draw_point(source: Source, program: Program, case: Case, regime: Regime) -> Point:
    """The program of one op with its real and complex arrays redrawn. Raises NotDrawn where it is not defined, or not smooth."""
    [instruction] = program.instructions
    op, names = lookup(instruction.op), [given.name for given in program.inputs]
    values = dict(zip(names, case.primals, strict=True))
    for name in dict.fromkeys(instruction.args):
        if values[name].dtype.kind in "fc":
            domain = op.operand(instruction.args.index(name)).domain
            values[name] = draw_floats(source, regime, values[name].shape, domain, case.dtype)
    args = tuple(values[name] for name in instruction.args)
    results = results_of(op, args, instruction.params, largest(case.dtype))
    if results is None or op.margin_at(args, instruction.params) < SMOOTH_MARGIN:
        raise NotDrawn(f"{op.name}: no smooth point of its domain")
    named = dict(zip(instruction.results, results, strict=True))
    return Point(program, tuple(values.values()), tuple(named[name] for name in program.outputs), CONTIGUOUS * len(names))
