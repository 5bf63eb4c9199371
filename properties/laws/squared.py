"""A second derivative that vanishes says nothing about the rule behind it, so the outputs are squared and asked again.

    f linear:   d/dx (f'(x)^T w) = 0          d/dx <w, f(x)^2>' v = 2 f'(x)^T (w * f'(x) v)

What was a transpose of a transpose, or a rule that forgets that it is differentiated again, then shows. Where w * f(x) * v is more than the
precision holds, nothing is asked again: infinity times a second derivative of 0 would be told to be the rule's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case, Instruction, Program
from harness.verdict import Result
from harness.verdict.constants import largest
from properties.laws.along import direction

Check = Callable[[Backend, Case], Result]
SQUARE = "multiply"


def behind_a_square(check: Check) -> Check:
    """`check`, asked of the squares of the outputs where it is vacuous."""

    @wraps(check)
    def checked(backend: Backend, case: Case) -> Result:
        result = check(backend, case)
        if not result.vacuous or not isinstance(case.subject, Program) or backend.op(SQUARE) is None or _overflows(backend, case):
            return result
        again = check(backend, msgspec.structs.replace(case, subject=squared(case.subject)))
        told = again.details | {"subject": "squared"}
        return msgspec.structs.replace(again, evaluations=result.evaluations + again.evaluations, rule=f"behind a square, {again.rule}", details=told)

    return checked


def _overflows(backend: Backend, case: Case) -> bool:
    """Whether 2 w f(x) v, the largest product on the way, is beyond the precision."""
    factors = (bind(backend, case).at(case.points), case.cotangents, direction(case))
    with np.errstate(over="ignore"):
        size = 2.0 * np.prod([max((float(np.max(np.abs(x), initial=0.0)) for x in of), default=0.0) for of in factors])
    return bool(size > largest(case.dtype))


def squared(program: Program) -> Program:
    """The program whose outputs are the squares of `program`'s."""
    squares = tuple(Instruction(SQUARE, (name, name), (f"{name}_squared",)) for name in dict.fromkeys(program.outputs))
    return Program(program.inputs, program.instructions + squares, tuple(f"{name}_squared" for name in program.outputs))
