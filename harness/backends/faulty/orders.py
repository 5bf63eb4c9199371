"""Faults of created graphs, of what is put into slots, and of leaves made where nothing is recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("created-frees", "a created graph does not keep the one that it was made from", control=True)
class CreatedFrees(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.walked: list[Any] = []

    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        if any(output is before for before in self.walked):
            raise RuntimeError("backward through the graph a second time")
        self.walked.append(output)
        return self.inner.gradient(output, wrt, cotangent, **options)


@tape_fault("assign-unchecked", "a gradient of another shape is accepted", control=True)
class AssignUnchecked(WrappedTape):
    def assign_grad(self, leaf: Any, gradient: Any) -> None:
        if gradient is None or self.inner.value(gradient).shape == self.inner.value(leaf).shape:
            self.inner.assign_grad(leaf, gradient)


@tape_fault("nan-forgotten", "a gradient that is not finite is dropped at the next backward", control=True)
class NanForgotten(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.leaves: list[Any] = []

    def leaf(self, values: Any, *, requires_grad: bool = True) -> Any:
        self.leaves.append(self.inner.leaf(values, requires_grad=requires_grad))
        return self.leaves[-1]

    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        for leaf in self.leaves:
            gradient = self.inner.grad(leaf)
            if gradient is not None and not np.all(np.isfinite(gradient)):
                self.inner.clear_grad(leaf)
        self.inner.backward(output, cotangent, **options)


@tape_fault("no-grad-factories", "a leaf made under no_grad requires no grad", control=True)
class NoGradFactories(WrappedTape):
    def leaf(self, values: Any, *, requires_grad: bool = True) -> Any:
        return self.inner.leaf(values, requires_grad=requires_grad and self.inner.is_recording())
