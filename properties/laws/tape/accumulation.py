"""What is in a gradient slot after which calls.

x.grad = sum of all (dy_k/dx)^T w_k since it was last emptied;      the slot is x's own, and stays the same object
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_BACKWARD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html"
_LAYOUTS = "https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts"


def from_none(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    expect(tape.grad(x) is None, "there is a gradient before the first backward")
    for times in (1, 2, 3):
        stage.backward(stage.times(x, 2.0))
        expect(stage.holds(x, 2 * times * stage.seed), f"after {times} backwards the slot does not hold {times} gradients")


def commutes(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    for factors in ((2.0, -4.0), (-4.0, 2.0)):
        for factor in factors:
            stage.backward(stage.times(x, factor))
        expect(stage.holds(x, -2 * stage.seed), f"the sum of gradients with factors {factors} is wrong")
        tape.clear_grad(x)
    stage.backward(tape.apply("add", stage.times(x, 2.0), stage.times(x, -4.0)))
    expect(stage.holds(x, -2 * stage.seed), "one backward of the sum gives another gradient than two backwards")


def in_place(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    stage.backward(stage.times(x, 2.0))
    slot = tape.slot(x)
    stage.backward(stage.times(x, 2.0))
    expect(bool((tape.value(slot) == 4 * stage.seed).all()), "an earlier reference to the slot does not see the new sum")


def out_of_place(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    stage.backward(stage.times(x, 2.0))
    slot = tape.slot(x)
    stage.backward(stage.times(x, 2.0), create_graph=True)
    expect(bool((tape.value(slot) == 2 * stage.seed).all()), "with a created graph the old gradient was changed in place")
    expect(stage.holds(x, 4 * stage.seed), "the sum is wrong")


def unreached(stage: Stage, expect: Expect) -> None:
    x, filled, empty = stage.leaf(), stage.leaf(), stage.leaf()
    stage.backward(stage.times(filled, 2.0))
    stage.backward(stage.times(x, 2.0))
    expect(stage.holds(empty, None), "a leaf that nothing depends on has a gradient")
    expect(stage.holds(filled, 2 * stage.seed), "the gradient of a leaf that was not reached has changed")


def tied(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    total = stage.times(x, 1.0)
    for factor in (2.0, -4.0, 0.5):
        total = tape.apply("add", total, stage.times(x, factor))
    stage.backward(total)
    expect(stage.holds(x, -0.5 * stage.seed), "the gradient of a leaf used four times is not the sum over its uses")


LAWS = (
    deed_law(
        "first-from-none",
        "accumulation",
        "The slot is empty, then holds the first gradient, then sums.",
        "x.grad = None, g, 2 g, 3 g",
        _BACKWARD,
        from_none,
        faults=("first-grad-only", "averages-grad", "subtracts-grad"),
    ),
    deed_law(
        "accumulate-commutes",
        "accumulation",
        "The order of backwards does not matter, and one backward of the sum is the same.",
        "g_1 + g_2 = g_2 + g_1",
        _BACKWARD,
        commutes,
        faults=("clear-ignored",),
    ),
    deed_law(
        "accumulate-in-place",
        "accumulation",
        "Without a created graph gradients are added in place: an earlier reference sees the sum.",
        "slot is the same object",
        _LAYOUTS,
        in_place,
        faults=("slot-replaced",),
        features={"slots"},
    ),
    deed_law(
        "accumulate-out-of-place",
        "accumulation",
        "With a created graph the slot gets a new value; an earlier reference keeps the old one.",
        "slot is another object",
        _LAYOUTS,
        out_of_place,
        faults=("backward-first-order",),
        features={"slots", "higher_order"},
    ),
    deed_law(
        "unreached-stays",
        "accumulation",
        "The slot of a leaf on which the output does not depend stays as it is.",
        "dy/dx = 0 => x.grad unchanged",
        _BACKWARD,
        unreached,
        faults=("fills-unreached",),
    ),
    deed_law(
        "tied-leaf-sums",
        "accumulation",
        "A leaf used several times gets the sum over its uses.",
        "x.grad = sum_k (dy/du_k)^T w",
        _BACKWARD,
        tied,
        faults=("doubles-grad",),
    ),
)
