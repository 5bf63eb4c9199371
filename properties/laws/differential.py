"""Another implementation as the oracle: the same program on two backends.

    f_a(x) = f_b(x)    and    f_a'(x)^T w = f_b'(x)^T w          law `agrees-with-NAME`, for b = NAME

Values are compared first. Where they differ, the two compute different functions under one name, and their derivatives say nothing about each
other. Where only the derivatives differ, each is held against its own finite differences, which say who is wrong; if they clear both, the functions
differ nearby.

Source: McKeeman, Differential Testing for Software, Digital Technical Journal 10 (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported, load_backend
from harness.backends.bind import Bound, bind
from harness.program import Case, Program
from harness.verdict import Result, Verdict, judge_equal, required_resolution
from harness.verdict.rounding import elementwise_rounding
from properties.laws.conditioning import spread
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat, typical
from properties.laws.law import Law
from properties.laws.oracle_laws import check_reverse

PREFIX = "agrees-with-"
Measure = Callable[[Bound], np.ndarray]


@cache
def differential_law(name: str) -> Law:
    """The law `agrees-with-NAME`; NAME is loaded when it is checked."""
    return Law(
        name=f"{PREFIX}{name}",
        family="differential",
        statement=f"Values and gradients are those of {name}, on the same program.",
        equation=f"f(x) = f_{name}(x),  f'(x)^T w = f_{name}'(x)^T w",
        source="https://www.hpl.hp.com/hpjournal/dtj/vol10num1/vol10num1art9.pdf",
        check=partial(check_agreement, name),
        faults=("scaled-gradient", "zeroed-entry"),
    )


def check_agreement(name: str, backend: Backend, case: Case) -> Result:
    """Values, then gradients, and if those differ, who is at odds with finite differences."""
    other, there = load_backend(name), _moved(load_backend(name), case)
    values = _compare(name, backend, case, other, there, lambda bound: flat(bound.values()))
    if values.verdict is Verdict.BROKEN:
        told = (
            f"the functions differ before any derivative is taken: {backend.name} and {other.name} mean something else by one name. {values.reason}"
        )
        return msgspec.structs.replace(values, reason=told.strip(), pattern="different forwards")
    gradients = _compare(name, backend, case, other, there, lambda bound: flat(gradients_of(bound)))
    return _blamed(gradients, backend, case, other, there) if gradients.verdict is Verdict.BROKEN else gradients


def _compare(name: str, backend: Backend, case: Case, other: Backend, there: Case, measure: Measure) -> Result:
    actual, expected = measure(bind(backend, case)), measure(bind(other, there))
    allowed = 2 * elementwise_rounding(np.maximum(np.abs(actual), np.abs(expected)), case.dtype) if actual.shape == expected.shape else np.zeros(())
    judge = partial(
        judge_equal, f"{PREFIX}{name}", actual, expected, size=typical(expected), required=required_resolution(case.dtype, case.resolution)
    )
    result: Result = judge(allowed=allowed, rule="rounding of both formulas")
    if result.verdict is Verdict.HOLDS or actual.shape != expected.shape:
        return result
    shaken = spread(backend, case, measure) + spread(other, there, measure)
    return judge(allowed=allowed + shaken, rule="rounding of both formulas, as measured on both by shaking every value by an ulp")


def _blamed(result: Result, backend: Backend, case: Case, other: Backend, there: Case) -> Result:
    """The disagreement, with what finite differences say of either side."""
    mine, theirs = check_reverse(backend, case).verdict, check_reverse(other, there).verdict
    said = f"Finite differences of its own: {backend.name} {mine.value}, {other.name} {theirs.value}"
    if mine is theirs is Verdict.HOLDS:
        told = f"{said}. Each is right about the function that it computes, so that the functions differ near x."
        return msgspec.structs.replace(result, reason=told, pattern="different forwards")
    if theirs is Verdict.BROKEN and mine is not Verdict.BROKEN:
        return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=f"{said}: the other side is wrong.")
    return msgspec.structs.replace(result, reason=f"{said}.")


def _moved(other: Backend, case: Case) -> Case:
    """The case on a device that `other` has.

    Raises:
        Unsupported: it has no such dtype, or the subject is a function of the first backend's arrays.
    """
    if not isinstance(case.subject, Program):
        raise Unsupported("two backends can be compared on programs only, not on a function of one's own arrays.")
    device = case.device if case.device in other.devices() else other.devices()[0]
    if case.dtype not in other.dtypes(device):
        raise Unsupported(f"backend {other.name} has no {case.dtype} on {device}.")
    return msgspec.structs.replace(case, device=device, layouts=())
