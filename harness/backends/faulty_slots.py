"""Faults of emptying a gradient slot: nothing happens, too much, or something is left behind."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty_tape import WrappedTape, tape_fault


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
