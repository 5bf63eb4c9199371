"""What relates the values of an op relates its derivatives (harness.ops.relations): nothing is measured, and nothing is rounded but by the op itself.

f(M x) = N f(x)   =>   M^T f'(M x)^T N^-T w = f'(x)^T w           M, N: signs, powers of 2, a reversal of all axes
f = g             =>   f'(x)^T w = g'(x)^T w                      g: another program for the same op; the same call with its defaults written out; for
                                                                  any program, -(-x) in the place of x

A rule with a wrong branch for negative numbers, or with a constant where a function should be, disagrees with itself.
Source: metamorphic testing: Chen, Cheung and Yiu, Metamorphic Testing: A New Approach for Generating Next Test Cases (1998).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.ops.defaults import given, left_out
from harness.ops.relations import SCALE, Equivalent, Mirror, Relation, Reversed, Scale, relations_of
from harness.program import Case, Instruction, Program
from harness.verdict import Result
from harness.verdict.result import worst_result
from properties.laws.along import gradient_floor
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.tame import stays_inside

NAME = "relations-hold"


@dataclass(frozen=True)
class Twin:
    """How to come to the related case, and what its gradients (one per point) are to be multiplied by, `backwards` along every axis."""

    name: str
    of: Callable[[Case], Case]
    factors: tuple[float, ...]
    backwards: bool = False


def check_relations(backend: Backend, case: Case) -> Result:
    """Every relation of the op that the point allows; of any program, that minus minus x is x.

    Raises:
        Unsupported: a user's own function, of which nothing is known, or a backend without the ops that are needed.
    """
    twins = [twin for twin in _twins(case) if _offered(backend, twin.of(case))]
    if not twins:
        raise Unsupported("nothing is known that relates the values of the function to each other.")
    return worst_result([_agrees(backend, case, twin) for twin in twins])


def _agrees(backend: Backend, case: Case, twin: Twin) -> Result:
    def both(bound: Bound) -> Sides:
        found = gradients_of(bind(backend, twin.of(bound.case), dtype=bound.dtype))
        turned = [factor * (np.flip(g) if twin.backwards else g) for factor, g in zip(twin.factors, found, strict=True)]
        return Sides(flat(turned), flat(gradients_of(bound)))

    result = check_equal(NAME, backend, case, both, gradient_floor, entries=of_gradients(case))  # another program rounds its own values
    return msgspec.structs.replace(result, details={**result.details, "relation": twin.name})


def _offered(backend: Backend, case: Case) -> bool:
    assert isinstance(case.subject, Program)
    return all(backend.op(name) is not None for name in case.subject.ops)


def _twins(case: Case) -> Iterator[Twin]:
    if not isinstance(case.subject, Program):
        return
    program, ones = case.subject, (1.0,) * len(case.points)
    yield Twin("minus minus x", lambda one: msgspec.structs.replace(one, subject=_twice_negated(program)), ones)
    only = program.only
    if only is None or only.takes_one_twice or only.args != tuple(given.name for given in program.inputs):
        return
    if left_out(only.op, only.params):
        explicit = Program(program.inputs, (msgspec.structs.replace(only, params=given(only.params)),), program.outputs)
        yield Twin("explicit defaults", lambda one: msgspec.structs.replace(one, subject=explicit), ones)
    for relation in relations_of(only.op):
        twin = twin_of(program, relation, case)
        if stays_inside(relation, case, twin.of(case)):
            yield twin


def twin_of(program: Program, relation: Relation, case: Case) -> Twin:
    """The related case."""
    ones = (1.0,) * len(case.points)
    match relation:
        case Mirror(sign, operands):
            return _multiplied("mirror", case, -1.0, operands, float(sign))
        case Scale(power, operands):
            return _multiplied("scale", case, SCALE, operands, SCALE**power)
        case Reversed():
            return Twin("permutation", _reversed, ones, backwards=True)
        case Equivalent():
            other = _written(program, relation)
            return Twin("equivalent program", lambda one: msgspec.structs.replace(one, subject=other), ones)


def _multiplied(name: str, case: Case, by: float, operands: tuple[int, ...], values: float) -> Twin:
    """The operands times `by`, which multiplies the values by `values`."""

    def moved(one: Case) -> Case:
        return msgspec.structs.replace(one, primals=tuple(by * x if i in operands else x for i, x in enumerate(one.primals)))

    return Twin(name, moved, tuple((by if i in operands else 1.0) / values for i in case.differentiable))


def _reversed(case: Case) -> Case:
    return msgspec.structs.replace(case, primals=tuple(map(np.flip, case.primals)), cotangents=tuple(map(np.flip, case.cotangents)))


def _written(program: Program, relation: Equivalent) -> Program:
    only = program.instructions[0]
    names = {f"x{i}": given.name for i, given in enumerate(program.inputs)}
    steps = tuple(
        Instruction(op, tuple(names.get(name, name) for name in args), (f"v{k}",), only.params if op in relation.along else {})
        for k, (op, args) in enumerate(relation.steps)
    )
    return Program(program.inputs, steps, steps[-1].results)


def _twice_negated(program: Program) -> Program:
    """Minus minus in front of every primal."""
    names = [given.name for given in program.inputs if given.role == "primal"]
    before = [
        Instruction("negative", (source,), (target,))
        for name in names
        for source, target in ((name, f"{name}_minus"), (f"{name}_minus", f"{name}_again"))
    ]
    renamed = {name: f"{name}_again" for name in names}
    after = [msgspec.structs.replace(step, args=tuple(renamed.get(name, name) for name in step.args)) for step in program.instructions]
    return Program(program.inputs, (*before, *after), tuple(renamed.get(name, name) for name in program.outputs))


LAWS = (
    Law(
        name=NAME,
        family="relations",
        statement="What relates the values of an op (mirrored, scaled, reversed, another program) relates its derivatives.",
        equation="f(-x) = -f(x)  =>  f'(-x)^T w = f'(x)^T w;   f = g  =>  f'(x)^T w = g'(x)^T w",
        source="https://www.cse.ust.hk/faculty/scc/publ/CS98-01-metamorphictesting.pdf",
        check=check_relations,
        faults=("leaning-gradient",),
        by_default=False,  # it needs a program of catalogue ops
    ),
)
