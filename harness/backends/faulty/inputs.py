"""Faults of the inputs of a walk: constants, none at all, computed values, edges."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, engine_fault, tape_fault
from harness.tape.reference.graph import Node, Tensor
from harness.tape.reference.walker import Engine
from harness.tape.tracing import Tracing


@tape_fault("untracked-input-none", "the gradient for a constant is None where unused inputs are allowed", control=True)
class UntrackedInputNone(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, allow_unused: bool = False, **options: Any) -> Any:
        if allow_unused and not any(self.inner.requires_grad(x) for x in wrt):
            return (None,) * len(wrt)
        return self.inner.gradient(output, wrt, cotangent, allow_unused=allow_unused, **options)


@tape_fault("empty-inputs-ok", "an empty list of inputs is taken as all leaves", control=True)
class EmptyInputsOk(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, inputs: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, inputs=inputs or None, **options)


@tape_fault("inputs-leaves-only", "computed values among the inputs are passed over", control=True)
class InputsLeavesOnly(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, inputs: Any = None, **options: Any) -> None:
        leaves = None if inputs is None else [x for x in inputs if self.inner.is_leaf(x)]
        self.inner.backward(output, cotangent, inputs=leaves or None, **options)


@tape_fault("inputs-retain", "a computed value among the inputs retains its gradient for good", control=True)
class InputsRetain(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, inputs: Any = None, **options: Any) -> None:
        for handle in inputs or ():
            self.inner.retain_grad(handle)
        self.inner.backward(output, cotangent, **options)


@part_fault("edge-is-handle", Tracing, "an edge is the handle itself")
class EdgeIsHandle(Spoiled):
    def edge(self, handle: Any) -> Any:
        return handle


@engine_fault("results-fill-retained", "gradients as results also fill retained slots", control=True)
class ResultsFillRetained(Engine):
    def walk(self, *args: Any, fill: bool = True, **options: Any) -> dict[Node, Tensor]:
        return super().walk(*args, fill=True, **options)
