"""Faults inside an autograd, continued: what is saved, what is checked, views, versions, slots."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.tape import engine_fault
from harness.tape.reference.graph import OUTPUT, Node, Saved, Storage, Tensor
from harness.tape.reference.walker import Engine


@engine_fault("version-ignored", "a saved value that was changed in place is used as it is now", control=True)
class VersionIgnored(Engine):
    def check_version(self, tensor: Tensor, version: int) -> None:
        return None


@engine_fault("version-uncounted-in-no-grad", "changes in place are counted only while recording", control=True)
class VersionUncountedInNoGrad(Engine):
    def bump(self, target: Tensor) -> None:
        if self.modes.recording:
            super().bump(target)


@engine_fault("version-counts-twice", "a change in place of a view is counted twice", control=True)
class VersionCountsTwice(Engine):
    def bump(self, target: Tensor) -> None:
        target.storage.version += 1 if target.base is None else 2


@engine_fault("outputs-unchecked", "a saved result may be changed in place unnoticed", control=True)
class OutputsUnchecked(Engine):
    def unpack(self, node: Node) -> dict[int, Tensor]:
        if OUTPUT in node.saved:
            saved = node.saved[OUTPUT]
            node.saved[OUTPUT] = Saved(saved.tensor, saved.tensor.storage.version)
        return super().unpack(node)


@engine_fault("saves-copies", "saved values are copies: no change in place is noticed", control=True)
class SavesCopies(Engine):
    def save(self, tensor: Tensor) -> Saved:
        saved = super().save(tensor)
        if tensor.flag:
            return saved
        return Saved(Tensor(saved.tensor.array.copy(), Storage(tensor.storage.device), node=saved.tensor.node), 0)


@engine_fault("overcautious", "any change in place of an operand makes backward refuse, whether it was needed or not", control=True)
class Overcautious(Engine):
    def node(self, rule: Any, tensors: Any, params: dict[str, Any], out: Tensor | None) -> Node:
        made = super().node(rule, tensors, params, out)
        for i, tensor in enumerate(tensors):
            made.saved.setdefault(100 + i, self.save(tensor))
        return made


@engine_fault("view-of-leaf-unrefused", "a view of a leaf may be changed in place")
class ViewOfLeafUnrefused(Engine):
    def refuse_leaf(self, target: Tensor) -> None:
        if target.base is None:
            super().refuse_leaf(target)


@engine_fault("base-keeps-history", "a change in place of a view does not reach the history of its base", control=True)
class BaseKeepsHistory(Engine):
    def change(self, op: str, target: Tensor, other: Any) -> None:
        base = target.base
        before = None if base is None else base.node
        super().change(op, target, other)
        if base is not None:
            base.node = before


@engine_fault("views-keep-history", "a view keeps its old history when its memory changes", control=True)
class ViewsKeepHistory(Engine):
    def history(self, tensor: Tensor) -> Node | None:
        return tensor.node


@engine_fault("slot-steals", "a first gradient is not copied", control=True)
class SlotSteals(Engine):
    def owned(self, gradient: Tensor) -> Tensor:
        return gradient if self.modes.recording else self.detach(gradient)


@engine_fault("slot-out-of-place", "gradients accumulate out of place")
class SlotOutOfPlace(Engine):
    def accumulate(self, tensor: Tensor, gradient: Tensor) -> None:
        if tensor.grad is not None and not self.modes.recording and self.requires_grad(tensor):
            tensor.grad = self("add", tensor.grad, gradient)
        else:
            super().accumulate(tensor, gradient)


@engine_fault("slot-in-place-always", "gradients accumulate in place even where a graph is created")
class SlotInPlaceAlways(Engine):
    def accumulate(self, tensor: Tensor, gradient: Tensor) -> None:
        if tensor.grad is not None and self.modes.recording:
            tensor.grad.array[...] += gradient.array
        else:
            super().accumulate(tensor, gradient)


@engine_fault("detach-separate-version", "what detach returns has its own count of changes", control=True)
class DetachSeparateVersion(Engine):
    def detach(self, tensor: Tensor) -> Tensor:
        return Tensor(tensor.array, Storage(tensor.storage.device))


@engine_fault("unused-is-zero", "the engine gives zeros for what the output does not depend on")
class UnusedIsZero(Engine):
    def unused(self, tensor: Tensor | Node) -> Tensor | None:
        return None if isinstance(tensor, Node) else Tensor(0 * tensor.array, Storage(tensor.storage.device))


@engine_fault("wrong-saved-result", "a saved result comes back halved")
class WrongSavedResult(Engine):
    def unpack(self, node: Node) -> dict[int, Tensor]:
        saved = super().unpack(node)
        if OUTPUT in saved:
            saved[OUTPUT] = self("multiply", saved[OUTPUT], 0.5)
        return saved


@engine_fault("part-at-zero", "the gradient of a part lands at the beginning", control=True)
class PartAtZero(Engine):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        if op == "pad":
            params = {"before": 0, "after": params["before"] + params["after"]}
        return super().__call__(op, *operands, **params)


@engine_fault("second-order-linear", "a created graph treats saved values as constants", control=True)
class SecondOrderLinear(Engine):
    def unpack(self, node: Node) -> dict[int, Tensor]:
        return {k: self.detach(tensor) for k, tensor in super().unpack(node).items()}


@engine_fault("mode-of-caller", "backward runs in the mode of its caller, not in that of create_graph", control=True)
class ModeOfCaller(Engine):
    def walk(self, *args: Any, create: bool, **options: Any) -> dict[Node, Tensor]:
        return super().walk(*args, create=self.modes.recording, **options)
