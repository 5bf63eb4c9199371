"""Faults of inference mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.inferring import Inferring


@part_fault("inference-is-no-grad", Inferring, "inference mode is no_grad by another name")
class InferenceIsNoGrad(Spoiled):
    def mode(self, on: bool = True) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = self.inner.tape.grad_mode(not on)
        return context


@part_fault("inference-stays", Inferring, "switching inference mode off inside has no effect")
class InferenceStays(Spoiled):
    def mode(self, on: bool = True) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = self.inner.mode(True)
        return context


@part_fault("inference-changes-copies", Inferring, "changes in place inside inference mode are undone when it is left")
class InferenceChangesCopies(Spoiled):
    def mode(self, on: bool = True) -> AbstractContextManager[Any]:
        return self._undone(on)

    @contextmanager
    def _undone(self, on: bool) -> Iterator[None]:
        with self.inner.mode(on):
            saved, self.inner.tape.scale_in_place = self.inner.tape.scale_in_place, lambda handle, factor: None
            try:
                yield
            finally:
                self.inner.tape.scale_in_place = saved
