"""Faults of memory: what should have been let go is kept."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.tape import WrappedTape, tape_fault


class _Keeping(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.kept: list[Any] = []


@tape_fault("saved-outlive-backward", "the operands of every product are held until the end", control=True)
class SavedOutlive(_Keeping):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        self.kept.append(args)
        return self.inner.apply(op, *args, **params)


@tape_fault("outputs-are-kept", "the results of all ops are held until the end", control=True)
class OutputsKept(_Keeping):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = self.inner.apply(op, *args, **params)
        self.kept.append(made)
        return made


@tape_fault("slots-are-kept", "every gradient that was ever accumulated is held until the end", control=True)
class SlotsKept(_Keeping):
    def slot(self, leaf: Any) -> Any:
        return self.noted(self.inner.slot(leaf))

    def clear_grad(self, leaf: Any) -> None:
        self.noted(self.inner.slot(leaf))
        self.inner.clear_grad(leaf)

    def noted(self, slot: Any) -> Any:
        self.kept.append(slot)
        return slot


@tape_fault("hooked-are-kept", "a value with a hook is held until the end", control=True)
class HookedKept(_Keeping):
    def hook(self, handle: Any, function: Any) -> Any:
        self.kept.append(handle)
        return self.inner.hook(handle, function)
