"""The Jacobian with one wrong entry."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("expecttest")
import sensitivity

X = torch.linspace(-1, 1, 4, dtype=torch.float64)


def jacobian(i: int, j: int, delta: float) -> torch.Tensor:
    function = sensitivity.wrong_at(i, j, delta)
    return torch.autograd.functional.jacobian(lambda x: function(x)[0], X)


def test_wrong_entry_is_the_only_one_that_differs() -> None:
    difference = jacobian(2, 1, 0.5) - jacobian(2, 1, 0.0)
    assert difference[2, 1] == pytest.approx(0.5)
    assert difference.count_nonzero() == 1


def test_right_jacobian_is_that_of_the_formula() -> None:
    plain = torch.autograd.functional.jacobian(lambda x: x * x.mean() + x.sin(), X)
    assert torch.allclose(jacobian(0, 0, 0.0), plain, rtol=1e-14)


def test_smallest_is_the_last_decade_that_every_seed_finds() -> None:
    assert sensitivity.smallest(lambda delta, seed: delta >= (1e-3 if seed else 1e-5), 2) == 1e-3
    assert sensitivity.smallest(lambda delta, seed: False, 2) is None
