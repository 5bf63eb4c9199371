"""Faults of numbers that are not finite, of randomness, of ops without a derivative, and of shapes at the edge."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, engine_fault, tape_fault
from harness.tape.errors import Refused
from harness.tape.reference.graph import Node, Tensor
from harness.tape.reference.walker import Engine
from harness.tape.special_values import Anomalies, Drawing, Gaps
from harness.tape.writing import Aliasing, Layouts


class _Seeded(WrappedTape):
    def seed(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, self.seed(cotangent) if isinstance(cotangent, np.ndarray) else cotangent, **options)


@tape_fault("nan-zeroed", "NaN and infinity in a cotangent are taken as 0", control=True)
class NanZeroed(_Seeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(values), values, 0).astype(values.dtype)


@tape_fault("nan-spreads", "a NaN in a cotangent makes all of it NaN", control=True)
class NanSpreads(_Seeded):
    def seed(self, values: np.ndarray) -> np.ndarray:
        return values if not np.any(np.isnan(values)) else np.full_like(values, np.nan)


class _Shown(WrappedTape):
    def shown(self, values: np.ndarray, leaf: Any) -> np.ndarray:
        raise NotImplementedError

    def grad(self, leaf: Any) -> Any:
        found = self.inner.grad(leaf)
        return found if found is None else self.shown(found, leaf)


@tape_fault("nan-hidden", "NaN in a gradient is shown as 0", control=True)
class NanHidden(_Shown):
    def shown(self, values: np.ndarray, leaf: Any) -> np.ndarray:
        return np.where(np.isnan(values), 0, values).astype(values.dtype)


@tape_fault("gradients-clipped", "gradients are clipped to what is finite", control=True)
class GradientsClipped(_Shown):
    def shown(self, values: np.ndarray, leaf: Any) -> np.ndarray:
        return np.asarray(np.nan_to_num(values))


@tape_fault("ones-at-kinks", "where the value is 0 the gradient of its op is that beside it", control=True)
class OnesAtKinks(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        if op in ("relu", "abs", "clamp_min"):
            zero = (self.inner.value(args[0]) == 0).astype(self.inner.value(args[0]).dtype)
            made = self.inner.apply(op, *args, **params)
            beside = self.inner.apply("multiply", args[0], self.inner.leaf(zero, requires_grad=False))
            return self.inner.apply("add", made, beside)
        return self.inner.apply(op, *args, **params)


@part_fault("anomaly-blind", Anomalies, "the watch for NaN sees none")
class AnomalyBlind(Spoiled):
    def watch(self, *, check_nan: bool = True) -> AbstractContextManager[Any]:
        return nullcontext()


@engine_fault("random-zero", "the gradient of a sample is 0", control=True)
class RandomZero(Engine):
    def pulled(self, node: Node, gradient: Tensor, useful: set[Node] | None) -> list[tuple[Node, Tensor]]:
        try:
            return super().pulled(node, gradient, useful)
        except Refused as error:
            if error.kind != "random":
                raise
            return [(edge, self("multiply", gradient, 0.0)) for edge in node.edges if edge is not None]


@part_fault("mask-redrawn", Drawing, "the gradient of dropout has a mask of its own")
class MaskRedrawn(Spoiled):
    def dropout(self, handle: Any, probability: float) -> Any:
        tape = self.inner.tape
        value, other = self.inner.dropout(handle, probability), self.inner.dropout(handle, probability)
        gap = tape.apply("add", value, tape.apply("negative", other))
        return tape.apply("add", other, tape.detach(gap))


@part_fault("gap-silent", Gaps, "an op without a derivative gives no gradient, and does not say so")
class GapSilent(Spoiled):
    def underivable(self, handle: Any) -> Any:
        return self.inner.tape.detach(self.inner.underivable(handle))


@tape_fault("empty-slots-none", "a leaf without elements gets no gradient", control=True)
class EmptySlotsNone(WrappedTape):
    def grad(self, leaf: Any) -> Any:
        found = self.inner.grad(leaf)
        return None if found is None or not found.size else found


@tape_fault("scalars-become-vectors", "the gradient of one number is a vector of length 1", control=True)
class ScalarsBecomeVectors(_Shown):
    def shown(self, values: np.ndarray, leaf: Any) -> np.ndarray:
        return values.reshape(1) if values.size == 1 else values


@part_fault("transposed-misread", Layouts, "memory in column order is read in row order")
class TransposedMisread(Spoiled):
    def transposed(self, values: np.ndarray) -> Any:
        return self.inner.tape.leaf(np.ascontiguousarray(values.T).reshape(values.shape))


@part_fault("stretch-ignored", Aliasing, "a stretched value is the value itself")
class StretchIgnored(Spoiled):
    def stretch(self, handle: Any, shape: tuple[int, ...]) -> Any:
        return handle
