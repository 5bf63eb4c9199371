"""Whether a call got as far as the function's own first line: a TypeError before that is about the arguments, and a misuse.

f(x) of `def f(x, w)` raises before the body of f is entered
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from traceback import walk_tb
from types import TracebackType
from typing import Any


def entered(function: Callable[..., Any], trace: TracebackType | None) -> bool:
    """Whether the exception of `trace` arose inside `function`; of a builtin, which has no lines, whether in code that it called."""
    frames = [frame for frame, _ in walk_tb(trace)]
    code = _code(function)
    if code is not None:
        return any(frame.f_code is code for frame in frames)
    return not str(frames[-1].f_globals.get("__name__", "")).startswith("harness.") if frames else False


def _code(function: Callable[..., Any]) -> Any:
    """The lines that a call runs: a module's and an autograd Function's are those of their `forward`."""
    body: Any = getattr(getattr(function, "__self__", function), "forward", function)
    while isinstance(body, partial):
        body = body.func
    body = inspect.unwrap(body)
    return getattr(body, "__code__", None) or getattr(vars(type(body)).get("__call__"), "__code__", None)
