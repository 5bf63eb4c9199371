"""The faults that the benchmark plants, and how it hunts for them."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("expecttest")
import discovery
import discovery_rivals
import unseen
from planted import PLANTED
from planted_beyond import BEYOND
from planting import Fault, Planted, PlantedBackend
from torch.utils import _pytree as trees
from unseen import BLIND, UNSEEN

from harness.backends import load_backend
from harness.backends.torch.native import native_ops
from harness.backends.torch.routes import load_forward_mode
from harness.ops.catalogue import catalogue

EVERY = (*PLANTED, *BEYOND, *UNSEEN)
BY_NAME = {planted.summary: planted for planted in EVERY}
ALWAYS = Planted("always", "sin", "sin", lambda tensors: True)


def gradient(planted: Planted, *numbers: float) -> list[float]:
    x = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    [found] = torch.autograd.grad(Fault(planted)(torch.sin, x).sum(), x)
    return (found / torch.cos(x.detach())).tolist()


def test_there_are_as_many_faults_as_the_script_says_each_of_its_own_name():
    assert f"{len(PLANTED) + len(BEYOND)} (planted.py, planted_beyond.py), {len(UNSEEN)} unseen" in discovery.__doc__
    assert len(EVERY) == len(BY_NAME)
    assert {planted.summary for planted in UNSEEN} > BLIND
    assert f"The last {len(BLIND)} " in unseen.__doc__


def test_the_op_of_a_fault_is_in_the_catalogue_and_where_it_says_so_in_opinfo():
    assert {planted.op for planted in EVERY} <= set(catalogue())
    assert {planted.opinfo for planted in EVERY if planted.opinfo} <= {entry.name for entry in native_ops(None)}


@pytest.mark.filterwarnings("ignore:index_reduce:UserWarning")  # torch says that it is in beta
@pytest.mark.parametrize("planted", EVERY, ids=lambda planted: planted.summary)
def test_a_fault_can_be_asked_of_what_is_drawn_for_its_op_and_leaves_the_value(planted):
    call, fault = load_backend("torch").op(planted.op), Fault(planted)
    drawn = list(discovery_rivals.uniform(planted, 5))
    assert drawn
    for args, params in drawn:
        tensors = tuple(leaf for leaf in trees.tree_leaves(args) if isinstance(leaf, torch.Tensor))
        planted.edge(tensors[:1] if planted.kind in ("cotangent", "tangent") else tensors)  # whatever the parameters are
        torch.testing.assert_close(fault(call, *args, **params), call(*args, **params), rtol=0, atol=0, equal_nan=True)


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
    [
        "tail of 17",
        "NaN masked out",
        "storage shared",
        "expanded cotangent",
        "zero-size",
        "axes in descending order",
        "wide image",
        "no index",
        "of modulus 1 already",
        "swapped",
    ],
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
    assert discovery_rivals.opinfo(BY_NAME["state still 0"]) == "no entry"


def test_the_script_takes_the_unseen_faults_in_place_of_the_others_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["discovery.py", "--unseen", "--quick", "--only", "^(zero-size|grid of one row or column)$"])
    discovery.main()
    row, headline = capsys.readouterr().out.splitlines()
    assert row.startswith("grid of one row or column")
    assert row.endswith("OpInfo no entry")
    assert headline.startswith("discovery: 1/1 unseen planted edge faults found")


def test_the_headline_says_how_many_of_the_blind_faults_were_always_found():
    cases = {"a cube": [1, 2], "one variable": [None, 3], "wide image": [4, 5]}
    rows = [{"fault": fault, "cases": each, "plain": "not met", "opinfo": "not met"} for fault, each in cases.items()]
    assert discovery.headline(rows, 2, 0.0).startswith("discovery: 2/3 planted edge faults found (of the 2 blind ones 1) within the ci profile (5/6 ")
