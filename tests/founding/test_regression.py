"""Linear regression by hand: w <- w - lr * grad under no_grad, against its closed form and against torch.optim.SGD.

    w* = argmin |X w - y|^2 = (X^T X)^-1 X^T y

Source: https://docs.pytorch.org/tutorials/beginner/pytorch_with_examples.html
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

DEVICES = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
STEPS, RATE = 400, 0.1


def problem(device: str) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """(X, y, w*): 32 points, 3 features, noise, so that the residual does not vanish."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((32, 3))
    y = X @ np.array([2.0, -1.0, 0.5]) + 0.1 * rng.standard_normal(32)
    closed, *_ = np.linalg.lstsq(X, y, rcond=None)
    return torch.tensor(X, device=device), torch.tensor(y, device=device), closed


def loss_of(X: torch.Tensor, y: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return ((X @ w - y) ** 2).mean()


def by_hand(X: torch.Tensor, y: torch.Tensor, *, in_place: bool) -> torch.Tensor:
    w = torch.zeros(3, dtype=X.dtype, device=X.device, requires_grad=True)
    for _ in range(STEPS):
        loss_of(X, y, w).backward()
        with torch.no_grad():
            w -= RATE * w.grad
        if in_place:
            w.grad.zero_()
        else:
            w.grad = None
    return w


def by_optimizer(X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    w = torch.zeros(3, dtype=X.dtype, device=X.device, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_of(X, y, w).backward()
        optimizer.step()
    return w


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("in_place", [True, False])
def test_the_update_under_no_grad_converges_to_the_closed_form(device: str, in_place: bool):
    X, y, closed = problem(device)
    w = by_hand(X, y, in_place=in_place)
    assert w.is_leaf
    assert w.requires_grad
    assert w.device == torch.device(device)
    found = w.cpu().detach().numpy()
    np.testing.assert_allclose(found, closed, rtol=1e-12, atol=0)  # 400 contractions by at most 0.9 leave rounding only


@pytest.mark.parametrize("device", DEVICES)
def test_the_update_by_hand_is_that_of_sgd(device: str):
    X, y, _ = problem(device)
    hand, optimizer = (w.cpu().detach().numpy() for w in (by_hand(X, y, in_place=False), by_optimizer(X, y)))
    np.testing.assert_allclose(hand, optimizer, rtol=1e-14, atol=0)


def test_an_update_out_of_place_loses_the_leaf():
    w = torch.ones(2, requires_grad=True)
    w.sum().backward()
    moved = w - 0.1 * w.grad
    assert not moved.is_leaf
    with torch.no_grad():
        constant = w - 0.1 * w.grad
    with pytest.raises(RuntimeError, match="does not require grad"):
        constant.sum().backward()


@pytest.mark.parametrize("device", DEVICES)
def test_reading_back_does_not_disturb_the_leaf(device: str):
    w = torch.ones(2, device=device, requires_grad=True)
    assert w.cpu().detach().numpy().tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="detach"):
        w.cpu().numpy()
    (w * 3).sum().backward()
    assert w.grad.device == torch.device(device)
    assert w.grad.cpu().tolist() == [3.0, 3.0]
