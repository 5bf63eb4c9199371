"""The tape of Paddle."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("paddle", reason="paddle is not installed; make verify-backends BACKENDS=paddle makes an environment for it")

from harness.backends.paddle.backend import PaddleBackend


def test_a_clone_is_another_tensor_with_the_same_history():
    tape = PaddleBackend().tape("cpu")
    x = tape.leaf(np.array([0.5, 2.0]))
    copy = tape.apply("clone", x)
    tape.backward(copy, tape.leaf(np.array([3.0, 4.0]), requires_grad=False))
    assert copy is not x
    assert np.array_equal(tape.grad(x), [3.0, 4.0])
