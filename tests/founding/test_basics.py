"""The examples that this project was founded on, in torch, with the exact numbers that its tutorials promise.

Source: https://docs.pytorch.org/tutorials/beginner/blitz/autograd_tutorial.html, https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from __future__ import annotations

import pytest
import torch


def test_the_basic_example_gives_27_and_a_gradient_of_four_and_a_half():
    x = torch.ones(2, 2, requires_grad=True)
    y = x + 2
    z = y * y * 3
    out = z.mean()
    out.backward()
    assert out.item() == 27
    assert torch.equal(x.grad, torch.full((2, 2), 4.5))
    assert type(y.grad_fn).__name__ == "AddBackward0"
    assert x.grad_fn is None


def test_backward_with_a_cotangent_multiplies_it_by_the_jacobian():
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = 2 * x
    y.backward(torch.tensor([0.1, 1.0, 0.001], dtype=torch.float64))
    assert x.grad.tolist() == [0.2, 2.0, 0.002]


def test_backward_without_a_cotangent_wants_one_element():
    y = torch.ones(3, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="implicitly created only for scalar outputs"):
        y.backward()


def test_an_output_requires_grad_when_an_input_does():
    constant, leaf = torch.ones(2), torch.ones(2, requires_grad=True)
    assert not (constant * constant).requires_grad
    assert (constant * leaf).requires_grad


def test_a_flag_set_in_place_is_seen_by_later_ops_only():
    x = torch.ones(2)
    before = (x * 3).sum()
    x.requires_grad_()
    after = (x * 3).sum()
    assert not before.requires_grad
    assert after.requires_grad


@pytest.mark.parametrize(("start", "doublings"), [(1.0, 3), (4.0, 1), (10.0, 0)])
def test_the_gradient_is_that_of_the_loop_really_taken(start: float, doublings: int):
    x = torch.tensor(start, requires_grad=True)
    y = x
    while y < 8:
        y = y * 2
    y.backward()
    assert x.grad.item() == 2**doublings


def test_a_result_under_no_grad_does_not_require_grad():
    x = torch.ones(3, requires_grad=True)
    assert (x**2).requires_grad
    with torch.no_grad():
        y = x**2
    assert not y.requires_grad
    assert y.grad_fn is None
    assert x.requires_grad
    assert torch.is_grad_enabled()


def test_a_detached_value_is_equal_and_has_no_history():
    x = torch.ones(3, requires_grad=True)
    y = (x * 2).detach()
    assert not y.requires_grad
    assert y.tolist() == [2.0, 2.0, 2.0]
