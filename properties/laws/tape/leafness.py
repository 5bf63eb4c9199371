"""Who is a leaf, who requires grad, and who gets a gradient.

requires_grad(f(x, y)) = recording and (requires_grad(x) or requires_grad(y));     leaf <=> no history
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html"
_LEAF = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.is_leaf.html"


def defaults(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for flag in (False, True):
        x = stage.leaf(requires_grad=flag)
        expect(tape.requires_grad(x) is flag, f"a leaf made with requires_grad={flag} says {tape.requires_grad(x)}")
        expect(tape.grad(x) is None, "a new leaf has a gradient")
        expect(tape.is_leaf(x) and not tape.has_history(x), "a new leaf is none, or has a history")


def either(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.leaf(), stage.leaf(requires_grad=False)
    for y, z, due in ((x, x, True), (x, c, True), (c, x, True), (c, c, False)):
        expect(tape.requires_grad(stage.times(y, z)) is due, f"a product requires grad: {not due}, expected {due}")


def history(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.leaf(), stage.leaf(requires_grad=False)
    for what, y in (("a leaf", x), ("a constant", c), ("a result", stage.times(x, c)), ("a constant result", stage.times(c, c))):
        expect(tape.is_leaf(y) is not tape.has_history(y), f"{what}: is_leaf {tape.is_leaf(y)}, has_history {tape.has_history(y)}")
        expect(tape.is_leaf(y) or tape.requires_grad(y), f"{what} is no leaf, and does not require grad")


def immutable(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = stage.times(x, 2.0)
    expect.refusal(lambda: tape.set_requires_grad(y, False), "requires_grad of a computed value could be switched off")
    for flag in (False, True, False):
        tape.set_requires_grad(x, flag)
        expect(tape.requires_grad(x) is flag, f"a leaf set to {flag} says {not flag}")


def frozen(stage: Stage, expect: Expect) -> None:
    tape, before, after, free = stage.tape, stage.leaf(), stage.leaf(), stage.leaf()
    tape.set_requires_grad(before, False)
    y = stage.times(stage.times(free, 2.0), before)
    z = tape.apply("add", y, after)
    tape.set_requires_grad(after, False)
    stage.backward(z)
    expect(tape.grad(before) is None, "a leaf frozen before the forward has a gradient")
    expect(tape.grad(after) is None, "a leaf frozen after the forward has a gradient")
    expect(tape.grad(free) is not None, "the leaf that is not frozen has none")


def unfrozen(stage: Stage, expect: Expect) -> None:
    tape, x, other = stage.tape, stage.leaf(requires_grad=False), stage.leaf()
    y = tape.apply("add", x, other)
    tape.set_requires_grad(x, True)
    stage.backward(y)
    expect(stage.holds(x, None), "a leaf unfrozen after the forward has a gradient")
    expect(stage.holds(other, stage.seed), "the other leaf has not")


def leaves_only(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    stage.backward(stage.times(h, 2.0))
    expect(stage.tape.grad(h) is None, "a computed value has a gradient that nobody asked it to keep")
    expect(stage.holds(x, 4 * stage.seed), "the leaf's gradient is wrong")


def retained(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.leaf(), stage.leaf(requires_grad=False)
    h = stage.times(x, 2.0)
    for _ in range(2):
        tape.retain_grad(h)
    tape.retain_grad(x)
    stage.backward(stage.times(h, 2.0))
    expect(stage.holds(h, 2 * stage.seed), "a computed value does not keep the gradient that it was asked to keep, or not once")
    expect(tape.retains_grad(h) and not tape.retains_grad(x), "retains_grad is wrong")
    expect.refusal(lambda: tape.retain_grad(c), "retain_grad of a constant was not refused")


LAWS = (
    deed_law(
        "leaf-defaults",
        "leafness",
        "A new leaf requires grad as it was told to, and has neither gradient nor history.",
        "leaf.grad = None, leaf.grad_fn = None",
        _LEAF,
        defaults,
        faults=("constants-require-grad",),
        features={"flags"},
    ),
    deed_law(
        "requires-grad-is-or",
        "leafness",
        "A result requires grad if any operand does.",
        "r(f(x, y)) = r(x) or r(y)",
        _NOTES,
        either,
        faults=("needs-all-operands",),
    ),
    deed_law(
        "leaf-iff-no-history",
        "leafness",
        "A value is a leaf exactly when nothing recorded made it; all others require grad.",
        "is_leaf <=> grad_fn is None",
        _LEAF,
        history,
        faults=("leafness-lies",),
        features={"flags"},
    ),
    deed_law(
        "flag-of-leaves-only",
        "leafness",
        "The flag of a leaf can be switched at will, that of a computed value not off.",
        "y.requires_grad_(False) raises",
        _NOTES,
        immutable,
        faults=("frozen-thaws",),
        features={"flags"},
    ),
    deed_law(
        "frozen-leaf-gets-nothing",
        "leafness",
        "A leaf frozen before or after the forward gets no gradient.",
        "r(x) = False => x.grad unchanged",
        _NOTES,
        frozen,
        faults=("frozen-thaws",),
        features={"flags"},
    ),
    deed_law(
        "unfreeze-not-retroactive",
        "leafness",
        "Unfreezing a leaf does not put it into a graph recorded before.",
        "x.grad = None",
        _NOTES,
        unfrozen,
        faults=("constants-require-grad",),
        features={"flags"},
    ),
    deed_law(
        "leaves-only",
        "leafness",
        "Backward fills the slots of leaves only.",
        "h.grad = None for h computed",
        _LEAF,
        leaves_only,
        faults=("retains-everything",),
    ),
    deed_law(
        "retain-grad",
        "leafness",
        "A computed value keeps its gradient when asked to, once however often asked; a leaf does anyway; a constant cannot.",
        "h.grad = dy/dh^T w",
        "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html",
        retained,
        faults=("retain-ignored", "retain-on-constants"),
        features={"retain_grad"},
    ),
)
