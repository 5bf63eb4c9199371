"""Tensors made from NumPy arrays, told apart and written down.

copied(values) shares no memory with values;   described(tensor) = shape, dtype, device
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch

from harness.backends.protocol import Description
from harness.program.layout import lay_out

_NAMES = {np.dtype(name).char: name for name in ("float64", "float32", "float16", "complex128", "complex64")}  # dtype.name takes longer than an op


def copied(values: np.ndarray, dtype: str, device: str) -> torch.Tensor:
    """A row-major tensor that shares no memory with `values`; numbers take `dtype`, integers and booleans keep theirs."""
    made = torch.from_numpy(np.array(values, order="C"))
    kind = getattr(torch, dtype) if made.is_floating_point() or made.is_complex() else made.dtype
    return made if made.dtype is kind and device == "cpu" else made.to(device, kind)


def lent(values: np.ndarray, *, dtype: str, device: str) -> torch.Tensor:
    """A row-major tensor of `values`, in their memory where dtype and device allow that."""
    return torch.from_numpy(values) if _NAMES.get(values.dtype.char) == dtype and device == "cpu" else copied(values, dtype, device)


def views(values: Sequence[np.ndarray], dtype: str, device: str) -> tuple[torch.Tensor, ...]:
    """Tensors that are views of one storage, one behind the other."""
    storage = copied(np.concatenate([x.ravel() for x in values]), dtype, device)
    parts = torch.split(storage, [x.size for x in values])
    return tuple(part.view(x.shape) for part, x in zip(parts, values, strict=True))


def on_host(array: torch.Tensor) -> np.ndarray:
    """A NumPy copy with lazy conjugation, negation and zeros carried out."""
    written = array.clone() if array._is_zerotensor() else array  # torch reads a part of lazy zeros out of nowhere, and dies
    return np.array((written.float() if written.dtype is torch.bfloat16 else written).numpy(force=True))


def described(array: Any) -> Description:
    """What a tensor is.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(array, torch.Tensor):
        raise TypeError(f"expected a torch.Tensor; got {type(array).__name__}")
    return Description(tuple(array.shape), _dtype_name(array.dtype), _device_name(array.device))


def literal_of(values: np.ndarray, dtype: str, device: str, layout: str) -> str:
    """`torch.tensor(...)`, and `as_strided` where the layout is not contiguous."""
    buffer, shape, strides, offset = lay_out(np.asarray(values), layout)
    kind = dtype if buffer.dtype.kind in "fc" else buffer.dtype.name
    where = "" if device == "cpu" else f", device={device!r}"
    made = f"torch.tensor({_numbers(buffer if layout != 'contiguous' else values)}, dtype=torch.{kind}{where})"
    if layout != "contiguous":
        return f"torch.as_strided({made}, {tuple(shape)}, {tuple(strides)}, {offset})"
    return made if values.size else f"torch.zeros({tuple(values.shape)}, dtype=torch.{kind}{where})"


@cache
def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


@cache
def _device_name(device: torch.device) -> str:
    return str(device)


def _numbers(values: np.ndarray) -> str:
    """Nested lists that Python reads back exactly; `float("nan")` where a literal has no spelling."""
    return repr(values.tolist()).replace("nan", 'float("nan")').replace("inf", 'float("inf")')
