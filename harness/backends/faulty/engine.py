"""Faults inside an autograd, where no wrapper reaches: the reference engine with one sentence of the specification broken. Recording and walks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.backends.faulty.tape import engine_fault
from harness.tape.reference.graph import Node, Tensor
from harness.tape.reference.walker import Engine


@engine_fault("requires-all", "an op is recorded only if all its operands require grad")
class RequiresAll(Engine):
    def records(self, tensors: Sequence[Tensor]) -> bool:
        return self.modes.recording and all(self.requires_grad(t) for t in tensors)


@engine_fault("ignores-mode", "recording looks at the operands only, not at the mode")
class IgnoresMode(Engine):
    def records(self, tensors: Sequence[Tensor]) -> bool:
        return any(self.requires_grad(t) for t in tensors)


@engine_fault("fan-out-last", "of several uses of a value only the last to arrive counts", control=True)
class FanOutLast(Engine):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        if op == "add" and getattr(self, "walking", False):
            return operands[1]  # type: ignore[no-any-return]
        return super().__call__(op, *operands, **params)

    def walk(self, *args: Any, **options: Any) -> dict[Node, Tensor]:
        self.walking = True
        try:
            return super().walk(*args, **options)
        finally:
            self.walking = False


@engine_fault("broadcast-mean", "the gradient of a stretched operand is divided by how often it was used", control=True)
class BroadcastMean(Engine):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        made = super().__call__(op, *operands, **params)
        if op == "sum_to":
            made.array[...] /= max(1, operands[0].array.size // max(1, made.array.size))
        return made


@engine_fault("never-frees", "saved values are never let go")
class NeverFrees(Engine):
    def free(self, node: Node) -> None:
        return None


@engine_fault("frees-odd-nodes", "only every second node is freed")
class FreesOddNodes(Engine):
    def free(self, node: Node) -> None:
        if node.number % 2:
            super().free(node)


@engine_fault("frees-below", "walking to chosen inputs also frees what lies below them")
class FreesBelow(Engine):
    def leads_on(self, node: Node, useful: set[Node]) -> bool:
        leads = super().leads_on(node, useful)
        if not leads:
            self.free(node)
        return leads


@engine_fault("second-walk-silent", "a freed graph is walked without an error and gives nothing")
class SecondWalkSilent(Engine):
    def pulled(self, node: Node, gradient: Tensor, useful: set[Node] | None) -> list[tuple[Node, Tensor]]:
        return [] if node.freed else super().pulled(node, gradient, useful)


@engine_fault("hooks-reversed", "hooks run in the reverse order", control=True)
class HooksReversed(Engine):
    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        for hook in reversed(tuple(node.hooks.values())):
            replaced = hook(gradient)
            gradient = gradient if replaced is None else replaced
        return gradient


@engine_fault("hooks-parallel", "every hook sees the original gradient, not what the one before returned", control=True)
class HooksParallel(Engine):
    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        results = [hook(gradient) for hook in tuple(node.hooks.values())]
        return next((r for r in reversed(results) if r is not None), gradient)


@engine_fault("hooks-on-leaves-only", "hooks of computed values are not called")
class HooksOnLeavesOnly(Engine):
    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        return super().hooked(node, gradient) if node.leaf is not None else gradient


@engine_fault("hook-shape-unchecked", "a hook may return a gradient of another shape", control=True)
class HookShapeUnchecked(Engine):
    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        for hook in tuple(node.hooks.values()):
            replaced = hook(gradient)
            gradient = gradient if replaced is None else self("expand", replaced, shape=gradient.array.shape)
        return gradient


@engine_fault("retain-before-hooks", "a retained gradient is that before the hooks", control=True)
class RetainBeforeHooks(Engine):
    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        super().retain(node, gradient)
        return super().hooked(node, gradient)

    def retain(self, node: Node, gradient: Tensor) -> None:
        return None


@engine_fault("retain-overwrites", "a retained gradient is overwritten by the next backward")
class RetainOverwrites(Engine):
    def retain(self, node: Node, gradient: Tensor) -> None:
        tensor = node.retainer() if node.retainer else None
        if tensor is not None:
            tensor.grad = None
        super().retain(node, gradient)


@engine_fault("seed-shape-unchecked", "a cotangent of another shape is broadcast", control=True)
class SeedShapeUnchecked(Engine):
    def cotangent(self, root: Tensor, given: Tensor | None) -> Tensor:
        fits = given is None or given.array.shape == root.array.shape
        return super().cotangent(root, given if fits else self("expand", self("sum", given), shape=root.array.shape))


@engine_fault("frozen-leaf-filled", "a leaf frozen after the forward still gets a gradient")
class FrozenLeafFilled(Engine):
    def accumulate(self, tensor: Tensor, gradient: Tensor) -> None:
        frozen = not self.requires_grad(tensor)
        tensor.flag = tensor.flag or frozen
        super().accumulate(tensor, gradient)
        tensor.flag = tensor.flag and not frozen


@engine_fault("created-graph-detached", "a gradient accumulated with a created graph has no history")
class CreatedGraphDetached(Engine):
    def owned(self, gradient: Tensor) -> Tensor:
        return self.detach(super().owned(gradient))
