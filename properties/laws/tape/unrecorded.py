"""Under no_grad nothing is recorded, and values are the same.

requires_grad(f(x) under no_grad) = False,   f(x) under no_grad = f(x) but for the rounding of another algorithm

Source: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound
from harness.program import Case
from harness.tape import Tape
from harness.verdict import Result, Verdict, structural
from properties.laws.exact import Sides, check_equal
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.tape.recording import Recording, record, tracked


class _Deliberate(Exception):
    """Raised by a law inside a context that must survive it."""


def check_no_grad(backend: Backend, case: Case) -> Result:
    """Flags, values and the mode after a normal and an exceptional end."""
    tape = backend.tape(case.device)
    inside, outside = _in_both_modes(tape, case)
    wrong = [f"output {i} of no_grad requires grad" for i, y in enumerate(inside.outputs) if tape.requires_grad(y)]
    differ = [i for i, (y, z) in enumerate(zip(inside.outputs, outside.outputs, strict=True)) if _differ(tape.value(y), tape.value(z))]
    if differ and not _equal_but_for_rounding(backend, case, differ):
        wrong += [f"output {i} has another value under no_grad" for i in differ]
    with suppress(_Deliberate), tape.no_grad():
        raise _Deliberate
    if not tape.is_recording():
        wrong.append("recording stays off after an exception left no_grad")
        backend.reset()
    return structural("no-grad-records-nothing", not wrong, "; ".join(wrong), comparisons=len(inside.outputs) if tracked(outside) else 0)


def _in_both_modes(tape: Tape, case: Case) -> tuple[Recording, Recording]:
    """The same leaves under no_grad and outside of it."""
    outside = record(tape, case)
    with tape.no_grad():
        return record(tape, case, leaves=outside.leaves), outside


def _equal_but_for_rounding(backend: Backend, case: Case, differ: list[int]) -> bool:
    """Whether another algorithm explains these outputs: singular values may be computed otherwise where no vectors need be kept."""

    def pair(bound: Bound) -> Sides:
        tape = backend.tape(case.device)
        seen, due = (flat([tape.value(recording.outputs[i]) for i in differ]) for recording in _in_both_modes(tape, bound.case))
        return Sides(seen, due)

    try:
        return check_equal("no-grad-records-nothing", backend, case, pair, scatter=False).verdict is not Verdict.BROKEN
    except ValueError:  # not even of one shape
        return False


def _differ(x: np.ndarray, y: np.ndarray) -> bool:
    return x.shape != y.shape or x.tobytes() != y.tobytes()


LAWS = (
    Law(
        name="no-grad-records-nothing",
        family="tape",
        statement="Nothing is recorded under no_grad, values are unchanged, and the mode before is restored, by an exception too.",
        equation="requires_grad(f(x) under no_grad) = False",
        source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
        check=check_no_grad,
        faults=("records-in-no-grad", "leaks-no-grad"),
        needs=frozenset({"tape"}),
        subject="tape",
    ),
)
