"""Faults of what arrives in a gradient slot: overwritten, doubled, averaged, aliased, clamped, stale."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, tape_fault

STILL_RIGHT = 50  # backwards, over all tapes, before the fault "wrong-later" shows


class Leaves(WrappedTape):
    """Remembers the leaves that were made."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.leaves: list[Any] = []

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        made = self.inner.leaf(values, requires_grad=requires_grad)
        if requires_grad:
            self.leaves.append(made)
        return made

    def before(self) -> list[np.ndarray | None]:
        return [self.inner.grad(leaf) for leaf in self.leaves]

    def put(self, leaf: Any, values: np.ndarray) -> None:
        self.inner.assign_grad(leaf, self.inner.leaf(values, requires_grad=False))


@tape_fault("overwrites-grad", "backward overwrites the accumulated gradient")
class OverwritesGrad(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        for leaf in self.leaves:
            self.inner.clear_grad(leaf)
        self.inner.backward(output, cotangent, **options)


class _Reseeded(WrappedTape):
    """Changes the cotangent on its way in."""

    def seed(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        if cotangent is not None:
            values = cotangent if isinstance(cotangent, np.ndarray) else self.inner.value(cotangent)
            cotangent = np.asarray(self.seed(values))
        self.inner.backward(output, cotangent, **options)


@tape_fault("doubles-grad", "backward adds the gradient twice")
class DoublesGrad(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(2 * values)


@tape_fault("clamps-cotangent", "negative cotangents are clamped to zero")
class ClampsCotangent(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(values, 0))


@tape_fault("absolute-seed", "backward ignores the sign of the cotangent")
class AbsoluteSeed(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(values))


@tape_fault("ignores-cotangent", "backward takes ones in place of the cotangent")
class IgnoresCotangent(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.ones_like(values)


@tape_fault("clipped-seed", "backward clips cotangents to [-1, 1]")
class ClippedSeed(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(values, -1, 1))


@tape_fault("wrong-later", f"after {STILL_RIGHT} backwards gradients are doubled")
class WrongLater(_Reseeded):
    calls = 0

    def seed(self, values: np.ndarray) -> np.ndarray:
        WrongLater.calls += 1
        return values if self.calls <= STILL_RIGHT else 2 * values


@tape_fault("reversed-seed", "the cotangent is read backwards")
class ReversedSeed(_Reseeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.array(values.ravel()[::-1].reshape(values.shape))


@tape_fault("mutates-cotangent", "backward scales the caller's cotangent in place")
class MutatesCotangent(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        if cotangent is not None and not isinstance(cotangent, np.ndarray):
            self.inner.scale_in_place(cotangent, 2.0)


@tape_fault("averages-grad", "backward averages the old gradient and the new")
class AveragesGrad(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        before = self.before()
        self.inner.backward(output, cotangent, **options)
        for leaf, old, new in zip(self.leaves, before, self.before(), strict=True):
            if old is not None and new is not None and old.tobytes() != new.tobytes():
                self.put(leaf, new / 2)


@tape_fault("subtracts-grad", "a second gradient is subtracted")
class SubtractsGrad(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        before = self.before()
        self.inner.backward(output, cotangent, **options)
        for leaf, old, new in zip(self.leaves, before, self.before(), strict=True):
            if old is not None and new is not None:
                self.put(leaf, 2 * old - new)


@tape_fault("aliases-cotangent", "a first gradient is the cotangent itself where they are equal", control=True)
class AliasesCotangent(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        if cotangent is None or isinstance(cotangent, np.ndarray):
            return
        for leaf in self.leaves:
            gradient, seed = self.inner.grad(leaf), self.inner.value(cotangent)
            if gradient is not None and np.array_equal(gradient, seed):
                self.inner.assign_grad(leaf, cotangent)


@tape_fault("shares-slots", "two leaves with equal gradients share one", control=True)
class SharesSlots(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        found: dict[bytes, Any] = {}
        for leaf in self.leaves:
            gradient = self.inner.grad(leaf)
            if gradient is not None:
                slot = found.setdefault(gradient.tobytes() + bytes(gradient.shape), self.inner.slot(leaf))
                self.inner.assign_grad(leaf, slot)


@tape_fault("first-grad-only", "only the first backward of a leaf counts")
class FirstGradOnly(Leaves):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        before = self.before()
        self.inner.backward(output, cotangent, **options)
        for leaf, old in zip(self.leaves, before, strict=True):
            if old is not None:
                self.put(leaf, old)
