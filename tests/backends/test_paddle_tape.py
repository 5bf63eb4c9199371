"""The tape of Paddle."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("paddle", reason="paddle is not installed; make verify-backends BACKENDS=paddle makes an environment for it")

from harness.backends.paddle.backend import PaddleBackend
from harness.tape.errors import Unsupported


def test_a_clone_is_another_tensor_with_the_same_history():
    tape = PaddleBackend().tape("cpu")
    x = tape.leaf(np.array([0.5, 2.0]))
    copy = tape.apply("clone", x)
    tape.backward(copy, tape.leaf(np.array([3.0, 4.0]), requires_grad=False))
    assert copy is not x
    assert np.array_equal(tape.grad(x), [3.0, 4.0])


def test_an_op_without_a_kernel_for_a_dtype_is_a_gap():
    tape = PaddleBackend().tape("cpu")
    places = tape.leaf(np.array([0]), requires_grad=False)
    with pytest.raises(Unsupported, match=r"complex128.* `take_along_axis` is not registered"):
        tape.apply("take_along_axis", tape.leaf(np.array([1j])), places, axis=0)
