"""Faults of checkpoints: gradients counted twice, other random numbers, functions run too often or never again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, counted_twice, part_fault
from harness.backends.faulty.tape import WrappedTape, tape_fault
from harness.tape.checkpointing import Checkpointing
from harness.tape.special_values import Drawing

Function = Callable[..., Any]


@part_fault("checkpoint-doubles", Checkpointing, "the gradient through a checkpoint counts twice")
class Doubles(Spoiled):
    def checkpoint(self, function: Function, *args: Any, **options: Any) -> Any:
        made = self.inner.checkpoint(function, *args, **options)
        return tuple(counted_twice(self.tape, y) for y in made) if isinstance(made, tuple) else counted_twice(self.tape, made)


@part_fault("checkpoint-redraws", Checkpointing, "a function under a checkpoint draws new random numbers when it runs again")
class Redraws(Spoiled):
    def checkpoint(self, function: Function, *args: Any, **options: Any) -> Any:
        return self.inner.checkpoint(function, *args, **{**options, "keep_random": False})


@part_fault("checkpoint-runs-twice", Checkpointing, "a function under a checkpoint runs twice in forward")
class RunsTwice(Spoiled):
    def checkpoint(self, function: Function, *args: Any, **options: Any) -> Any:
        function(*args)
        return self.inner.checkpoint(function, *args, **options)


@part_fault("checkpoint-keeps-all", Checkpointing, "a checkpoint is none: everything is saved")
class KeepsAll(Spoiled):
    def checkpoint(self, function: Function, *args: Any, **options: Any) -> Any:
        return function(*args)


@part_fault("checkpoint-limits-ignored", Checkpointing, "a checkpoint for backward only answers whatever it is asked, without a word")
class LimitsIgnored(Spoiled):
    def checkpoint(self, function: Function, *args: Any, variant: str, **options: Any) -> Any:
        other = next(name for name in self.inner.variants if name not in self.inner.first_order)
        return self.inner.checkpoint(function, *args, variant=other, **options)


@part_fault("checkpoint-first-order", Checkpointing, "a checkpoint of any variant is for backward only")
class FirstOrder(Spoiled):
    def checkpoint(self, function: Function, *args: Any, variant: str, **options: Any) -> Any:
        other = next(iter(self.inner.first_order), variant)
        return self.inner.checkpoint(function, *args, variant=other, **options)


@part_fault("checkpoint-chooses", Checkpointing, "a checkpoint whose variant is not named takes one")
class Chooses(Spoiled):
    def unnamed(self, function: Function, *args: Any) -> Any:
        return self.inner.checkpoint(function, *args, variant=self.inner.variants[0])


@tape_fault("backward-draws", "every backward draws a random number", control=True)
class BackwardDraws(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.part(Drawing).dropout(self.inner.leaf(np.ones(1), requires_grad=False), 0.5)
        self.inner.backward(output, cotangent, **options)
