"""A user's call as the subject of cases: found again by its target, in this process and, where it can be imported, in any other.

resolve(subject)(*values) = the floating-point outputs of function(*args, **kwargs)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.checking.arguments import Arguments
from harness.program import Opaque
from harness.program.opaque import fresh_label, register, target_of


def subject_of(function: Callable[..., Any], arguments: Arguments, target: str | None = None) -> Opaque:
    """The opaque subject of a call; `target`, where the caller knows it, is what imports `function`.

    One that cannot be imported, or whose arguments plain data cannot hold, is registered under a label for this process: `forget` it in the end.
    """
    found = target or target_of(function)
    if found and arguments.nest.is_portable:
        return Opaque(found, structure=arguments.nest.shape)
    label = fresh_label(function)
    register(label, function, arguments.nest)
    return Opaque(label)
