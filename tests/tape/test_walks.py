"""Walks on two tapes: every kind of difference is named, refusals are compared, and what is left of a failing walk is short and is Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from harness.backends import load_backend
from harness.backends.faulty.tape import WrappedTape, faulty_tape, load_faults
from harness.strategies.choose import RandomChoose
from harness.tape import ReferenceTape, Tape, Unsupported
from harness.tape.walks import ALL, Action, Disagreement, World, propose, replay, script, shrink, walk
from harness.verdict.constants import WALK_ULPS, eps

ROUNDING = WALK_ULPS * eps("float64")
KNOWN = frozenset({"grad-owns-storage"})

LEAF = Action("leaf", (), "x", {"values": [1.0, 2.0], "requires_grad": True})
DOUBLE = Action("op", ("x",), "y", {"op": "multiply", "number": 2.0})
SQUARE = Action("op", ("x", "x"), "y", {"op": "multiply"})
BACKWARD = Action("backward", ("y",), "", {"cotangent": [1.0, -2.0], "retain": False, "create": False})
CHANGE = Action("scale in place", ("y",), "", {"factor": 2.0})


def world(tape: Tape | None = None, known: frozenset[str] = frozenset()) -> World:
    return World(tape or ReferenceTape(), rounding=ROUNDING, known=known)


def faulty(fault: str) -> World:
    return world(faulty_tape(ReferenceTape(), fault))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["torch", "reference"])
def test_a_walk_on_a_right_tape_ends_without_a_disagreement(name: str, seed: int):
    made = world(load_backend(name).tape("cpu"), KNOWN)
    walk(made, RandomChoose(np.random.default_rng(seed)), 40)
    assert len(made.actions) > 5
    assert made.actual.tape.is_recording()


OFF = Action("set recording", params={"recording": False})
ENTERED = [Action("enter", params={"recording": False}), Action("leave", params={"by_exception": False})]
CONSTANT = Action("leaf", (), "c", {"values": [1.0, 2.0], "requires_grad": False})
WATCH = Action("hook", ("x",), "", {"name": "h", "factor": None})
SEEN = "float64[2] [2.0, -4.0]"
NAMED: list[tuple[str, list[Action], str]] = [
    ("doubles-grad", [LEAF, DOUBLE, BACKWARD], f"the gradient of x is float64[2] [4.0, -8.0], expected {SEEN}"),
    ("constants-require-grad", [LEAF, CONSTANT], "requires_grad of c is True, expected False"),
    ("leafness-lies", [LEAF, DOUBLE], "is_leaf of y is True, expected False"),
    ("version-stays", [LEAF, DOUBLE, CHANGE], "the version of y is 0, expected 1"),
    ("retain-ignored", [LEAF, DOUBLE, Action("retain", ("y",))], "retains_grad of y is False, expected True"),
    ("always-creates-graph", [LEAF, SQUARE, BACKWARD], "whether the gradient requires grad of x is True, expected False"),
    ("never-leaves", ENTERED, "recording is False, expected True"),
    ("mutates-cotangent", [LEAF, DOUBLE, BACKWARD], f"a cotangent was changed from float64[2] [1.0, -2.0] to {SEEN}"),
    ("slot-steals", [LEAF, Action("backward", ("x",), "", BACKWARD.params)], "the gradient of x shares memory with a cotangent"),
    ("hook-twice", [LEAF, DOUBLE, WATCH, BACKWARD], f"hook h saw [{SEEN}, {SEEN}], expected [{SEEN}]"),
    ("keeps-graph", [LEAF, DOUBLE, BACKWARD, BACKWARD], "backward was not refused, although freed: a graph whose saved values were freed"),
    ("needs-recording", [LEAF, DOUBLE, OFF, BACKWARD], "backward was refused (RuntimeError: backward needs recording)"),
    ("wrong-class", [LEAF, DOUBLE, BACKWARD, BACKWARD], "backward was refused for another reason (KeyError: "),
]
INSIDE = ["hooks-reversed", "version-ignored", "base-keeps-history", "retain-overwrites", "frees-below", "unused-is-zero", "second-order-linear"]


@pytest.mark.parametrize(("fault", "actions", "sentence"), NAMED)
def test_every_kind_of_difference_is_named(fault: str, actions: list[Action], sentence: str):
    assert replay(world(), actions) is None
    found = replay(faulty(fault), actions)
    assert found is not None
    assert found.what.startswith(sentence)
    assert found.actions == tuple(actions)


def test_a_failing_walk_is_cut_to_what_matters():
    noise = [Action("op", ("y",), f"n{i}", {"op": "tanh"}) for i in range(5)]
    found = replay(faulty("doubles-grad"), [LEAF, DOUBLE, *noise, BACKWARD, BACKWARD])
    assert found is not None
    assert shrink(lambda: faulty("doubles-grad"), found).actions == (LEAF, DOUBLE, BACKWARD)


def test_a_shorter_walk_that_fails_otherwise_is_not_taken_for_the_same():
    one, other = (Disagreement(what, ()) for what in ("the gradient of t1 is [1.0], expected [2.0]", "the value of t1 is [1.0], expected [2.0]"))
    assert one.signature != other.signature
    assert one.signature == Disagreement("the gradient of t7 is [-3.5, 1.0], expected None", ()).signature


def test_actions_that_are_not_possible_are_passed_over():
    made = world()
    assert replay(made, [DOUBLE, LEAF, Action("leave", params={"by_exception": True}), Action("take", ("x",), "g"), DOUBLE]) is None
    assert made.actions == [LEAF, DOUBLE]


def test_a_tape_without_a_feature_is_not_asked_for_it():
    class Bare(WrappedTape):
        def __init__(self) -> None:
            super().__init__(ReferenceTape())
            self.features = frozenset()

        def part(self, kind: Any) -> Any:
            raise Unsupported("none")

    kinds: set[str] = set()
    for seed in range(6):
        made = world(Bare())
        walk(made, RandomChoose(np.random.default_rng(seed)), 30)
        kinds |= {action.verb for action in made.actions}
    assert kinds <= {"leaf", "op", "backward", "clear", "forget"}
    assert "backward" in kinds


def test_a_confusion_of_the_walk_itself_is_not_blamed_on_the_tape():
    with pytest.raises(KeyError):
        world().do(Action("op", ("x",), "y", {"op": "no such op"}))


def test_a_gradient_that_does_not_fit_its_own_slot_is_a_disagreement_and_no_confusion():
    made = world(load_backend("faulty:amp-lowers-leaves:torch").tape("cpu"), known=frozenset({"grad-owns-storage"}))
    made.do(LEAF)
    made.do(DOUBLE)
    with pytest.raises(Disagreement, match=r"^a copy of the gradient of x was refused by its slot \(RuntimeError: attempting to assign"):
        made.do(BACKWARD)


def test_gradients_of_torch_that_share_memory_are_noted_and_repaired_when_known():
    leaves = [Action("leaf", (), name, {"values": [1.0, 2.0, 3.0, 4.0], "requires_grad": True}) for name in ("a", "b")]
    views = [Action("view", (name,), f"v{name}", {"shape": (2, 2)}) for name in ("a", "b")]
    total = [Action("op", ("va", "vb"), "y0", {"op": "add"}), Action("op", ("y0",), "y", {"op": "multiply", "number": 2.0})]
    twice = [Action("backward", ("y",), "", {"cotangent": [[1.0, 2.0], [3.0, 4.0]], "retain": True, "create": False})] * 2
    found = replay(world(load_backend("torch").tape("cpu")), [*leaves, *views, *total, *twice])
    assert found is not None
    assert found.what == "the gradient of b shares memory with the gradient of a"
    made = world(load_backend("torch").tape("cpu"), KNOWN)
    assert replay(made, [*leaves, *views, *total, *twice]) is None
    assert made.noted["grad-owns-storage"] >= 1


@pytest.mark.parametrize("seed", range(6))
def test_the_script_of_a_walk_is_python_that_does_the_same(seed: int):
    made = world(load_backend("torch").tape("cpu"), KNOWN)
    source = RandomChoose(np.random.default_rng(seed))
    for _ in range(60):
        for action in propose(source, made, source.element(ALL)):
            if len(made.actions) < 25 and made.peak < 1e4 and not _refused(made, action):
                made.do(action)
    made.close()
    names: dict[str, Any] = {}
    try:
        exec(script(made.actions), names)
    finally:
        torch.set_grad_enabled(True)
    for name, tensor in made.tensors.items():
        np.testing.assert_allclose(names[name].detach().numpy(), tensor.array, atol=ROUNDING * made.peak)
        assert names[name].requires_grad == made.expected.tape.requires_grad(tensor)


def _refused(made: World, action: Action) -> bool:
    """Whether the walk so far, with this action, meets a refusal; tried in a world of its own."""
    trial = world()
    replay(trial, [*made.actions, action])
    return len(trial.actions) == len(made.actions) or sum(trial.refused.values()) > 0


@pytest.mark.parametrize("fault", INSIDE)
def test_walks_find_a_fault_inside_the_engine(fault: str):
    def hunt() -> Disagreement:
        for seed in range(300):
            try:
                walk(faulty(fault), RandomChoose(np.random.default_rng(seed)), 40)
            except Disagreement as found:
                return found
        raise AssertionError("not found")

    assert len(shrink(lambda: faulty(fault), hunt()).actions) <= 8


def test_every_fault_has_a_summary_and_is_none_of_the_inner_tapes():
    faults = load_faults()
    assert len(faults) >= 100
    assert len(set(faults.values())) == len(faults)
    inner = ReferenceTape()
    assert faulty_tape(inner, "scaled-gradient") is inner
    assert all(faulty_tape(inner, fault) is not inner for fault in faults)


def test_an_engine_fault_leaves_another_tape_as_it_is():
    tape = load_backend("torch").tape("cpu")
    assert faulty_tape(tape, "never-frees") is tape
