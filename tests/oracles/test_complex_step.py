"""One complex evaluation, refused wherever the real function does not confirm it."""

from __future__ import annotations

import cmath
import math

import numpy as np

from harness.oracles.complex_step import complex_step


def test_complex_step_is_right_to_the_last_digits() -> None:
    estimate = complex_step(lambda t: np.exp(np.sin(0.3 + t)))
    truth = math.exp(math.sin(0.3)) * math.cos(0.3)
    assert abs(estimate.value - truth) <= estimate.bound < 1e-14
    assert estimate.diagnosis == ""


def test_complex_step_serves_arrays() -> None:
    estimate = complex_step(lambda t: np.array([np.cosh(t + 1), t * t + t]))
    assert np.all(np.abs(estimate.value - [math.sinh(1), 1]) <= estimate.bound)


def test_complex_step_is_refused_where_phi_takes_the_absolute_value() -> None:
    estimate = complex_step(lambda t: abs(t + 1) ** 2)
    assert estimate.diagnosis == "no complex step: phi drops the imaginary part of its argument"
    assert abs(estimate.value - 2) <= estimate.bound


def test_complex_step_is_refused_where_it_disagrees() -> None:
    estimate = complex_step(lambda t: (t + 1) * np.conj(t + 1) + 0j if isinstance(t, complex) else (t + 1) ** 2)
    assert estimate.diagnosis.startswith("no complex step: it disagrees with the real function")
    assert abs(estimate.value - 2) <= estimate.bound


def test_complex_step_is_refused_where_phi_takes_real_numbers_only() -> None:
    estimate = complex_step(lambda t: math.sin(t) + 1)
    assert estimate.diagnosis == "no complex step: phi does not accept a complex argument (TypeError)"
    assert cmath.isclose(estimate.value, 1)


def test_complex_step_leaves_a_kink_to_the_real_oracle() -> None:
    assert complex_step(abs).status == "kink"
