"""A first look at a user's function, before any law: what it returns at the primals, and what forbids asking for a derivative there.

f(x) is finite,  f(x) = f(x) again,  x afterwards = x before
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.backends.bind import part_dtype
from harness.backends.jitter import unit_roundoff
from harness.checking.arguments import Arguments
from harness.checking.entering import entered
from harness.program import Case, Opaque
from harness.program.error_words import first_line
from harness.program.opaque import Flat, NoOutput, name_of, resolve
from harness.verdict.constants import REPEAT_ULPS
from properties.laws.along import outputs_along
from properties.laws.precision import best_dtype

NEARBY = 1 / 16  # in units of the primals: farther than any step that a law takes to measure rounding
PACKED = re.compile(r"(\w+)\[0\]\S*( \1\[\d+\]\S*)*")  # the names of arrays that came in one sequence, as gradcheck takes them
ONE_BY_ONE = "Was it meant to get one sequence? Several primals are given one by one: check_gradients(function, x, y)."
CLOSED_OVER = " Give the arrays that it closes over as arguments, too; those of kwargs={...} are constants."
PURITY = "inputs-not-mutated"  # the law that a function breaks by itself when it changes its arguments


@dataclass(frozen=True)
class Observation:
    """The outputs' values, and in a sentence why nothing can be said about a derivative (empty: nothing forbids it)."""

    outputs: tuple[np.ndarray, ...]
    obstacle: str = ""
    mutates: bool = False


def observe(backend: Backend, subject: Opaque, arguments: Arguments, calls: int = 2, called: Callable[..., Any] | None = None) -> Observation:
    """Call the function several times on copies of its arguments; `called` is it, where its arguments are still to be doubted.

    Raises:
        TypeError: it returns nothing that could be differentiated, or does not take these arguments.
    """
    function = resolve(subject, backend)
    try:
        (first, changed), *more = (_call(backend, function, arguments) for _ in range(calls))
    except NoOutput as nothing:
        remedy = "Return the tensor itself: .item(), .numpy() and int() leave the graph."
        raise TypeError(f"check_gradients(function=...) must return a floating-point array of backend {backend.name}; {nothing}. {remedy}") from None
    except Exception as error:  # whatever the user's function may raise is told, not judged
        backend.reset()
        if isinstance(error, TypeError) and called is not None and not entered(called, error.__traceback__):
            fit = f"what {name_of(called)} takes; {_first_line(error)}"
            raise TypeError(f"check_gradients(*primals, kwargs=...) must be {fit}. Give its arguments, in order.") from None
        raised = f"the function raises {type(error).__name__} at these primals: {_first_line(error)}."
        return Observation((), f"{raised} {ONE_BY_ONE}" if PACKED.fullmatch(" ".join(arguments.names)) else raised)
    if changed:
        return Observation(
            first, f"the function changes its argument {', '.join(changed)} in place, so that f(x) has no fixed x; clone it first.", True
        )
    return Observation(first, next(filter(None, (_obstacle(first, again, arguments.dtype) for again, _ in more)), ""))


def raised_nearby(backend: Backend, case: Case) -> str:
    """What the function itself raises a little beside the primals, in a sentence; empty when it is defined there."""
    along, ulp = outputs_along(backend, case), unit_roundoff(case.dtype)
    for t in (0.0, -ulp, ulp, -NEARBY, NEARBY):
        try:
            along(t)
        except Exception as error:  # whatever the user's function may raise is told, not judged
            backend.reset()
            where = "beside these primals" if t else f"where the oracle follows it in {best_dtype(backend, case)}"
            return f"the function raises {type(error).__name__} {where}: {_first_line(error)}.{'' if t else CLOSED_OVER}"
    return ""


def _call(backend: Backend, function: Flat, arguments: Arguments) -> tuple[tuple[np.ndarray, ...], list[str]]:
    """(output values, names of the arguments that the call changed)."""
    given = [
        backend.array(x, dtype=part_dtype(x, arguments.dtype), device=arguments.device, layout=layout)
        for x, layout in zip(arguments.values, arguments.layouts, strict=True)
    ]
    before = [backend.numpy(array) for array in given]
    outputs = tuple(backend.numpy(output) for output in function(*given))
    return outputs, [name for name, array, x in zip(arguments.names, given, before, strict=True) if not _same(backend.numpy(array), x)]


def _obstacle(first: Sequence[np.ndarray], again: Sequence[np.ndarray], dtype: str) -> str:
    if [y.shape for y in first] != [y.shape for y in again]:
        return "the function is random: two calls at the same primals returned different shapes. Fix its seed."
    bad = next((i for i, y in enumerate(first) if not np.all(np.isfinite(y))), None)
    if bad is not None:
        what = "NaN" if np.any(np.isnan(first[bad])) else "infinity"
        return f"output {bad} holds {what} at these primals; move them into the function's domain."
    spread = max((_spread(y, z) for y, z in zip(first, again, strict=True)), default=0.0)
    if spread > REPEAT_ULPS * unit_roundoff(dtype):
        return f"the function is random: two calls at the same primals differ by {spread:.1e} relative. Fix its seed, or switch to evaluation mode."
    return ""


def _spread(first: np.ndarray, again: np.ndarray) -> float:
    """The largest difference relative to the largest value."""
    size = float(np.max(np.abs(first), initial=0.0))
    apart = float(np.max(np.abs(first - again), initial=0.0))
    return apart / size if size > 0 else (float("inf") if apart > 0 else 0.0)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _first_line(error: Exception) -> str:
    return first_line(error, "(no message)").rstrip(".")
