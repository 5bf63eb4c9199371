"""The op of a case at generic numbers: is it wrong at the numbers that were drawn, or wherever one looks?

the same op, parameters, shapes, indices and masks, in contiguous memory
real arrays ~ N(0, 1) or uniform in (-8, 8), or else odd eighths that all differ, in the op's domain and away from its kinks
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.op import Op, Params, Values
from harness.program.case import Case
from harness.program.program import Program
from harness.strategies.leaves import place
from harness.strategies.operation import DISTINCT, NORMAL, SMOOTH_MARGIN, results_of
from harness.strategies.regimes import Regime, fill
from harness.strategies.rounding import gaussian, largest

TRIES = 8
WIDE = Regime("wide", 1, lambda rng, shape, domain: rng.uniform(-8, 8, shape))  # where a branch for larger numbers has begun


def generic(case: Case, seed: int) -> Case | None:
    """`case` at generic numbers and in generic directions; None where its subject is not one op of the catalogue, or none of many draws fits.

    Seeds take turns with the two sizes of numbers.
    """
    if not isinstance(case.subject, Program) or len(case.subject.instructions) != 1:
        return None
    [instruction] = case.subject.instructions
    op, places = lookup(instruction.op), {given.name: i for i, given in enumerate(case.subject.inputs)}
    order = [places[name] for name in instruction.args]
    rng = np.random.default_rng((case.seed, seed))
    for regime in ((NORMAL, WIDE)[seed % 2], DISTINCT) * TRIES:
        primals = _redrawn(rng, regime, op, order, case)
        results = None if primals is None else _smooth_results(op, tuple(primals[i] for i in order), instruction.params, case.dtype)
        if primals is not None and results is not None:
            named = dict(zip(instruction.results, results, strict=True))
            outputs = [named[name] for name in case.subject.outputs]
            return msgspec.structs.replace(
                case,
                primals=primals,
                tangents=tuple(gaussian(rng, primals[i], case.dtype) for i in case.differentiable),
                cotangents=tuple(gaussian(rng, y, case.dtype) for y in outputs),
                layouts=(),
                drawn={},
            )
    return None


def _redrawn(rng: np.random.Generator, regime: Regime, op: Op, order: list[int], case: Case) -> Values | None:
    """The case's primals, the real and complex ones at other numbers; None where one is not to be had in its domain."""
    primals = list(case.primals)
    for position, i in enumerate(order):
        if primals[i].dtype.kind in "fc" and order.index(i) == position:
            domain, is_complex = op.operand(position).domain, primals[i].dtype.kind == "c"
            x = place(fill(regime, rng, primals[i].shape, domain, complex=is_complex), domain, case.dtype)
            if x is None:
                return None
            primals[i] = x
    return tuple(primals)


def _smooth_results(op: Op, values: Values, params: Params, dtype: str) -> Values | None:
    """What NumPy makes of them where the op is defined and smooth, else None."""
    results = results_of(op, values, params, largest(dtype))
    return None if results is None or op.margin_at(values, params) < SMOOTH_MARGIN else results
