"""Cases until each setting of an op's parameters, and each memory layout of each kind of array, short and long, has been seen.

    axis=(1, 0), axis=-1, axis=None, keepdims=True, ord=inf, eps left out,    a strided primal, an expanded cotangent, ...

One at a time, not in combination. What random cases meet one time in twenty they miss with one seed of ten.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from harness.ops.defaults import OMITTED
from harness.program.case import Case
from harness.program.program import Program

SMALL = (-2, -1, 0, 1, 2)  # as powers, orders, strides and axes: no two mean the same
LONG = 64  # elements: a vectorised kernel takes another path from here on
ROLES = ("primal", "cotangent", "tangent")
Shown = tuple[str, Hashable]


class Covered:
    """What has been seen."""

    def __init__(self) -> None:
        self._seen: set[Shown] = set()

    def gains(self, case: Case) -> bool:
        """Whether `case` shows something new; it is seen then."""
        new = shown_by(case) - self._seen
        self._seen |= new
        return bool(new)

    def lies_everywhere(self, layout: str, *, long: bool) -> bool:
        """Whether each kind of array was seen in `layout`, short or long."""
        return {(role, (layout, long)) for role in ROLES} <= self._seen


def shown_by(case: Case) -> set[Shown]:
    """The settings and layouts of `case`, a program of one instruction."""
    assert isinstance(case.subject, Program)
    kinds = dict(zip(ROLES, (case.primals, case.cotangents, case.tangents), strict=True))
    arrays = [(role, x.size > LONG) for role, xs in kinds.items() for x in xs]
    laid = {(role, (layout, long)) for (role, long), layout in zip(arrays, case.layouts, strict=True)}
    return settings(case.subject.instructions[0].params) | laid


def settings(params: Mapping[str, Any]) -> set[Shown]:
    """Those of all parameters, and the names of those left out."""
    given = {(name, setting(value)) for name, value in params.items() if name != OMITTED}
    return given | {(OMITTED, name) for name in params.get(OMITTED, ())}


def setting(value: Any) -> Hashable:
    """What counts as one: a switch, a name or a small whole number as it is; of other numbers the sign; of several their signs and order."""
    if value is None or isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float):
        return float(value) if value in SMALL else ("infinite" if math.isinf(value) else "whole" if value == int(value) else "real", value > 0)
    if isinstance(value, tuple | list) and all(isinstance(each, int) for each in value):
        return (len(value) > 1, min(value, default=0) < 0, list(value) == sorted(value), len(set(value)) == len(value))
    return type(value).__name__
