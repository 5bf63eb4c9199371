"""What a tape does, with known answers: the same on torch and on the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.backends import load_backend
from harness.tape import REFUSALS, Refused, Tape, Unsupported
from harness.tape.features import FEATURES, Features

X = np.array([1.0, 2.0, 3.0, 4.0])
ONES = np.ones(4)


@pytest.fixture(params=["torch", "reference"])
def tape(request: pytest.FixtureRequest) -> Tape:
    return load_backend(request.param).tape("cpu")


def scaled(tape: Tape, x: Any, factor: float) -> Any:
    return tape.apply("multiply", x, factor)


def squared(tape: Tape, x: Any) -> Any:
    return tape.apply("multiply", x, x)


def test_gradients_accumulate_until_cleared(tape: Tape):
    x = tape.leaf(X)
    for k in (1, 2, 3):
        tape.backward(scaled(tape, x, 2.0), ONES)
        assert tape.grad(x).tolist() == [2.0 * k] * 4
    tape.clear_grad(x)
    assert tape.grad(x) is None


def test_zeroing_in_place_keeps_the_slot(tape: Tape):
    x = tape.leaf(X)
    tape.zero_grad(x)
    assert tape.grad(x) is None
    tape.backward(squared(tape, x), ONES, create_graph=True)
    assert tape.requires_grad(tape.slot(x))
    tape.zero_grad(x)
    assert tape.grad(x).tolist() == [0.0] * 4
    assert not tape.requires_grad(tape.slot(x))


def test_a_change_in_place_of_a_view_reaches_the_base(tape: Tape):
    x = tape.leaf(X)
    base = scaled(tape, x, 1.0)
    half, square = tape.narrow(base, 0, 2), tape.view(base, (2, 2))
    tape.scale_in_place(half, 3.0)
    tape.add_in_place(square, tape.view(x, (2, 2)))
    tape.backward(squared(tape, base), ONES)  # base = (4 x0, 4 x1, 2 x2, 2 x3)
    assert tape.grad(x).tolist() == [32.0, 64.0, 24.0, 32.0]
    assert (tape.version(x), tape.version(base), tape.version(half)) == (0, 2, 2)


def test_a_constant_becomes_tracked_when_a_tracked_value_is_added_to_a_part_of_it(tape: Tape):
    x, buffer = tape.leaf(X), tape.leaf(np.zeros(6), requires_grad=False)
    tape.add_in_place(tape.narrow(buffer, 1, 5), x)
    assert tape.requires_grad(buffer)
    assert not tape.is_leaf(buffer)
    tape.backward(squared(tape, buffer), np.ones(6))
    assert tape.grad(x).tolist() == [2.0, 4.0, 6.0, 8.0]


def test_hooks_replace_in_order_and_can_be_removed(tape: Tape):
    x = tape.leaf(X)
    seen: list[list[float]] = []
    remove = tape.hook(x, lambda g: scaled(tape, g, 10.0))
    tape.hook(x, lambda g: seen.append(tape.value(g).tolist()))
    tape.backward(scaled(tape, x, 2.0), ONES)
    remove()
    remove()
    tape.backward(scaled(tape, x, 2.0), ONES)
    assert seen == [[20.0] * 4, [2.0] * 4]
    assert tape.grad(x).tolist() == [22.0] * 4


def test_the_gradient_of_a_gradient(tape: Tape):
    x = tape.leaf(np.array(2.0))
    cube = tape.apply("multiply", squared(tape, x), x)
    (first,) = tape.gradient(cube, [x], create_graph=True)
    (second,) = tape.gradient(first, [x], create_graph=True)
    (third,) = tape.gradient(second, [x])
    assert [float(tape.value(g)) for g in (first, second, third)] == [12.0, 12.0, 6.0]
    assert tape.grad(x) is None


def test_retained_gradients_and_chosen_inputs(tape: Tape):
    x, other = tape.leaf(X), tape.leaf(X)
    y = scaled(tape, x, 3.0)
    tape.retain_grad(y)
    z = tape.apply("multiply", y, other)
    tape.backward(z, ONES, retain_graph=True, inputs=[x])
    assert tape.grad(x).tolist() == [3.0, 6.0, 9.0, 12.0]
    assert tape.grad(other) is None
    tape.clear_grad(y)
    tape.backward(z, ONES)
    assert tape.grad(y).tolist() == X.tolist()
    assert tape.retains_grad(y)
    assert not tape.retains_grad(x)


def test_modes_nest_decorate_and_survive_exceptions(tape: Tape):
    @tape.grad_mode(False)
    def steps() -> Any:
        while True:
            yield tape.is_recording()

    with tape.no_grad():
        with pytest.raises(KeyError), tape.grad_mode(True):
            raise KeyError(tape.is_recording())
        assert not tape.is_recording()
    assert tape.is_recording()
    stepping = steps()
    assert (next(stepping), tape.is_recording(), next(stepping)) == (False, True, False)
    tape.set_recording(False)
    assert not tape.is_recording()
    tape.set_recording(True)


def _freed(tape: Tape, x: Any) -> None:
    y = squared(tape, x)
    tape.backward(y, ONES)
    tape.backward(y, ONES)


def _modified(tape: Tape, x: Any) -> None:
    h = scaled(tape, x, 2.0)
    y = squared(tape, h)
    tape.scale_in_place(tape.detach(h), 2.0)
    tape.backward(y, ONES)


def _hook_shape(tape: Tape, x: Any) -> None:
    tape.hook(x, lambda g: tape.apply("sum", g))
    tape.backward(scaled(tape, x, 2.0), ONES)


DEEDS = {
    "freed": _freed,
    "modified": _modified,
    "leaf in place": lambda tape, x: tape.scale_in_place(tape.narrow(x, 0, 2), 2.0),
    "non-leaf flag": lambda tape, x: tape.set_requires_grad(scaled(tape, x, 2.0), False),
    "no graph": lambda tape, x: tape.backward(tape.detach(x), ONES),
    "untracked input": lambda tape, x: tape.gradient(squared(tape, x), [tape.detach(x)], ONES),
    "unused input": lambda tape, x: tape.gradient(squared(tape, x), [tape.leaf(X)], ONES),
    "empty inputs": lambda tape, x: tape.backward(squared(tape, x), ONES, inputs=[]),
    "retain": lambda tape, x: tape.retain_grad(scaled(tape, tape.detach(x), 2.0)),
    "hook": lambda tape, x: tape.hook(tape.detach(x), lambda g: None),
    "hook shape": _hook_shape,
    "cotangent shape": lambda tape, x: tape.backward(x, np.ones(3)),
    "implicit cotangent": lambda tape, x: tape.backward(x),
    "gradient shape": lambda tape, x: tape.assign_grad(x, tape.leaf(np.ones(3), requires_grad=False)),
}


@pytest.mark.parametrize("kind", sorted(DEEDS))
def test_every_illegal_deed_is_refused_for_its_own_reason(tape: Tape, kind: str):
    with pytest.raises(RuntimeError) as caught:
        DEEDS[kind](tape, tape.leaf(X))
    assert tape.refusal(caught.value) == kind
    assert tape.refusal(RuntimeError("something else")) == ""
    assert tape.is_recording()


def test_devices_do_not_mix_and_moving_is_differentiable():
    tape = load_backend("reference").tape("pretend:0")
    here = load_backend("reference").tape("cpu").leaf(X)
    there = tape.move(here, "pretend:0")
    assert tape.device(there) == "pretend:0"
    assert tape.move(there, "pretend:0") is there
    with pytest.raises(Refused, match="all operands of an op are on one device"):
        tape.apply("add", here, there)
    with pytest.raises(Refused, match="device"):
        tape.assign_grad(here, there)
    tape.backward(squared(tape, there), ONES)
    assert tape.grad(here).tolist() == [2.0, 4.0, 6.0, 8.0]
    assert tape.device(tape.slot(here)) == "cpu"


def test_a_refusal_says_what_was_promised():
    assert str(Refused("freed")) == f"freed: {REFUSALS['freed']}."


@pytest.mark.parametrize(
    ("feature", "call"),
    [
        ("functional", lambda t: t.gradient(None, [])),
        ("flags", lambda t: t.is_leaf(None)),
        ("flags", lambda t: t.has_history(None)),
        ("flags", lambda t: t.set_requires_grad(None, True)),
        ("retain_grad", lambda t: t.retain_grad(None)),
        ("retain_grad", lambda t: t.retains_grad(None)),
        ("slots", lambda t: t.slot(None)),
        ("slots", lambda t: t.assign_grad(None, None)),
        ("slots", lambda t: t.zero_grad(None)),
        ("detach", lambda t: t.detach(None)),
        ("in_place", lambda t: t.scale_in_place(None, 1.0)),
        ("in_place", lambda t: t.add_in_place(None, None)),
        ("views", lambda t: t.view(None, ())),
        ("views", lambda t: t.narrow(None, 0, 1)),
        ("version", lambda t: t.version(None)),
        ("hooks", lambda t: t.hook(None, print)),
        ("modes", lambda t: t.grad_mode(True)),
        ("modes", lambda t: t.set_recording(True)),
        ("memory", lambda t: t.memory(None)),
        ("devices", lambda t: t.move(None, "cpu")),
        ("devices", lambda t: t.device(None)),
    ],
)
def test_a_feature_that_a_tape_lacks_says_so(feature: str, call: Any):
    with pytest.raises(Unsupported, match=f"this tape has no {feature}"):
        call(Features())
    assert feature in FEATURES
