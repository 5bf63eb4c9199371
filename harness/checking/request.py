"""What a person asks `check_gradients` for, refused in one sentence where it makes no sense."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.backends import Backend
from harness.checking.arguments import Wrt


@dataclass(frozen=True)
class Request:
    """One check: the call, and how to look at it. `target` is what imports the function, where the caller knows it.

    Raises:
        TypeError: `function` cannot be called, or `kwargs` is no mapping.
        ValueError: a number that makes no sense; the message says which.
    """

    function: Callable[..., Any]
    primals: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    backend: str | Backend | None = None
    laws: str | Sequence[str] = "default"
    wrt: Wrt = None
    probes: int = 1
    seed: int = 0
    resolution: float | None = None
    max_time: float | None = None
    target: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not callable(self.function):
            raise TypeError(_refusal("function", "callable", self.function, "Pass the function itself, not its result."))
        if not isinstance(self.kwargs, Mapping):
            raise TypeError(_refusal("kwargs", "a mapping of keyword arguments", self.kwargs, "Write kwargs={'scale': 2}."))
        if not _is_integer(self.probes) or self.probes < 1:
            raise ValueError(_refusal("probes", "a positive integer", self.probes, "Each probe is one random direction per law."))
        if not _is_integer(self.seed) or self.seed < 0:
            raise ValueError(_refusal("seed", "an integer >= 0", self.seed, "Leave it out for seed 0."))
        for name in ("resolution", "max_time"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, float | int) and math.isfinite(value) and value > 0):
                raise ValueError(_refusal(name, "a positive number", value, f"Leave it out for {_DEFAULTS[name]}."))


_DEFAULTS = {"resolution": "the resolution that the dtype allows", "max_time": "no limit (it counts seconds)"}


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refusal(argument: str, requirement: str, value: object, remedy: str) -> str:
    return f"check_gradients({argument}=...) must be {requirement}; got {value!r:.80} ({type(value).__name__}). {remedy}"
