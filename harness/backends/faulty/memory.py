"""Faults of memory: detach that copies or tracks, changes in place that are not seen or not recorded, views that are copies."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("detach-copies", "detach copies, so that changes in place are not shared")
class DetachCopies(WrappedTape):
    def detach(self, handle: Any) -> Any:
        return self.inner.leaf(self.inner.value(handle), requires_grad=False)


@tape_fault("detach-tracks", "detach keeps the history")
class DetachTracks(WrappedTape):
    def detach(self, handle: Any) -> Any:
        return self.inner.apply("clone", handle)


@tape_fault("detach-requires-grad", "what detach returns requires grad")
class DetachRequiresGrad(WrappedTape):
    def detach(self, handle: Any) -> Any:
        made = self.inner.detach(handle)
        self.inner.set_requires_grad(made, True)
        return made


@tape_fault("in-place-unrecorded", "a change in place is invisible to the gradient", control=True)
class InPlaceUnrecorded(WrappedTape):
    def scale_in_place(self, handle: Any, factor: float) -> None:
        with self.inner.no_grad():
            self.inner.scale_in_place(handle, factor)


@tape_fault("add-in-place-unrecorded", "what is added in place gets no gradient", control=True)
class AddInPlaceUnrecorded(WrappedTape):
    def add_in_place(self, handle: Any, other: Any) -> None:
        with self.inner.no_grad():
            self.inner.add_in_place(handle, other)


@tape_fault("in-place-copies", "a change in place of a view happens in a copy", control=True)
class InPlaceCopies(WrappedTape):
    def scale_in_place(self, handle: Any, factor: float) -> None:
        self.inner.scale_in_place(self.inner.apply("clone", handle), factor)


@tape_fault("leaf-in-place-ok", "a leaf that requires grad may be changed in place")
class LeafInPlaceOk(WrappedTape):
    def scale_in_place(self, handle: Any, factor: float) -> None:
        try:
            self.inner.scale_in_place(handle, factor)
        except RuntimeError:
            with self.inner.no_grad():
                self.inner.scale_in_place(handle, factor)


@tape_fault("view-copies", "a view is a copy", control=True)
class ViewCopies(WrappedTape):
    def view(self, handle: Any, shape: tuple[int, ...]) -> Any:
        return self.inner.apply("clone", self.inner.view(handle, shape))


@tape_fault("narrow-copies", "a part is a copy", control=True)
class NarrowCopies(WrappedTape):
    def narrow(self, handle: Any, start: int, stop: int) -> Any:
        return self.inner.apply("clone", self.inner.narrow(handle, start, stop))


@tape_fault("view-detaches", "a view has no history", control=True)
class ViewDetaches(WrappedTape):
    def view(self, handle: Any, shape: tuple[int, ...]) -> Any:
        return self.inner.view(self.inner.detach(handle), shape)


@tape_fault("clone-aliases", "a clone looks into the same memory", control=True)
class CloneAliases(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        return self.inner.detach(args[0]) if op == "clone" else self.inner.apply(op, *args, **params)


@tape_fault("version-stays", "the version is always zero")
class VersionStays(WrappedTape):
    def version(self, handle: Any) -> int:
        return 0


@tape_fault("frozen-thaws", "freezing a leaf has no effect")
class FrozenThaws(WrappedTape):
    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        if flag:
            self.inner.set_requires_grad(handle, flag)


@tape_fault("integer-flag-ignored", "that integers cannot require grad is not said", control=True)
class IntegerFlagIgnored(WrappedTape):
    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        if self.inner.value(handle).dtype.kind == "f":
            self.inner.set_requires_grad(handle, flag)


@tape_fault("constants-require-grad", "a leaf made as a constant requires grad")
class ConstantsRequireGrad(WrappedTape):
    def leaf(self, values: Any, *, requires_grad: bool = True) -> Any:
        return self.inner.leaf(values, requires_grad=True)


@tape_fault("leafness-lies", "every value is called a leaf")
class LeafnessLies(WrappedTape):
    def is_leaf(self, handle: Any) -> bool:
        return True
