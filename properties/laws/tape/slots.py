"""The gradient slot seen from outside: results that leave it alone, values that ask for one, emptying it, and the cotangent that never becomes one.

grad(y, x) => x.grad unchanged;     emptied, then backward = first backward
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html"


def results_are_pure(stage: Stage, expect: Expect) -> None:
    tape, x, y = stage.tape, stage.leaf(), stage.leaf()
    stage.backward(stage.times(y, 2.0))
    (found,) = tape.gradient(stage.times(tape.apply("add", x, y), 2.0), [x], stage.seed)
    expect(bool((tape.value(found) == 2 * stage.seed).all()), "the result is wrong")
    expect(stage.holds(x, None), "the slot of the input was filled")
    expect(stage.holds(y, 2 * stage.seed), "the slot of another leaf was changed")


def retained_adds(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    stage.tape.retain_grad(h)
    y = stage.times(h, 2.0)
    for times in (1, 2):
        stage.backward(y, retain_graph=True)
        expect(stage.holds(h, 2 * times * stage.seed), f"the retained gradient is not {times} times the first")


def fresh_again(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    for empty, left in ((tape.clear_grad, None), (tape.zero_grad, 0 * stage.seed)):
        stage.backward(stage.times(x, 2.0))
        empty(x)
        expect(stage.holds(x, left), "the emptied slot is not empty")
        stage.backward(stage.times(x, 2.0))
        expect(stage.holds(x, 2 * stage.seed), "after emptying the slot, backward is not like a first one")
        tape.clear_grad(x)


def cotangent_kept(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    cotangent = tape.leaf(stage.seed, requires_grad=False)
    for _ in range(3):
        tape.backward(stage.times(x, 2.0), cotangent)
    expect(bool((tape.value(cotangent) == stage.seed).all()), "backward changed the caller's cotangent")


LAWS = (
    deed_law(
        "results-touch-no-slot",
        "slots",
        "Gradients as results leave every slot alone.",
        "grad(y, x) => x.grad unchanged",
        _GRAD,
        results_are_pure,
        faults=("gradient-fills-slots",),
        features={"functional"},
    ),
    deed_law(
        "retained-accumulates",
        "slots",
        "A retained gradient accumulates like a leaf's.",
        "h.grad = g, 2 g",
        "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html",
        retained_adds,
        faults=("retain-ignored",),
        features={"retain_grad"},
    ),
    deed_law(
        "emptied-is-fresh",
        "slots",
        "After emptying a slot, in either way, backward is like a first one.",
        "x.grad = g again",
        "https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html",
        fresh_again,
        faults=("zero-ignored", "zero-clears", "clear-keeps-zero"),
        features={"slots"},
    ),
    deed_law(
        "cotangent-kept",
        "slots",
        "Backward does not change the cotangent that it is given.",
        "w after = w before",
        "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html",
        cotangent_kept,
        faults=("mutates-cotangent",),
    ),
)
