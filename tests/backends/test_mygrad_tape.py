"""The tape of mygrad: what its own tensors forget, the adapter remembers."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("mygrad", reason="mygrad is not installed; make verify-backends BACKENDS=mygrad makes an environment for it")

from harness.backends.mygrad.backend import MygradBackend


def test_a_result_requires_grad_after_a_backward_as_it_did_before():
    tape = MygradBackend().tape("cpu")
    product = tape.apply("multiply", tape.leaf(np.array([0.5, 2.0])), 2.0)
    tape.backward(product, np.ones(2))
    assert product.creator is None
    assert tape.requires_grad(product)


def test_a_result_that_was_not_recorded_does_not_require_grad():
    tape = MygradBackend().tape("cpu")
    x = tape.leaf(np.array([0.5, 2.0]))
    with tape.no_grad():
        product = tape.apply("multiply", x, 2.0)
    assert not product.constant
    assert not tape.requires_grad(product)
