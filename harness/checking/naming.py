"""What a person calls the arguments of a function: the parameters' own names, from the signature.

def gelu(x, scale)  ->  x, scale          torch.exp, a lambda of *args  ->  x0, x1
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def argument_names(function: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Names of the first `count` positional arguments; a module's and an autograd Function's are those of their `forward`."""
    own = _parameters(getattr(getattr(function, "__self__", function), "forward", function))
    named = [name for name in own if name not in ("ctx", "self")]
    return tuple(named[i] if i < len(named) else f"x{i}" for i in range(count))


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin says nothing about its arguments
        return []
    return [each.name for each in parameters if each.kind in _POSITIONAL]
