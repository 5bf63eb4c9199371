"""Everything that shows a finding: looked up once, when it is found, so that a page made from the record alone can draw it.

{slice, bisection, timeline}        a part that cannot be had is left out; the finding stands without it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from harness.backends import Backend
from harness.program import Case
from harness.running.bisect import Step, bisection
from harness.running.slices import slice_of
from harness.running.timeline import timeline
from harness.verdict import Result
from properties.laws import Law

T = TypeVar("T")


def portrait(law: Law, backend: Backend, case: Case, result: Result, steps: Sequence[Step] = ()) -> dict[str, Any]:
    """The parts that this finding has."""
    parts: dict[str, Callable[[], Any]] = {
        "slice": lambda: slice_of(backend, case, result),
        "bisection": lambda: bisection(backend, steps),
        "timeline": lambda: timeline(law, backend, case),
    }
    return {name: found for name, part in parts.items() if (found := attempted(backend, part))}


def attempted(backend: Backend, part: Callable[[], T]) -> T | None:
    """`part`, or None where the backend does not let it be had."""
    try:
        return part()
    except Exception:  # what cannot be looked at more closely stays a finding
        backend.reset()
        return None
