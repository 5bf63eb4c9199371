"""Backward once, twice, retained, and gradients that add up until they are zeroed.

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html, .../torch.optim.Optimizer.zero_grad.html
"""

from __future__ import annotations

import pytest
import torch


def parabola() -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return x, (x * x).sum()


def test_a_second_backward_through_one_graph_raises():
    _, y = parabola()
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_a_retained_graph_accumulates_and_the_last_backward_frees_it():
    x, y = parabola()
    y.backward(retain_graph=True)
    assert x.grad.tolist() == [2.0, 4.0]
    y.backward(retain_graph=True)
    assert x.grad.tolist() == [4.0, 8.0]
    y.backward()
    assert x.grad.tolist() == [6.0, 12.0]
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_fresh_graphs_on_one_leaf_accumulate():
    x = torch.tensor(3.0, requires_grad=True)
    for passes in (1, 2, 3):
        (x * x).backward()
        assert x.grad.item() == 6.0 * passes


@pytest.mark.parametrize("to_none", [True, False])
@pytest.mark.parametrize("who", ["model", "optimizer"])
def test_zero_grad_makes_the_next_backward_a_first_one(who: str, to_none: bool):
    model = torch.nn.Linear(2, 1, bias=False)
    zeroed = model if who == "model" else torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.tensor([[1.0, 2.0]])
    model(x).sum().backward()
    assert model.weight.grad.tolist() == [[1.0, 2.0]]
    zeroed.zero_grad(set_to_none=to_none)
    assert model.weight.grad is None if to_none else model.weight.grad.tolist() == [[0.0, 0.0]]
    model(x).sum().backward()
    assert model.weight.grad.tolist() == [[1.0, 2.0]]


def test_zero_grad_sets_gradients_to_none_unless_told_otherwise():
    model = torch.nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward()
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [None, None]


def test_without_zero_grad_the_gradient_doubles():
    model = torch.nn.Linear(2, 1, bias=False)
    for _ in range(2):
        model(torch.tensor([[1.0, 2.0]])).sum().backward()
    assert model.weight.grad.tolist() == [[2.0, 4.0]]
