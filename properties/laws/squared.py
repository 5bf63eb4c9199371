"""A second derivative that vanishes says nothing about the rule behind it, so the outputs are squared and asked again.

    f linear:   d/dx (f'(x)^T w) = 0          d/dx <w, f(x)^2>' v = 2 f'(x)^T (w * f'(x) v)

A third derivative of a linear function's square vanishes as well, and is asked of the square of the square.

What was a transpose of a transpose, or a rule that forgets that it is differentiated again, then shows. Where w * f(x) * v is more than the
precision holds, nothing is asked again: infinity times a second derivative of 0 would be told to be the rule's. Nor where w * f(x) is so much more
than f'(x)^T w that the difference of two slopes of 1 in it swallows what the square adds: logsumexp([-2.5e30]) is the identity, as exp(x - x).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case, Instruction, Program
from harness.verdict import Result
from harness.verdict.constants import eps, largest
from properties.laws.along import direction

Check = Callable[[Backend, Case], Result]
SQUARE = "multiply"
_TIMES = {"squared": 1, "squared twice": 2}  # what a result says of its subject


def behind_a_square(check: Check, times: int = 1) -> Check:
    """`check`, asked of the squares of the outputs where it is vacuous, and as often of the squares of those."""

    @wraps(check)
    def checked(backend: Backend, case: Case) -> Result:
        result, asked = check(backend, case), case
        for subject in list(_TIMES)[:times]:
            if not result.vacuous or not _can_be_squared(backend, asked):
                break
            asked = _squared_case(asked)
            again = check(backend, asked)
            told, spent = again.details | {"subject": subject}, result.evaluations + again.evaluations
            result = msgspec.structs.replace(again, evaluations=spent, rule=f"behind a square, {again.rule}", details=told)
        return result

    return checked


def as_asked(case: Case, result: Result) -> Case:
    """The case that `result` speaks of: with the outputs squared as often as they were."""
    for _ in range(_TIMES.get(result.details.get("subject", ""), 0)):
        case = _squared_case(case)
    return case


def _squared_case(case: Case) -> Case:
    return msgspec.structs.replace(case, subject=squared(case.subject)) if isinstance(case.subject, Program) else case


def _can_be_squared(backend: Backend, case: Case) -> bool:
    return isinstance(case.subject, Program) and backend.op(SQUARE) is not None and not _overflows(backend, case) and not _swallows(backend, case)


def _overflows(backend: Backend, case: Case) -> bool:
    """Whether 2 w f(x) v, the largest product on the way, is beyond the precision."""
    with np.errstate(over="ignore"):
        size = 2.0 * _size(bind(backend, case).at(case.points)) * _size(case.cotangents) * _size(direction(case))
    return size > largest(case.dtype)


def _swallows(backend: Backend, case: Case) -> bool:
    """Whether half an ulp of w f(x) is more than f'(x)^T w."""
    bound = bind(backend, case)
    _, gradients = backend.vjp(bound.function, bound.primals, bound.cotangents())
    gradient = _size(bound.numpy(tuple(each for each in gradients if each is not None)))
    return _size(case.cotangents) * _size(bound.at(case.points)) * eps(case.dtype) / 2 > gradient


def _size(arrays: Iterable[np.ndarray]) -> float:
    return max((float(np.max(np.abs(x), initial=0.0)) for x in arrays), default=0.0)


def squared(program: Program) -> Program:
    """The program whose outputs are the squares of `program`'s."""
    squares = tuple(Instruction(SQUARE, (name, name), (f"{name}_squared",)) for name in dict.fromkeys(program.outputs))
    return Program(program.inputs, program.instructions + squares, tuple(f"{name}_squared" for name in program.outputs))
