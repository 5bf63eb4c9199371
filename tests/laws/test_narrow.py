"""Steps of several sizes: what only large ones deny is left open, what small ones deny as well is broken, and cheaply."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import single
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import case_of

FORWARDS = 105  # table, two ladders, a glance


class _OneWrongEntry(TorchBackend):
    """A torch with one entry of each gradient off by 1e-4."""

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        for gradient in gradients:
            gradient.flatten()[7] += 1e-4
        return outputs, gradients


def of_a_thousand(name: str, x: np.ndarray, **parameters: Any) -> Any:
    return case_of(single(name, ((1000,),), ("primal",), **parameters), (x,), (np.ones(1000),))


def test_wrong_entry_among_a_thousand_of_unlike_sizes_is_broken_in_a_hundred_forwards() -> None:
    case = of_a_thousand("sin", np.random.default_rng(0).standard_normal(1000))
    result = laws()["vjp-eq-fd"].check(_OneWrongEntry(), case)
    assert result.verdict is Verdict.BROKEN
    assert result.evaluations <= FORWARDS
    assert laws()["vjp-eq-fd"].check(load_backend("torch"), case).verdict is Verdict.HOLDS


@pytest.mark.parametrize("large", [1e3, 1e6])
def test_wide_steps_over_the_features_of_small_entries_convict_nobody(large: float) -> None:
    x = np.concatenate([np.full(500, large), np.full(500, 0.6)])  # hardshrink is 0 below 0.5
    assert laws()["vjp-eq-fd"].check(load_backend("torch"), of_a_thousand("hardshrink", x, lambd=0.5)).verdict is not Verdict.BROKEN


def test_feature_narrower_than_steps_of_one_is_left_open() -> None:
    """d2/dx2 hypot = y^2 / r^3 changes within y = 8.7e-12, far below steps of 1 and far above those of the size of x."""
    program = single("hypot", ((2,), (2,)), ("primal", "primal"))
    case = case_of(program, (np.array([-6.5873e-17, -1.3166e-17]), np.array([0.125, 8.7e-12])), (np.array([1.0, -0.5]),), seed=0)
    assert laws()["hvp-eq-fd"].check(load_backend("torch"), case).verdict is not Verdict.BROKEN
