"""The reference tape's parts about memory: writes, histories dropped, dtypes, ways out."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.errors import Refused
from harness.tape.reference.graph import Storage, Tensor
from harness.tape.reference.walking import ReferencePart
from harness.tape.writing import Dtypes, Leaving, Writing


class ReferenceWriting(ReferencePart, Writing):
    def write(self, handle: Any, start: int, stop: int, other: Any) -> None:
        """A change in place of a part, by an op that forgets what was there."""
        self.engine.change("write", self.engine("narrow", handle, start=start, stop=stop), other)

    def detach_in_place(self, handle: Any) -> None:
        if handle.base is not None:
            raise Refused("view detach")
        handle.node, handle.flag = None, False


class ReferenceDtypes(ReferencePart, Dtypes):
    def cast(self, handle: Any, dtype: str) -> Tensor:
        return self.engine.cast(handle, dtype)

    def dtype(self, handle: Any) -> str:
        return str(handle.array.dtype.name)


class ReferenceLeaving(ReferencePart, Leaving):
    def array(self, handle: Any) -> np.ndarray:
        if self.tape.requires_grad(handle):
            raise Refused("array")
        array: np.ndarray = handle.array
        return array

    def number(self, handle: Any) -> float:
        return float(handle.array.item())

    def copy(self, handle: Any) -> Tensor:
        if self.tape.has_history(handle):
            raise Refused("copy")
        grad = None if handle.grad is None else self.copy(handle.grad)
        return Tensor(handle.array.copy(), Storage(handle.storage.device), flag=handle.flag, grad=grad)
