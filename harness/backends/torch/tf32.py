"""TF32 in torch: a mode of matrix products on CUDA, off unless somebody asks for it.

Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from harness.backends.protocol import Unsupported

AMPERE = (8, 0)  # the compute capability from which on a device has TF32


@contextmanager
def in_tf32(device: str) -> Iterator[None]:
    """While entered, products of float32 matrices are computed in TF32.

    Raises:
        Unsupported: the device has none.
    """
    if not device.startswith("cuda"):
        raise Unsupported(f"TF32 is a mode of CUDA devices; {device} is none.")
    if torch.cuda.get_device_capability(device) < AMPERE:
        raise Unsupported(f"{device} is older than Ampere, and has no TF32.")
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    matmul.fp32_precision = "tf32"
    try:
        yield
    finally:
        matmul.fp32_precision = before
