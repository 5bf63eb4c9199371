"""The documented algorithms, on steps that can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.tape.algorithms import carried_out
from harness.tape.errors import Unsupported
from harness.tape.forward_mode import ForwardMode
from harness.tape.transforming import Transforms

X, G = np.array([1.0, -2.0]), np.array([0.5, 4.0])


def test_sgd_with_momentum_goes_one_and_a_half_gradients_in_its_second_step():
    assert carried_out("sgd", X, [G, G], lr=1.0, momentum=0.5).tolist() == (X - 2.5 * G).tolist()


@pytest.mark.parametrize("name", ["adam", "adamw", "adamax"])
def test_the_first_step_of_adam_has_the_length_of_its_rate(name: str):
    assert carried_out(name, X, [G], lr=0.25, eps=0.0) == pytest.approx(X - 0.25 * np.sign(G), rel=1e-15)


def test_rprop_halves_its_step_where_the_sign_turns():
    assert carried_out("rprop", X, [G, -G, -G], lr=1.0, etas=(0.5, 2.0)).tolist() == (X - 1.0 * np.sign(G) + 0.5 * np.sign(G)).tolist()


def test_maximize_turns_the_gradient():
    assert carried_out("sgd", X, [G], lr=1.0, maximize=True).tolist() == carried_out("sgd", X, [-G], lr=1.0).tolist()


def test_a_complex_number_is_two_real_ones():
    turned = carried_out("adam", np.array([1.0 + 2.0j]), [np.array([3.0 - 4.0j])], lr=0.5, eps=0.0)
    assert turned[0] == pytest.approx(0.5 + 2.5j)


def test_a_part_that_a_tape_lacks_is_named():
    tape = load_backend("reference").tape("cpu")
    with pytest.raises(Unsupported, match=r"^this tape has no ForwardMode \(Dual numbers\)\.$"):
        tape.part(ForwardMode)
    with pytest.raises(Unsupported, match=r"^this tape has no functional jvp\.$"):
        tape.part(Transforms).jvp(lambda x: x, (), ())
