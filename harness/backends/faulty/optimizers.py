"""Faults of optimizers: steps that are too long, taken where none is due, or that leave something behind; zeroing that does too little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.optimizing import Optimizing


class _Optimizer(Spoiled):
    """One optimizer, with what its fault needs to know: the tape, its leaves, and those of all optimizers made so far."""

    def __init__(self, inner: Any, tape: Any, leaves: list[Any], everyone: list[Any]) -> None:
        super().__init__(inner)
        self.tape, self.leaves, self.everyone, self.taken = tape, leaves, everyone, 0


def spoils(name: str, summary: str) -> Callable[[type[_Optimizer]], type[_Optimizer]]:
    """Register a class of spoiled optimizers as the fault `name`."""

    def registered(spoiled: type[_Optimizer]) -> type[_Optimizer]:
        @part_fault(name, Optimizing, summary)
        class OfPart(Spoiled):
            def optimizer(self, name: str, groups: Any, options: Any) -> Any:
                leaves = [leaf for group in groups for leaf in group]
                self.__dict__.setdefault("everyone", []).extend(leaves)
                return spoiled(self.inner.optimizer(name, groups, options), self.tape, leaves, self.everyone)

        return spoiled

    return registered


@spoils("optimizer-oversteps", "the third step of an optimizer is taken twice")
class Oversteps(_Optimizer):
    def step(self, closure: Any = None) -> None:
        self.taken += 1
        for _ in range(2 if self.taken == 3 else 1):
            self.inner.step(closure)


@spoils("optimizer-zeroes-for-none", "zero_grad leaves zeros where None is due")
class ZeroesForNone(_Optimizer):
    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(to_none=False)


@spoils("optimizer-clears-for-zero", "zero_grad sets gradients to None where zeros are asked for")
class ClearsForZero(_Optimizer):
    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(to_none=True)


@spoils("optimizer-zero-ignored", "zero_grad does nothing")
class ZeroIgnored(_Optimizer):
    def zero_grad(self, *, to_none: bool = True) -> None:
        return None


@spoils("optimizer-zero-moves", "zero_grad changes the leaves in place")
class ZeroMoves(_Optimizer):
    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(to_none=to_none)
        with self.tape.no_grad():
            for leaf in self.leaves:
                self.tape.scale_in_place(leaf, 1.0)


@spoils("optimizer-zeroes-all", "zero_grad empties the gradients of every leaf that any optimizer was given")
class ZeroesAll(_Optimizer):
    def zero_grad(self, *, to_none: bool = True) -> None:
        for leaf in self.everyone:
            self.tape.clear_grad(leaf)


@spoils("steps-on-none", "a step takes a gradient of None for zeros, and keeps it")
class StepsOnNone(_Optimizer):
    def step(self, closure: Any = None) -> None:
        for leaf in self.leaves:
            if self.tape.grad(leaf) is None:
                self.tape.assign_grad(leaf, self.tape.leaf(np.zeros_like(self.tape.value(leaf)), requires_grad=False))
        self.inner.step(closure)


@spoils("skips-zero", "a step takes a gradient of zeros for None")
class SkipsZero(_Optimizer):
    def step(self, closure: Any = None) -> None:
        for leaf in self.leaves:
            gradient = self.tape.grad(leaf)
            if gradient is not None and not gradient.any():
                self.tape.clear_grad(leaf)
        self.inner.step(closure)


@spoils("step-clears-grad", "a step forgets the gradients that it used")
class StepClearsGrad(_Optimizer):
    def step(self, closure: Any = None) -> None:
        self.inner.step(closure)
        self.inner.zero_grad()


@spoils("state-forgotten", "a saved state is loaded, and ignored")
class StateForgotten(_Optimizer):
    def load(self, state: Any) -> None:
        return None


@spoils("closure-ignored", "the closure of a step is not called")
class ClosureIgnored(_Optimizer):
    def step(self, closure: Any = None) -> None:
        self.inner.step()


@part_fault("one-group", Optimizing, "all groups of leaves get the options of the first")
class OneGroup(Spoiled):
    def optimizer(self, name: str, groups: Any, options: Any) -> Any:
        return self.inner.optimizer(name, groups, [options[0]] * len(options))
