"""Faults of walks over the graph: when it is freed, what a created graph is good for, which leaves are meant."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("keeps-graph", "backward never frees the graph")
class KeepsGraph(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> None:
        self.inner.backward(output, cotangent, retain_graph=True, **options)


@tape_fault("frees-retained-graph", "backward frees the graph in spite of retain_graph")
class FreesRetainedGraph(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)


@tape_fault("retains-once", "only every second retain_graph is heeded")
class RetainsOnce(WrappedTape):
    calls = 0

    def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> None:
        self.calls += retain_graph
        self.inner.backward(output, cotangent, retain_graph=retain_graph and self.calls % 2 == 1, **options)


@tape_fault("gradient-keeps-graph", "gradient never frees the graph")
class GradientKeepsGraph(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> Any:
        return self.inner.gradient(output, wrt, cotangent, retain_graph=True, **options)


@tape_fault("backward-first-order", "backward with create_graph silently creates none")
class BackwardFirstOrder(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, **options: Any) -> None:
        self.inner.backward(output, cotangent, retain_graph=retain_graph or create_graph, **options)


@tape_fault("gradient-first-order", "gradient with create_graph silently creates none")
class GradientFirstOrder(WrappedTape):
    def gradient(
        self, output: Any, wrt: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, **options: Any
    ) -> Any:
        return self.inner.gradient(output, wrt, cotangent, retain_graph=retain_graph or create_graph, **options)


@tape_fault("always-creates-graph", "backward always creates a graph")
class AlwaysCreatesGraph(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> None:
        self.inner.backward(output, cotangent, create_graph=True, **options)


@tape_fault("inputs-ignored", "backward accumulates into every leaf whatever `inputs` says", control=True)
class InputsIgnored(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, *, inputs: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)


@tape_fault("needs-recording", "backward refuses to run while nothing is recorded")
class NeedsRecording(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        if not self.inner.is_recording():
            raise RuntimeError("backward needs recording")
        self.inner.backward(output, cotangent, **options)


@tape_fault("untracked-root-ok", "backward from a value without history does nothing instead of being refused")
class UntrackedRootOk(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        if self.inner.requires_grad(output):
            self.inner.backward(output, cotangent, **options)


@tape_fault("implicit-ones", "a missing cotangent is taken as ones for outputs of any size", control=True)
class ImplicitOnes(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        seed = cotangent if cotangent is not None or not self.inner.requires_grad(output) else self.inner.value(output) * 0 + 1
        self.inner.backward(output, seed, **options)


@tape_fault("swallows-errors", "a backward that fails says nothing")
class SwallowsErrors(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        try:
            self.inner.backward(output, cotangent, **options)
        except Exception:  # the fault itself: whatever went wrong stays unsaid
            return


@tape_fault("needs-all-operands", "a result requires grad only if all operands do")
class NeedsAllOperands(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = self.inner.apply(op, *args, **params)
        handles = [x for x in args if not isinstance(x, int | float)]
        return made if all(self.inner.requires_grad(x) for x in handles) else self.inner.detach(made)


@tape_fault("shallow-graph", "a graph deeper than a thousand nodes is cut")
class ShallowGraph(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.depth = 0

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        self.depth += 1
        made = self.inner.apply(op, *args, **params)
        return self.inner.detach(made) if self.depth == 1000 else made


@tape_fault("wrong-class", "a graph walked twice is refused with the wrong class of error")
class WrongClass(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        try:
            self.inner.backward(output, cotangent, **options)
        except RuntimeError as error:
            raise KeyError(str(error)) from None
