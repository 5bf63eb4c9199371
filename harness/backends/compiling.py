"""What a library that compiles keeps between calls: functions made ready once per program and shapes, and their derivatives.

ready = kept.prepare(function, case, dtype)         kept.derivative(vjp, ready)(x, w)         compiled by the first call, reused by the others
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from harness.backends.protocol import Function
from harness.program import Case, Program

T = TypeVar("T")
KEPT = 64  # compiled programs in memory: those of the cells of a few ops, which come one after another


class Compiled:
    """Functions compiled by `compiler`, the newest `KEPT` of them."""

    def __init__(self, compiler: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self._compiler = compiler
        self._prepared: OrderedDict[Any, Function] = OrderedDict()
        self._derivatives: OrderedDict[Any, Callable[..., Any]] = OrderedDict()

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """A program is compiled, once for all laws that ask for it at these shapes; a user's function stays as it is."""
        if not isinstance(case.subject, Program):
            return function
        fixed = tuple(case.primals[i].tobytes() for i in range(len(case.primals)) if i not in case.differentiable)
        key = (msgspec.json.encode(case.subject), fixed, dtype, case.device, tuple(x.shape for x in case.primals))
        return _remembered(self._prepared, key, lambda: self._compiler(function))

    def derivative(self, route: Callable[..., Any], function: Function) -> Callable[..., Any]:
        """`route` of `function`, compiled if that was prepared."""
        if function not in self._prepared.values():
            return lambda *args: route(function, *args)
        return _remembered(self._derivatives, (route, function), lambda: self._compiler(lambda *args: route(function, *args)))


def uncompiled(route: Callable[..., Any]) -> Callable[..., Any]:
    """`route` of the function below its compiled one."""
    return lambda function, *args: route(getattr(function, "__wrapped__", function), *args)


def _remembered(kept: OrderedDict[Any, T], key: Any, make: Callable[[], T]) -> T:
    """What `kept` has under `key`, made now if need be; the oldest are forgotten."""
    if key not in kept:
        kept[key] = make()
        if len(kept) > KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
