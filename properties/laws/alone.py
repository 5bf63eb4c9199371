"""A derivative does not depend on what else is asked for: one primal at a time, one output at a time.

f'(x, y)^T w = (d/dx f^T w asked alone, d/dy f^T w asked alone)
(f, g)'^T (u, w) = f'^T u + g'^T w

A backward that computes what `needs_input_grad` says, or that is handed nothing for an output that nobody used, takes other branches then.
Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.function.FunctionCtx.set_materialize_grads.html
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound
from harness.backends.protocol import Arrays
from harness.program import Case, Program
from harness.verdict import Result, Verdict
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_of, well_formed
from properties.laws.influence import with_an_idle_leaf
from properties.laws.inner import flat
from properties.laws.law import Law

TWICE = "one value twice among the outputs"


def check_primals(backend: Backend, case: Case) -> Result:
    """Each gradient asked for alone, the other primals being constants, against all at once.

    Raises:
        Unsupported: a user's own function of one primal: nothing can be left out.
    """
    case = with_an_idle_leaf(case)
    if len(case.points) == 1:
        raise Unsupported("the function has one differentiable primal: there is no other to leave out.")

    def pair(bound: Bound) -> Sides:
        return Sides(flat(_one_primal_at_a_time(bound)), flat(gradients_of(bound)))

    return check_equal("primals-alone", backend, case, pair, entries=of_gradients(case))


def check_outputs(backend: Backend, case: Case) -> Result:
    """The sum of the gradients of each output alone against that of all at once.

    Raises:
        Unsupported: a user's own function of one output: nothing can be left out.
    """
    asked = with_another_output(case)
    if len(asked.cotangents) == 1:
        raise Unsupported("the function has one output: there is no other to leave out.")

    def pair(bound: Bound) -> Sides:
        return Sides(_one_output_at_a_time(bound), flat(gradients_of(bound)))

    result = check_equal("outputs-alone", backend, asked, pair, entries=of_gradients(asked))
    told = result.verdict is Verdict.BROKEN and asked is not case  # whatever the op is that makes the value
    return msgspec.structs.replace(result, pattern=TWICE) if told else result


def _one_primal_at_a_time(bound: Bound) -> tuple[np.ndarray, ...]:
    found = [_vjp(bound, _at(bound, k), (x,), bound.cotangents())[0] for k, x in enumerate(bound.primals)]
    return well_formed(bound, tuple(found), bound.case.points, "gradient asked for alone")


def _one_output_at_a_time(bound: Bound) -> np.ndarray:
    parts = [
        flat(well_formed(bound, _vjp(bound, _only(bound, k), bound.primals, (w,)), bound.case.points, "gradient of one output"))
        for k, w in enumerate(bound.cotangents())
    ]
    return np.asarray(np.sum(parts, axis=0))


def _vjp(bound: Bound, function: Any, primals: Arrays, cotangents: Arrays) -> Arrays:
    return bound.backend.vjp(function, primals, cotangents)[1]


def _at(bound: Bound, k: int) -> Any:
    """The function of primal k, the others being constants."""
    return lambda x: bound.function(*bound.primals[:k], x, *bound.primals[k + 1 :])


def _only(bound: Bound, k: int) -> Any:
    """The function that returns output k alone."""
    return lambda *points: (bound.function(*points)[k],)


def with_another_output(case: Case) -> Case:
    """A program of one output returns it twice, so that there always is one to leave out."""
    if not isinstance(case.subject, Program) or len(case.cotangents) > 1:
        return case
    count = len(case.primals)
    twice = msgspec.structs.replace(case.subject, outputs=case.subject.outputs * 2)
    layouts = (*case.layouts[:count], *["contiguous"] * (count - len(case.layouts[:count])))
    return msgspec.structs.replace(case, subject=twice, cotangents=case.cotangents * 2, layouts=layouts)


LAWS = (
    Law(
        name="primals-alone",
        family="alone",
        statement="A gradient does not depend on which others are asked for.",
        equation="d/dx f(x, y)^T w alone = d/dx f(x, y)^T w",
        source="https://docs.pytorch.org/docs/stable/notes/extending.html",
        check=check_primals,
        faults=("doubled-when-alone",),
    ),
    Law(
        name="outputs-alone",
        family="alone",
        statement="The gradients of the outputs, each alone, add up to that of all of them.",
        equation="(f, g)'^T (u, w) = f'^T u + g'^T w",
        source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html",
        check=check_outputs,
        faults=("doubled-when-one-output",),
    ),
)
