"""Faults of hooks, of retained gradients and of gradients as results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, tape_fault


def _nothing(returned: Any) -> None:
    """Whatever it was."""


@tape_fault("hook-ignored", "what a hook returns is ignored", control=True)
class HookIgnored(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        return self.inner.hook(handle, lambda gradient: _nothing(function(gradient)))


@tape_fault("hook-twice", "every hook is called twice", control=True)
class HookTwice(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        first, second = (self.inner.hook(handle, function) for _ in range(2))
        return lambda: first() or second()


@tape_fault("hook-once", "a hook is called by the first backward only", control=True)
class HookOnce(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        left = [function]
        return self.inner.hook(handle, lambda gradient: left.pop()(gradient) if left else None)


@tape_fault("hook-stays", "a removed hook is still called", control=True)
class HookStays(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        self.inner.hook(handle, function)
        return lambda: None


@tape_fault("hook-refused", "a hook on a leaf is silently not registered")
class HookRefused(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        remove = self.inner.hook(handle, function)
        if self.inner.is_leaf(handle):
            remove()
        return remove


@tape_fault("hook-on-constants", "a hook on a constant is accepted", control=True)
class HookOnConstants(WrappedTape):
    def hook(self, handle: Any, function: Any) -> Callable[[], None]:
        return self.inner.hook(handle, function) if self.inner.requires_grad(handle) else lambda: None


@tape_fault("retain-ignored", "retain_grad does nothing")
class RetainIgnored(WrappedTape):
    def retain_grad(self, handle: Any) -> None:
        if not self.inner.requires_grad(handle):
            self.inner.retain_grad(handle)


@tape_fault("retain-on-constants", "retain_grad of a constant is accepted")
class RetainOnConstants(WrappedTape):
    def retain_grad(self, handle: Any) -> None:
        if self.inner.requires_grad(handle):
            self.inner.retain_grad(handle)


@tape_fault("retains-everything", "every computed value keeps its gradient")
class RetainsEverything(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = self.inner.apply(op, *args, **params)
        if self.inner.requires_grad(made):
            self.inner.retain_grad(made)
        return made


class _Gradient(WrappedTape):
    """Spoils gradients as results."""

    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        raise NotImplementedError


@tape_fault("gradient-fills-slots", "gradient also fills the slots")
class GradientFillsSlots(_Gradient):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, **options)
        for handle, gradient in zip(wrt, found, strict=True):
            if gradient is not None and self.inner.is_leaf(handle):
                self.inner.assign_grad(handle, self.inner.leaf(self.inner.value(gradient), requires_grad=False))
        return found


@tape_fault("unused-zero", "the gradient of an unused input is zero, not None", control=True)
class UnusedZero(_Gradient):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, **options)
        zeros = (self.inner.leaf(np.zeros_like(self.inner.value(handle)), requires_grad=False) for handle in wrt)
        return tuple(zero if gradient is None else gradient for zero, gradient in zip(zeros, found, strict=True))


@tape_fault("unused-accepted", "an unused input is accepted without being allowed", control=True)
class UnusedAccepted(_Gradient):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, allow_unused: bool = False, **options: Any) -> Any:
        return self.inner.gradient(output, wrt, cotangent, allow_unused=True, **options)


@tape_fault("unused-refused", "an unused input is refused even where it is allowed", control=True)
class UnusedRefused(_Gradient):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, allow_unused: bool = False, **options: Any) -> Any:
        return self.inner.gradient(output, wrt, cotangent, allow_unused=False, **options)


@tape_fault("gradient-drops-seed", "gradient ignores the cotangent")
class GradientDropsSeed(_Gradient):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        seed = None if cotangent is None else np.ones_like(self.inner.value(output))
        return self.inner.gradient(output, wrt, seed, **options)


@tape_fault("moved-gradient-stays", "the gradient of a moved leaf stays on the second device")
class MovedGradientStays(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.moved: list[tuple[Any, str]] = []

    def move(self, handle: Any, device: str) -> Any:
        self.moved.append((handle, device))
        return self.inner.move(handle, device)

    def device(self, handle: Any) -> str:
        stays = [device for leaf, device in self.moved if self.inner.slot(leaf) is handle]
        return stays[0] if stays else self.inner.device(handle)


@tape_fault("devices-mix", "operands on two devices are quietly brought together")
class DevicesMix(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        here = self.inner.device(args[0])
        return self.inner.apply(op, *(x if isinstance(x, int | float) else self.inner.move(x, here) for x in args), **params)


@tape_fault("move-detaches", "moving to another device loses the history")
class MoveDetaches(WrappedTape):
    def move(self, handle: Any, device: str) -> Any:
        return self.inner.detach(self.inner.move(handle, device))


@tape_fault("seed-moved", "a cotangent on another device is quietly brought to its output", control=True)
class SeedMoved(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        there = cotangent is None or isinstance(cotangent, np.ndarray)
        self.inner.backward(output, cotangent if there else self.inner.move(cotangent, self.inner.device(output)), **options)
