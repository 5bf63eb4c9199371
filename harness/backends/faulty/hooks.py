"""Faults of hooks: what they see, what becomes of what they return, and of the other kinds of hooks when they run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, engine_fault, tape_fault
from harness.tape.hooking import HookGroups, Hooking, Saving
from harness.tape.reference.graph import Tensor
from harness.tape.reference.walker import Engine


def _nothing(returned: Any) -> None:
    """Whatever it was."""


@tape_fault("hook-sees-slot", "a hook on a leaf sees what is already in the slot as well", control=True)
class HookSeesSlot(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        def called(gradient: Any) -> Any:
            there = self.inner.slot(handle)
            return function(gradient if there is None else self.inner.apply("add", gradient, there))

        return self.inner.hook(handle, called)


@tape_fault("hook-errors-swallowed", "an exception in a hook says nothing", control=True)
class HookErrorsSwallowed(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        def called(gradient: Any) -> Any:
            with suppress(Exception):
                return function(gradient)

        return self.inner.hook(handle, called)


@tape_fault("hook-follows-handle", "a hook moves on to the new value when its value is changed in place", control=True)
class HookFollowsHandle(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.hooks: list[tuple[Any, Any, Callable[[], None]]] = []

    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        remove = self.inner.hook(handle, function)
        self.hooks.append((handle, function, remove))
        return remove

    def scale_in_place(self, handle: Any, factor: float) -> None:
        self.inner.scale_in_place(handle, factor)
        for of, function, remove in self.hooks:
            if of is handle:
                remove()
                self.inner.hook(handle, function)


@engine_fault("hook-result-detached", "what a hook returns is taken as a constant", control=True)
class HookResultDetached(Engine):
    def replaced(self, gradient: Tensor, returned: Tensor | None) -> Tensor:
        return super().replaced(gradient, None if returned is None else self.detach(returned))


@part_fault("slot-hook-is-tensor-hook", Hooking, "a hook after the slot runs before it, wherever the gradient passes")
class SlotHookIsTensorHook(Spoiled):
    def after_slot(self, leaf: Any, function: Any) -> Callable[[], None]:
        remove: Callable[[], None] = self.inner.tape.hook(leaf, lambda gradient: function(leaf))
        return remove


@part_fault("slot-hook-anywhere", Hooking, "a hook after the slot is accepted on computed values, and may return anything")
class SlotHookAnywhere(Spoiled):
    def after_slot(self, leaf: Any, function: Any) -> Callable[[], None]:
        if not self.inner.tape.is_leaf(leaf):
            return lambda: None
        remove: Callable[[], None] = self.inner.after_slot(leaf, lambda x: _nothing(function(x)))
        return remove


@part_fault("node-hook-ignored", Hooking, "what the hooks of a node return is ignored")
class NodeHookIgnored(Spoiled):
    def before_node(self, handle: Any, function: Any) -> Callable[[], None]:
        remove: Callable[[], None] = self.inner.before_node(handle, lambda gradients: _nothing(function(gradients)))
        return remove

    def after_node(self, handle: Any, function: Any) -> Callable[[], None]:
        remove: Callable[[], None] = self.inner.after_node(handle, lambda parts, gradients: _nothing(function(parts, gradients)))
        return remove


@part_fault("node-hook-is-tensor-hook", Hooking, "a hook before a node runs wherever its gradient passes")
class NodeHookIsTensorHook(Spoiled):
    def before_node(self, handle: Any, function: Any) -> Callable[[], None]:
        remove: Callable[[], None] = self.inner.tape.hook(handle, lambda gradient: (function((gradient,)) or (None,))[0])
        return remove


@part_fault("group-hook-each", HookGroups, "a hook on a group runs for each of its values")
class GroupHookEach(Spoiled):
    def all(self, handles: Any, function: Any) -> Callable[[], None]:
        for handle in handles:
            self.inner.tape.hook(handle, lambda gradient: function([gradient] * len(handles)))
        return lambda: None

    def any(self, handles: Any, function: Any) -> Callable[[], None]:
        for handle in handles:
            self.inner.tape.hook(handle, lambda gradient: function(gradient))
        return lambda: None


@part_fault("unpack-doubles", Saving, "an unpacked value is twice what was packed")
class UnpackDoubles(Spoiled):
    def hooks(self, pack: Any, unpack: Any) -> AbstractContextManager[Any]:
        tape = self.inner.tape
        context: AbstractContextManager[Any] = self.inner.hooks(pack, lambda packed: tape.apply("multiply", unpack(packed), 2.0))
        return context


@part_fault("packing-not-nested", Saving, "inside the hooks of one pair another pair is ignored")
class PackingNotNested(Spoiled):
    inside = False

    def hooks(self, pack: Any, unpack: Any) -> AbstractContextManager[Any]:
        if PackingNotNested.inside:
            return nullcontext()
        return _Entered(self.inner.hooks(pack, unpack))


class _Entered:
    def __init__(self, inner: AbstractContextManager[Any]) -> None:
        self.inner = inner

    def __enter__(self) -> Any:
        PackingNotNested.inside = True
        return self.inner.__enter__()

    def __exit__(self, *error: Any) -> Any:
        PackingNotNested.inside = False
        return self.inner.__exit__(*error)


@part_fault("pack-gets-copy", Saving, "a hook that packs gets a copy, and may change it unnoticed")
class PackGetsCopy(Spoiled):
    def hooks(self, pack: Any, unpack: Any) -> AbstractContextManager[Any]:
        tape = self.inner.tape
        context: AbstractContextManager[Any] = self.inner.hooks(lambda value: pack(tape.apply("clone", value)), unpack)
        return context


@engine_fault("saves-always", "values are saved whether or not the op is recorded", control=True)
class SavesAlways(Engine):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        if self.packing.pairs and not getattr(self, "inside", False):
            self.inside = True
            for tensor in self.tensors(operands):
                self.save(tensor)
            self.inside = False
        return super().__call__(op, *operands, **params)
