"""A law: a sourced statement that must hold, and the pure function that checks it on one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness.backends import Backend
from harness.program import Case
from harness.verdict.result import Result


@dataclass(frozen=True)
class Law:
    """What must hold, where it was promised, and how to see whether it does.

    `check(backend, case)` is pure: it knows no strategies, no Hypothesis and no pytest, so that the suite, `check`, `replay` and a cluster worker
    all call the same function. `needs` names capabilities (harness.backends.protocol.CAPABILITIES); a backend without them is UNSUPPORTED. `subject`
    says what kind of case the law wants: one op ("op": a cell per op, and one for random programs) or a tape ("tape": a cell per dtype and device).
    A law that speaks of some ops alone names them in `ops`: it has no other cells. `by_default` is whether a check of one function asks it unasked:
    not where it needs a program of catalogue ops, or would blame a right function for its framework.
    `features` names what its tape must offer beyond the minimum (harness.tape.features.FEATURES); without, UNSUPPORTED before a case is drawn.
    `faults` names the deliberate faults (harness.backends.faulty.backend) that this law must break on: its negative controls.
    """

    name: str
    family: str
    statement: str
    equation: str
    source: str
    check: Callable[[Backend, Case], Result]
    faults: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    subject: Literal["op", "tape"] = "op"
    features: frozenset[str] = frozenset()
    ops: frozenset[str] = frozenset()
    by_default: bool = True

    def speaks_of(self, op: str) -> bool:
        """Whether `op`, an op of the catalogue, "program" or "tape", makes a cell of the law."""
        return (op == "tape") == (self.subject == "tape") and (not self.ops or op in self.ops)
