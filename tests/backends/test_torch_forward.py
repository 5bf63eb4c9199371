"""Forward mode of torch: what it takes."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import Unsupported, load_backend

torch = pytest.importorskip("torch")


def test_forward_mode_takes_an_empty_primal_whatever_its_strides() -> None:
    backend = load_backend("torch")
    empty = backend.array(np.zeros((1, 0, 3)), dtype="float64", device="cpu")
    ((value,), (tangent,)) = backend.jvp(lambda x: (x.cos(),), (empty,), (empty,))
    assert (value.shape, tangent.shape) == ((1, 0, 3), (1, 0, 3))


def test_forward_mode_refuses_a_primal_whose_elements_share_memory() -> None:
    repeated = torch.zeros(1, dtype=torch.float64).expand(3)
    with pytest.raises(Unsupported, match="share memory"):
        load_backend("torch").jvp(lambda x: (x.cos(),), (repeated,), (torch.ones(3, dtype=torch.float64),))
