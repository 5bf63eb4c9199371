"""Faults of emptying a gradient slot: nothing happens, too much, or something is left behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.accumulation import Leaves
from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("slot-replaced", "every backward puts a new object into the slot")
class SlotReplaced(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        before = self.before()
        self.inner.backward(output, cotangent, **options)
        for leaf, old in zip(self.leaves, before, strict=True):
            new = self.inner.grad(leaf)
            if old is not None and new is not None:
                self.inner.zero_grad(leaf)
                self.put(leaf, new)


@tape_fault("fills-unreached", "backward fills the slot of every leaf, with zeros where the output does not depend on it")
class FillsUnreached(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        for leaf in self.leaves:
            if self.inner.grad(leaf) is None:
                self.put(leaf, np.zeros_like(self.inner.value(leaf)))


@tape_fault("clear-ignored", "clearing a gradient does nothing")
class ClearIgnored(WrappedTape):
    def clear_grad(self, leaf: Any) -> None:
        return None


@tape_fault("clear-keeps-zero", "clearing leaves a gradient of zeros")
class ClearKeepsZero(WrappedTape):
    def clear_grad(self, leaf: Any) -> None:
        self.inner.zero_grad(leaf)


@tape_fault("zero-ignored", "zeroing in place does nothing")
class ZeroIgnored(WrappedTape):
    def zero_grad(self, leaf: Any) -> None:
        return None


@tape_fault("zero-clears", "zeroing in place forgets the gradient")
class ZeroClears(WrappedTape):
    def zero_grad(self, leaf: Any) -> None:
        self.inner.clear_grad(leaf)


@tape_fault("zero-keeps-history", "a gradient zeroed in place still has a history")
class ZeroKeepsHistory(WrappedTape):
    def zero_grad(self, leaf: Any) -> None:
        slot = self.inner.slot(leaf)
        if slot is not None:
            with self.inner.no_grad():
                self.inner.scale_in_place(slot, 0.0)
