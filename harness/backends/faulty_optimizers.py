"""Faults of optimizers: steps that are too long, taken where none is due, or that leave something behind; zeroing that does too little."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty_parts import Spoiled, part_fault
from harness.tape.optimizing import Optimizing


@part_fault("optimizer-oversteps", Optimizing, "the third step of an optimizer is taken twice")
class Oversteps(Spoiled):
    def optimizer(self, name: str, groups: Any, options: Any) -> Any:
        return _OnceTooOften(self.inner.optimizer(name, groups, options))


class _OnceTooOften(Spoiled):
    taken = 0

    def step(self, closure: Any = None) -> None:
        self.taken += 1
        for _ in range(2 if self.taken == 3 else 1):
            self.inner.step(closure)
