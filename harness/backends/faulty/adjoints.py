"""Faults of the adjoints of linear ops, and of what backward leaves as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, engine_fault, tape_fault
from harness.tape.reference.graph import Node, Tensor
from harness.tape.reference.walker import Engine


class _InWalks(Engine):
    """Knows whether it is walking."""

    walking = False

    def walk(self, *args: Any, **options: Any) -> dict[Node, Tensor]:
        self.walking = True
        try:
            return super().walk(*args, **options)
        finally:
            self.walking = False


@engine_fault("permute-not-inverted", "the gradient of a permutation is permuted the same way again", control=True)
class PermuteNotInverted(_InWalks):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        if self.walking and op == "permute_dims":
            made = super().__call__(op, *operands, axes=tuple(int(a) for a in np.argsort(params["axes"])))
            return super().__call__("reshape", made, shape=tuple(operands[0].array.shape[a] for a in params["axes"]))
        return super().__call__(op, *operands, **params)


@engine_fault("reshape-reversed", "the gradient of another shape is read backwards", control=True)
class ReshapeReversed(_InWalks):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        if self.walking and op == "reshape":
            flat = super().__call__("reshape", operands[0], shape=(operands[0].array.size,))
            operands = (super().__call__("flip", flat, axis=0),)
        return super().__call__(op, *operands, **params)


@tape_fault("taken-once", "of an entry that was taken several times only the last counts", control=True)
class TakenOnce(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = self.inner.apply(op, *args, **params)
        if op != "take":
            return made
        places = self.inner.value(args[1]).tolist()
        last = np.array([place not in places[i + 1 :] for i, place in enumerate(places)], self.inner.value(made).dtype)
        kept, rest = (self.inner.leaf(mask, requires_grad=False) for mask in (last, 1 - last))
        constant = self.inner.apply("multiply", self.inner.detach(made), rest)
        return self.inner.apply("add", self.inner.apply("multiply", made, kept), constant)


@engine_fault("sum-adjoint-mean", "the gradient of a sum is that of a mean", control=True)
class SumAdjointMean(_InWalks):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        made = super().__call__(op, *operands, **params)
        if self.walking and op == "expand":
            made.array[...] /= max(1, made.array.size // max(1, operands[0].array.size))
        return made


@tape_fault("gradient-scaled-by-point", "every gradient is multiplied by the first entry of its leaf", control=True)
class GradientScaledByPoint(WrappedTape):
    def grad(self, leaf: Any) -> Any:
        found, value = self.inner.grad(leaf), self.inner.value(leaf)
        return found if found is None or not value.size else found * value.flat[0]


@tape_fault("backward-bumps", "backward counts as a change of its output", control=True)
class BackwardBumps(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        if not self.inner.is_leaf(output):
            with self.inner.no_grad():
                self.inner.scale_in_place(output, 1.0)
