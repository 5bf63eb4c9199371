"""Faults of gradients as results and of higher orders."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty_tape import WrappedTape, engine_fault, tape_fault
from harness.tape.parts import Tensor
from harness.tape.walker import Engine


@tape_fault("gradient-always-creates", "a gradient as a result always has a graph", control=True)
class GradientAlwaysCreates(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> Any:
        return self.inner.gradient(output, wrt, cotangent, create_graph=True, **options)


@tape_fault("gradient-requires-grad", "a gradient with a created graph always requires grad", control=True)
class GradientRequiresGrad(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, create_graph=create_graph, **options)
        for gradient in found if create_graph else ():
            self.inner.set_requires_grad(gradient, True)
        return found


@tape_fault("gradient-sums-inputs", "the gradient of a sum with respect to one operand counts the other as well", control=True)
class GradientSumsInputs(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, **options)
        constant = [g for g in found if g is not None and not self.inner.requires_grad(g)]
        return tuple(self.inner.apply("add", g, g) if any(g is c for c in constant) and options.get("create_graph") else g for g in found)


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


@engine_fault("seed-is-constant", "a created graph does not lead to the cotangent", control=True)
class SeedIsConstant(Engine):
    def cotangent(self, root: Tensor, given: Tensor | None) -> Tensor:
        return self.detach(super().cotangent(root, given))


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
