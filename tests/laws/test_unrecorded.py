"""Values under no_grad: another algorithm may round otherwise, and give nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from harness.backends.torch.backend import TorchBackend
from harness.program import single
from harness.verdict import Verdict
from properties.laws import lookup_law
from tests.laws.examples import case_of


class _OtherwiseUnrecorded(TorchBackend):
    """`change` of the value of every op where nothing is recorded."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        super().__init__()
        self._change = change

    def op(self, name: str) -> Callable[..., Any] | None:
        call = super().op(name)
        return call and (lambda *args, **params: call(*args, **params) if torch.is_grad_enabled() else self._change(call(*args, **params)))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda y: y, Verdict.HOLDS),
        (lambda y: y * (1 + 2.0**-52), Verdict.HOLDS),
        (lambda y: y * (1 + 1e-9), Verdict.BROKEN),
        (lambda y: y[:1], Verdict.BROKEN),
        (lambda y: y + float("nan"), Verdict.BROKEN),
    ],
    ids=["the same", "an ulp", "a billionth", "another shape", "NaN"],
)
def test_another_value_under_no_grad_is_broken_unless_rounding_explains_it(change: Callable[[Any], Any], verdict: Verdict) -> None:
    case = case_of(single("exp", ((2,),), ("primal",)), (np.array([0.5, -1.0]),), (np.ones(2),))
    result = lookup_law("no-grad-records-nothing").check(_OtherwiseUnrecorded(change), case)
    assert (result.verdict, result.reason) == (verdict, "" if verdict is Verdict.HOLDS else "output 0 has another value under no_grad")


def test_singular_values_are_the_same_under_no_grad() -> None:
    case = case_of(single("svdvals", ((2, 2),), ("primal",)), (np.array([[1.0, 0.0], [1.0, 2.0]]),), (np.ones(2),))
    assert lookup_law("no-grad-records-nothing").check(TorchBackend(), case).verdict is Verdict.HOLDS
