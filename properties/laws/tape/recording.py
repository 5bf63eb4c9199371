"""A case replayed on a tape: leaves made, ops recorded, one scalar root whose graph is sure to have saved something.

root = sum_k w_k * y_k * y_k        multiplication saves its factors, so a second walk needs them again
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.backends import Unsupported
from harness.backends.bind import part_dtype
from harness.program import Case, Program, evaluate
from harness.tape import Tape


@dataclass(frozen=True)
class Recording:
    """The handles of one forward sweep."""

    tape: Tape
    leaves: tuple[Any, ...]
    outputs: tuple[Any, ...]
    cotangents: tuple[np.ndarray, ...]

    def squared(self) -> tuple[Any, ...]:
        """Every output times itself."""
        return tuple(self.tape.apply("multiply", y, y) for y in self.outputs)

    def grads(self) -> tuple[np.ndarray | None, ...]:
        return tuple(self.tape.grad(leaf) for leaf in self.leaves)


def record(tape: Tape, case: Case, *, leaves: tuple[Any, ...] | None = None) -> Recording:
    """Run the case's program on `tape`, on fresh leaves or on those given."""
    if case.dtype == "bfloat16":
        raise Unsupported("a tape is given NumPy arrays, which have no bfloat16.")
    made = leaves or tuple(tape.leaf(x.astype(part_dtype(x, case.dtype))) for x in case.points)
    return Recording(tape, made, replay(tape, case, made), tuple(w.astype(part_dtype(w, case.dtype)) for w in case.cotangents))


def replay(tape: Tape, case: Case, leaves: tuple[Any, ...]) -> tuple[Any, ...]:
    """The outputs of the case's program on these leaves."""
    assert isinstance(case.subject, Program), "tape laws run on programs"
    return evaluate(case.subject, lambda op, args, params: tape.apply(op, *args, **params), inputs(tape, case, leaves))


def inputs(tape: Tape, case: Case, leaves: tuple[Any, ...]) -> list[Any]:
    """What the program is called on: the leaves, and constants for the rest."""
    given: list[Any] = [None] * len(case.primals)
    for position, leaf in zip(case.differentiable, leaves, strict=True):
        given[position] = leaf
    for position, x in enumerate(case.primals):
        if position not in case.differentiable:
            given[position] = tape.leaf(x.astype(part_dtype(x, case.dtype)) if x.dtype.kind in "fc" else x, requires_grad=False)
    return given


def tracked(recording: Recording) -> list[tuple[Any, np.ndarray]]:
    """The outputs that depend on a leaf, with their cotangents."""
    return [(y, w) for y, w in zip(recording.outputs, recording.cotangents, strict=True) if recording.tape.requires_grad(y)]
