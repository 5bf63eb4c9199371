"""Tensors of torch's own making, read."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "complex64"])
def test_a_part_of_lazy_zeros_is_read_as_zeros(dtype: str) -> None:
    x = torch.ones(3, dtype=getattr(torch, dtype), requires_grad=True)
    (gradient,) = torch.autograd.grad(torch.cat([torch.ones_like(x), x]).sgn().real.sum(), x)
    assert np.array_equal(load_backend("torch").numpy(gradient), np.zeros(3))
