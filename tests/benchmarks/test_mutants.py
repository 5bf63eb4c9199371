"""The wrong gradients that the benchmark makes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

pytest.importorskip("expecttest")
import mutants

X = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)


def gradient(mutation: str, entry: int = 1) -> list[float]:
    leaf = X.clone().requires_grad_()
    (y,) = mutants.spoiled(lambda x: (x * x,), mutants.MUTATIONS[mutation], 0, entry)(leaf)
    (found,) = torch.autograd.grad(y, leaf, torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64))
    return found.tolist()


@pytest.mark.parametrize(
    ("mutation", "wrong"),
    [
        ("all x 1.01", [-2.02, 4.04, 8.08]),
        ("one zeroed", [-2, 0, 8]),
        ("one sign flipped", [-2, -4, 8]),
        ("one + 1e-3", [-2, 3.999, 8]),
        ("all signs", [2, -4, -8]),
        ("transposed", [8, 4, -2]),
    ],
)
def test_mutation_changes_the_gradient_as_its_name_says(mutation: str, wrong: list[float]) -> None:
    assert gradient(mutation) == pytest.approx(wrong)


def test_mutant_keeps_the_value() -> None:
    (y,) = mutants.spoiled(lambda x: (x * x,), mutants.MUTATIONS["all signs"], 0, 0)(X)
    assert torch.equal(y, X * X)


def test_transposed_swaps_the_axes_of_a_square() -> None:
    assert mutants.transposed(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[1, 3], [2, 4]]


def test_relative_change_is_none_for_equal_gradients_and_two_for_a_sign() -> None:
    g, step = (np.array([1.0, 2.0]),), (np.array([1.0, -1.0]),)
    assert mutants.relative_change(g, g, step) == 0
    assert mutants.relative_change(g, (-g[0],), step) == pytest.approx(2)
