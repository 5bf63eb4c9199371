"""The faults that the benchmark plants, and how it hunts for them."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("expecttest")
import discovery
import discovery_rivals
from planted import PLANTED
from planted_beyond import BEYOND
from planting import Fault, Planted, PlantedBackend

from harness.backends import load_backend
from harness.backends.torch.routes import load_forward_mode
from harness.ops.catalogue import catalogue

EVERY = (*PLANTED, *BEYOND)
BY_NAME = {planted.summary: planted for planted in EVERY}
ALWAYS = Planted("always", "sin", "sin", lambda tensors: True)


def gradient(planted: Planted, *numbers: float) -> list[float]:
    x = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    [found] = torch.autograd.grad(Fault(planted)(torch.sin, x).sum(), x)
    return (found / torch.cos(x.detach())).tolist()


def test_there_are_more_than_a_hundred_faults_each_of_its_own_name():
    assert len(EVERY) == len(BY_NAME) > 110
    assert {planted.op for planted in EVERY} <= set(catalogue())


def test_a_fault_is_wrong_at_its_edge_and_right_elsewhere():
    assert gradient(BY_NAME["-0"], -0.0, 1.0) == pytest.approx([1.01, 1.01])
    assert gradient(BY_NAME["-0"], 0.0, 1.0) == pytest.approx([1.0, 1.0])


def test_a_fault_of_second_order_leaves_the_first_right():
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    [first] = torch.autograd.grad(Fault(BY_NAME["second order"])(torch.exp, x), x, create_graph=True)
    [second] = torch.autograd.grad(first, x)
    assert float((first / torch.exp(x)).detach()) == pytest.approx(1.0)
    assert float((second / torch.exp(x)).detach()) == pytest.approx(1.01)


def test_a_fault_of_nested_forward_mode_leaves_the_single_one_right():
    load_forward_mode()  # whichever test comes first
    fault = Fault(BY_NAME["nested forward"])
    x, one = torch.tensor(0.5, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)

    def slope(at: torch.Tensor) -> torch.Tensor:
        return torch.func.jvp(lambda y: fault(torch.tanh, y), (at,), (one,))[1]

    curvature = torch.func.jvp(slope, (x,), (one,))[1]
    assert float(slope(x)) == pytest.approx(float(1 - torch.tanh(x) ** 2))
    assert float(curvature) == pytest.approx(1.01 * float(-2 * torch.tanh(x) * (1 - torch.tanh(x) ** 2)))


@pytest.mark.parametrize(
    "name",
    ["tail of 17", "NaN masked out", "storage shared", "expanded cotangent", "zero-size", "axes in descending order", "wide image", "no index"],
)
def test_the_hunt_finds_a_fault_within_the_profile(name):
    assert discovery.hunt(BY_NAME[name], 1) is not None


def test_the_hunt_finds_nothing_where_nothing_is_planted():
    assert discovery.hunt(Planted("never", "sin", "sin", lambda tensors: False), 1) is None


def test_a_planted_backend_is_torch_in_every_other_op():
    backend, torch_itself = PlantedBackend(ALWAYS), load_backend("torch")
    assert backend.op("cos") is torch_itself.op("cos")
    assert backend.op("sin") is not torch_itself.op("sin")


def test_the_rivals_find_what_is_everywhere_and_say_what_they_never_meet():
    assert (discovery_rivals.plain(ALWAYS, 3), discovery_rivals.opinfo(ALWAYS)) == ("found", "found")
    assert discovery_rivals.plain(BY_NAME["rank 4"], 3) == "not met"
