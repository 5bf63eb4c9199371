"""The larger parts of torch's tape that are about memory: writes, unusual views, dtypes, strides, and ways out.

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch.autograd import graph

from harness.backends.torch.tape_parts import TorchPart
from harness.tape.writing import Aliasing, Dtypes, Layouts, Leaving, Sparseness, Writing


class TorchWriting(TorchPart, Writing):
    """`x[a:b] = y`, `detach_`."""

    def write(self, handle: Any, start: int, stop: int, other: Any) -> None:
        handle[start:stop] = other

    def detach_in_place(self, handle: Any) -> None:
        handle.detach_()


class TorchAliasing(TorchPart, Aliasing):
    """`unbind`, `expand`, `.data`, `resize_`, `out=`, `allow_mutation_on_saved_tensors`."""

    def split(self, handle: Any) -> Sequence[Any]:
        rows: Sequence[Any] = handle.unbind()
        return rows

    def stretch(self, handle: Any, shape: tuple[int, ...]) -> Any:
        return handle.expand(shape)

    def bypass(self, handle: Any) -> Any:
        return handle.data

    def resize(self, handle: Any, shape: tuple[int, ...]) -> None:
        handle.resize_(shape)

    def into(self, op: str, out: Any, *operands: Any) -> Any:
        return getattr(torch, op)(*operands, out=out)

    def mutation_allowed(self) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = graph.allow_mutation_on_saved_tensors()
        return context


class TorchDtypes(TorchPart, Dtypes):
    """`tensor.to(dtype)`."""

    def cast(self, handle: Any, dtype: str) -> Any:
        return handle.to(getattr(torch, dtype))

    def dtype(self, handle: Any) -> str:
        return str(handle.dtype).removeprefix("torch.")


class TorchLayouts(TorchPart, Layouts):
    """`tensor.t()`, `tensor.stride()`."""

    def transposed(self, values: np.ndarray) -> Any:
        return self.tape.leaf(np.ascontiguousarray(values.T), requires_grad=False).t().requires_grad_()

    def strides(self, handle: Any) -> tuple[int, ...]:
        return tuple(handle.stride())


class TorchSparseness(TorchPart, Sparseness):
    """`torch.nn.functional.embedding(sparse=True)`."""

    def rows(self, matrix: Any, places: Sequence[int]) -> Any:
        return torch.nn.functional.embedding(torch.tensor(places, device=matrix.device), matrix, sparse=True)

    def dense(self, gradient: Any) -> np.ndarray:
        return self.tape.value(gradient.to_dense() if gradient.is_sparse else gradient)


class TorchLeaving(TorchPart, Leaving):
    """`tensor.numpy()`, `tensor.item()`, `copy.deepcopy`."""

    def array(self, handle: Any) -> np.ndarray:
        array: np.ndarray = handle.cpu().numpy()
        return array

    def number(self, handle: Any) -> float:
        return float(handle.item())

    def copy(self, handle: Any) -> Any:
        return copy.deepcopy(handle)
