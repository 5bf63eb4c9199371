"""Faults of writes, of unusual views, of dtypes, and of values that leave the tape."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, counted_twice, part_fault
from harness.backends.faulty.tape import engine_fault
from harness.tape.reference.graph import Tensor
from harness.tape.reference.walker import Engine
from harness.tape.writing import Aliasing, Dtypes, Layouts, Leaving, Sparseness, Writing


@part_fault("write-unrecorded", Writing, "what is written into a part is a constant")
class WriteUnrecorded(Spoiled):
    def write(self, handle: Any, start: int, stop: int, other: Any) -> None:
        self.inner.write(handle, start, stop, self.inner.tape.detach(other))


@part_fault("detach-in-place-ignored", Writing, "detaching in place does nothing")
class DetachInPlaceIgnored(Spoiled):
    def detach_in_place(self, handle: Any) -> None:
        return None


@part_fault("detach-in-place-of-views", Writing, "detaching a view in place is accepted")
class DetachInPlaceOfViews(Spoiled):
    def detach_in_place(self, handle: Any) -> None:
        with suppress(RuntimeError):
            self.inner.detach_in_place(handle)


@part_fault("split-singly", Aliasing, "rows are views that may be changed in place one by one")
class SplitSingly(Spoiled):
    def split(self, handle: Any) -> Any:
        tape = self.inner.tape
        return [tape.narrow(handle, i, i + 1) for i in range(len(tape.value(handle)))]


@part_fault("stretch-copies", Aliasing, "a stretched view is a copy")
class StretchCopies(Spoiled):
    def stretch(self, handle: Any, shape: tuple[int, ...]) -> Any:
        return self.inner.tape.apply("clone", self.inner.stretch(handle, shape)).contiguous()


@part_fault("bypass-counted", Aliasing, "changes that bypass the tape are counted")
class BypassCounted(Spoiled):
    def bypass(self, handle: Any) -> Any:
        return self.inner.tape.detach(handle)


@part_fault("resize-ok", Aliasing, "a value that requires grad can be given another size in place")
class ResizeOk(Spoiled):
    def resize(self, handle: Any, shape: tuple[int, ...]) -> None:
        self.inner.resize(self.inner.bypass(handle), shape)


@part_fault("into-unrecorded", Aliasing, "an op written into an output forgets that its operands require grad")
class IntoUnrecorded(Spoiled):
    def into(self, op: str, out: Any, *operands: Any) -> Any:
        return self.inner.into(op, out, *(self.inner.tape.detach(x) for x in operands))


@part_fault("mutation-unprotected", Aliasing, "the context that allows changes of saved values does nothing")
class MutationUnprotected(Spoiled):
    def mutation_allowed(self) -> AbstractContextManager[Any]:
        return nullcontext()


@engine_fault("view-follows-flag", "a view of what requires grad says that it requires grad, recorded or not", control=True)
class ViewFollowsFlag(Engine):
    def requires_grad(self, tensor: Tensor) -> bool:
        return super().requires_grad(tensor) or (tensor.base is not None and super().requires_grad(tensor.base))


@engine_fault("blind-view-in-place-ok", "a view taken while nothing is recorded may be changed in place", control=True)
class BlindViewInPlaceOk(Engine):
    def refuse_blind(self, target: Tensor) -> None:
        return None


@engine_fault("integers-tracked", "a result of an integer dtype is recorded", control=True)
class IntegersTracked(Engine):
    def differentiable(self, value: np.ndarray) -> bool:
        return True


@engine_fault("slot-keeps-dtype", "a gradient keeps the dtype in which it arrives", control=True)
class SlotKeepsDtype(Engine):
    def fitted(self, gradient: Tensor, like: Tensor) -> Tensor:
        return gradient


@engine_fault("broadcast-unsummed", "the gradient of a stretched operand is not summed down", control=True)
class BroadcastUnsummed(Engine):
    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        return operands[0] if op == "sum_to" else super().__call__(op, *operands, **params)


@part_fault("cast-detaches", Dtypes, "a cast loses the history")
class CastDetaches(Spoiled):
    def cast(self, handle: Any, dtype: str) -> Any:
        made = self.inner.cast(handle, dtype)
        return handle if made is handle else self.inner.tape.detach(made)


@part_fault("cast-copies", Dtypes, "a cast to the same dtype makes a copy")
class CastCopies(Spoiled):
    def cast(self, handle: Any, dtype: str) -> Any:
        made = self.inner.cast(handle, dtype)
        return self.inner.tape.apply("clone", made) if made is handle else made


@part_fault("strides-forgotten", Layouts, "gradients are always in row order")
class StridesForgotten(Spoiled):
    def strides(self, handle: Any) -> tuple[int, ...]:
        found: tuple[int, ...] = self.inner.strides(handle)
        return found if self.inner.tape.requires_grad(handle) else tuple(sorted(found, reverse=True))


@part_fault("array-of-anything", Leaving, "a value that requires grad may leave as an array")
class ArrayOfAnything(Spoiled):
    def array(self, handle: Any) -> np.ndarray:
        array: np.ndarray = self.inner.array(self.inner.tape.detach(handle))
        return array


@part_fault("array-copies", Leaving, "the array is a copy")
class ArrayCopies(Spoiled):
    def array(self, handle: Any) -> np.ndarray:
        return np.array(self.inner.array(handle))


@part_fault("copy-of-anything", Leaving, "a computed value can be copied deeply")
class CopyOfAnything(Spoiled):
    def copy(self, handle: Any) -> Any:
        tape = self.inner.tape
        return self.inner.copy(handle if tape.is_leaf(handle) else tape.detach(handle))


@part_fault("copy-shares-slot", Leaving, "a deep copy has the very gradient of the original")
class CopySharesSlot(Spoiled):
    def copy(self, handle: Any) -> Any:
        made = self.inner.copy(handle)
        self.inner.tape.assign_grad(made, self.inner.tape.slot(handle))
        return made


@part_fault("sparse-counts-twice", Sparseness, "a gradient of which only some rows are stored counts twice")
class SparseCountsTwice(Spoiled):
    def rows(self, matrix: Any, places: Any) -> Any:
        return counted_twice(self.tape, self.inner.rows(matrix, places))
