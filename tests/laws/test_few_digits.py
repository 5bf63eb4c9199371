"""Linearity where the cotangent is cast on its way: its rounding is no finding, what is not linear stays one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from harness import check_gradients
from harness.verdict import Verdict
from properties.laws.linearity import FEW_DIGITS

X = torch.tensor([0.3, -1.7, 2.58], dtype=torch.float64)


def cast(x: torch.Tensor) -> torch.Tensor:
    """A sine that passes through half precision; so does its cotangent."""
    return x.sin().to(torch.bfloat16).double() * 3


class Kinked(torch.autograd.Function):
    """The identity, whose backward loses a two-hundredth of every positive cotangent."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x * 1.0

    @staticmethod
    def backward(ctx: Any, w: torch.Tensor) -> torch.Tensor:
        return torch.where(w > 0, 0.995 * w, w)


def test_cotangent_that_is_cast_to_half_precision_is_open() -> None:
    (result,) = check_gradients(cast, X, laws=["vjp-linear"]).results
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, FEW_DIGITS)


@pytest.mark.parametrize("function", [Kinked.apply, lambda x: Kinked.apply(cast(x))], ids=["alone", "behind a cast"])
def test_backward_that_is_not_linear_is_broken(function: Any) -> None:
    assert check_gradients(function, X, laws=["vjp-linear"]).verdict is Verdict.BROKEN
