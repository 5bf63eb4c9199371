"""Stop-gradient: the same value, in the same memory, as a constant.

d/dx f(x, sg(x)) = (d_1 f)(x, x);      sg(sg(x)) = sg(x)
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_DETACH = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html"


def constant(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = stage.times(x, 2.0)
    d = tape.detach(y)
    expect(not tape.requires_grad(d), "what detach returns requires grad")
    expect(bool((tape.value(d) == tape.value(y)).all()), "detach changes the value")
    expect(tape.requires_grad(y), "detach cost the original its history")
    stage.backward(tape.apply("add", y, stage.times(d, 4.0)))
    expect(stage.holds(x, 2 * stage.seed), "a gradient flows through detach, or the original's is lost")


def partial(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.known()
    stage.backward(stage.times(x, tape.detach(tape.detach(x))))
    expect(stage.holds(x, stage.small * stage.seed), "the derivative of x sg(x) is not x")


def straight_through(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    rounded = stage.times(x, 0.0)
    y = tape.apply("add", x, tape.detach(tape.apply("add", rounded, stage.times(x, -1.0))))
    expect(bool((tape.value(y) == 0 * stage.values).all()), "the value of x + sg(q(x) - x) is not q(x)")
    stage.backward(y)
    expect(stage.holds(x, stage.seed), "the gradient of x + sg(q(x) - x) is not that of x")


def new_leaf(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    d = tape.detach(stage.times(x, 2.0))
    tape.set_requires_grad(d, True)
    expect(tape.is_leaf(d), "a detached value is no leaf")
    stage.backward(stage.times(d, 3.0))
    expect(stage.holds(d, 3 * stage.seed), "a detached value made a leaf gets another gradient")
    expect(stage.holds(x, None), "its gradient reaches the original")


def shared_memory(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.times(h, h)
    tape.scale_in_place(tape.detach(h), 2.0)
    expect(bool((tape.value(h) == 4 * stage.values).all()), "a change in place of a detached value is not seen by the original")
    expect(tape.version(h) == 1, "it is not counted there either")
    expect.refusal(lambda: stage.backward(y), "a saved value was changed through a detached one, and backward did not notice")


LAWS = (
    deed_law(
        "detach-is-constant",
        "detach",
        "detach gives the value without history, and leaves the original its own.",
        "r(sg(x)) = False",
        _DETACH,
        constant,
        faults=("detach-tracks", "detach-requires-grad"),
        features={"detach"},
    ),
    deed_law(
        "detach-partial",
        "detach",
        "A detached operand counts as a constant; detaching twice is detaching.",
        "d/dx x sg(x) = x",
        _DETACH,
        partial,
        faults=("detach-tracks",),
        features={"detach"},
    ),
    deed_law(
        "straight-through",
        "detach",
        "x + sg(q(x) - x) has the value of q and the gradient of x.",
        "d/dx (x + sg(q(x) - x)) = 1",
        _DETACH,
        straight_through,
        faults=("detach-tracks",),
        features={"detach"},
    ),
    deed_law(
        "detach-new-leaf",
        "detach",
        "A detached value can be made a leaf of a graph of its own.",
        "x.grad = None",
        _DETACH,
        new_leaf,
        faults=("detach-tracks",),
        features={"detach", "flags"},
    ),
    deed_law(
        "detach-shares-memory",
        "detach",
        "A detached value shares memory and version: changes in place are seen, counted and noticed.",
        "version(sg(x)) = version(x)",
        _DETACH,
        shared_memory,
        faults=("detach-copies",),
        features={"detach", "in_place", "version"},
    ),
)
