"""The reference tape's compilation: a program's deeds, one after the other. It is what every compiler must be equal to.

compiled(program)(x) = perform(tape, program, x)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.program import Program
from harness.tape.compiling import Compiling, perform
from harness.tape.reference.walking import ReferencePart


class ReferenceCompiling(ReferencePart, Compiling):
    variants = ("performed",)

    def compiled(self, program: Program, *, variant: str) -> Callable[..., tuple[Any, ...]]:
        return lambda *inputs: perform(self.tape, program, inputs)
