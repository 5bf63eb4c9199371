"""Two devices: moving is differentiable, gradients come home, operands do not mix.

move(x, d): identity;     its adjoint moves the cotangent back
"""

from __future__ import annotations

from harness.tape import Tape
from harness.tape.optimizing import Optimizing
from properties.laws.tape.deeds import Expect, Stage, deed_law
from properties.laws.tape.modules import due, nested, walked

_TO = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html"


def _elsewhere(stage: Stage) -> str:
    tape: Tape = stage.tape
    here = tape.device(stage.leaf())
    return next(device for device in stage.devices if device != here)


def comes_home(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    home, away = tape.device(x), _elsewhere(stage)
    there = tape.move(x, away)
    expect(tape.device(there) == away, "the moved value is not where it was moved to")
    expect(bool((tape.value(there) == tape.value(x)).all()), "moving changes the value")
    expect(tape.requires_grad(there) and not tape.is_leaf(there), "the moved value has no history")
    stage.backward(tape.apply("add", tape.move(stage.times(there, 2.0), home), x))
    expect(stage.holds(x, 3 * stage.seed), "the contributions from two devices do not add up")
    slot = tape.slot(x)
    expect(slot is not None and tape.device(slot) == home, "the gradient is not on the device of its leaf")


def unmixed(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    there = tape.move(stage.leaf(), _elsewhere(stage))
    expect.refusal(lambda: tape.apply("add", x, there), "operands on two devices were not refused")
    expect.refusal(lambda: tape.assign_grad(x, tape.detach(there)), "a gradient on another device was accepted")


def added_up(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    home, away = tape.device(x), _elsewhere(stage)
    for times in (1, 2):
        here, there = stage.times(x, 2.0), stage.times(tape.move(x, away), 4.0)
        stage.backward(tape.apply("add", here, tape.move(there, home)))
        expect(
            stage.holds(x, 6 * times * stage.seed),
            f"after {times} backwards through two devices the slot does not hold {times} times both contributions",
        )
    slot = tape.slot(x)
    expect(slot is not None and tape.device(slot) == home, "the sum is not on the device of its leaf")


def module_moved(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, module = stage.tape, nested(stage)
    leaves, away = module.parameters(), _elsewhere(stage)
    optimizer = tape.part(Optimizing).optimizer("sgd", [list(leaves.values())], [{"lr": 0.5}])
    walked(stage, module)
    module.move(away)
    for name, leaf in module.parameters().items():
        expect(leaf is leaves[name] and tape.is_leaf(leaf) and tape.requires_grad(leaf), f"moved, {name} is not the leaf that it was")
        slot = tape.slot(leaf)
        expect(tape.device(leaf) == away, f"moved, {name} is still on {tape.device(leaf)}")
        expect(
            slot is not None and tape.device(slot) == away and stage.holds(leaf, due(stage)[name]), f"moved, {name} has not taken its gradient along"
        )
    before = {name: tape.value(leaf) for name, leaf in leaves.items()}
    optimizer.step()
    for name, leaf in module.parameters().items():
        expect(stage.equals(leaf, before[name] - 0.5 * due(stage)[name]), f"moved, {name} is not moved on by the optimizer that has it")
    x = tape.leaf(stage.small)
    stage.backward(tape.move(module(tape.move(x, away)), tape.device(x)))
    expect(stage.holds(x, tape.value(leaves["w"]) * tape.value(leaves["inner.w"]) * stage.seed), "the gradient through a moved module is wrong")


def own_seed(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    seed = tape.move(tape.leaf(stage.seed, requires_grad=False), _elsewhere(stage))
    expect.refusal(lambda: tape.backward(stage.times(stage.leaf(), 2.0), seed), "a cotangent on another device than its output was accepted")


LAWS = (
    deed_law(
        "moved-gradient-comes-home",
        "devices",
        "Moving to another device is differentiable; the gradient is on the device of its leaf.",
        "d move(x) / dx = 1",
        _TO,
        comes_home,
        faults=("move-detaches", "moved-gradient-stays"),
        features={"devices", "flags", "slots"},
    ),
    deed_law(
        "devices-do-not-mix",
        "devices",
        "Operands on two devices are refused, and so is a gradient on another device than its leaf.",
        "x + move(y) raises",
        "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_grad_assignment, test_backward_device)",
        unmixed,
        faults=("devices-mix",),
        features={"devices", "slots"},
    ),
    deed_law(
        "cross-device-accumulate",
        "devices",
        "Contributions through several devices add up on the device of the leaf.",
        "x.grad = g_here + g_there",
        "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_inputbuffer_add_multidevice)",
        added_up,
        faults=("move-detaches", "overwrites-grad"),
        features={"devices", "slots"},
    ),
    deed_law(
        "module-move-keeps-leaf",
        "devices",
        "A module that is moved keeps its leaves, which take their gradients along: an optimizer that has them goes on.",
        "move(m): p is p, device(p.grad) = device(p)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to",
        module_moved,
        faults=("module-move-replaces", "module-move-leaves-gradients"),
        features={"devices", "flags", "slots"},
    ),
    deed_law(
        "seed-on-its-device",
        "devices",
        "A cotangent on another device than its output is refused.",
        "backward(y, move(w)) raises",
        "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_backward_device)",
        own_seed,
        faults=("seed-moved",),
        features={"devices"},
    ),
)
