"""Slots assigned, spoiled and shared out: what may be put into one, what stays there, and batches in parts.

x.grad <- g checked;   NaN + g = NaN until emptied;   sum_i (n_i / N) mean_i = mean
"""

from __future__ import annotations

import numpy as np

from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
slot_rules = Family("slot rules", "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html")


@slot_rules.law(
    "grad-assign-checked",
    "What is put into a slot has the shape and dtype of the leaf; then it is accumulated into.",
    "x.grad <- g, then x.grad = g + dx",
    source=f"{_TEST} (test_grad_assignment)",
    faults=["assign-unchecked"],
    features="slots",
)
def assigned(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2)
    tape.assign_grad(x, stage.vector(10, 20, requires_grad=False))
    tape.backward(stage.times(x, 2.0), stage.numbers(1, 2))
    expect(stage.holds(x, stage.numbers(12, 24)), "backward does not add to a gradient that was assigned")
    expect.refusal(
        lambda: tape.assign_grad(x, stage.vector(1, 2, 3, requires_grad=False)), "a gradient of another shape was accepted", "gradient shape"
    )
    expect(stage.holds(x, stage.numbers(12, 24)), "a refused assignment changed the slot")


@slot_rules.law(
    "accumulate-nan-sticky",
    "NaN and infinity stay in a slot until it is emptied, and do not spread to other entries.",
    "NaN + g = NaN; zeroed: 0",
    source="IEEE 754; https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html",
    faults=["nan-forgotten"],
    features="slots",
)
def sticky(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2, 3)
    with np.errstate(invalid="ignore"):
        tape.backward(stage.times(x, 2.0), stage.numbers(np.nan, np.inf, 1))
        tape.backward(stage.times(x, 2.0), stage.numbers(1, 1, 1))
    slot = tape.grad(x)
    expect(slot is not None and bool(np.isnan(slot[0]) and np.isinf(slot[1]) and slot[2] == 4), f"after NaN, infinity and 1 the slot holds {slot}")
    tape.zero_grad(x)
    expect(stage.holds(x, stage.numbers(0, 0, 0)), "zeroing leaves NaN in the slot")


@slot_rules.law(
    "micro-batch-equivalence",
    "A batch in parts, each weighted with its share, gives the gradient of the whole.",
    "sum_i (n_i / N) d mean_i = d mean",
    source="https://docs.pytorch.org/docs/stable/notes/amp_examples.html#gradient-accumulation",
    faults=["averages-grad", "overwrites-grad"],
)
def parts(stage: Stage, expect: Expect) -> None:
    tape, w, rows = stage.tape, stage.vector(2), stage.numbers(1, -2, 3, 0.5)
    for start, stop in ((0, 1), (1, 4)):
        part = tape.leaf(rows[start:stop], requires_grad=False)
        tape.backward(stage.times(tape.apply("sum", stage.times(w, part)), 0.25), stage.numbers(1).reshape(()))
    expect(stage.holds(w, stage.numbers(0.625)), f"the gradients of parts of 1 and of 3 add up to {tape.grad(w)}, that of the whole is 0.625")


@slot_rules.law(
    "no-grad-factory-exception",
    "A leaf made under no_grad requires grad when it is told to.",
    "leaf under no_grad: r = True",
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
    faults=["no-grad-factories"],
)
def factory(stage: Stage, expect: Expect) -> None:
    with stage.tape.no_grad():
        x = stage.leaf()
    expect(stage.tape.requires_grad(x), "a leaf made under no_grad requires no grad")
    stage.backward(stage.times(x, 2.0))
    expect(stage.holds(x, 2 * stage.seed), "a leaf made under no_grad gets no gradient")


@slot_rules.law(
    "mode-exception-restores",
    "An exception that leaves a mode, as a context or as a decorator, restores the mode before.",
    "mode after an exception = before",
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
    faults=["leaks-no-grad"],
    features="modes mode_decorators",
)
def raised(stage: Stage, expect: Expect) -> None:
    tape = stage.tape

    def fail() -> None:
        raise LookupError

    for enter in (tape.no_grad, lambda: tape.grad_mode(False)):
        try:
            with enter():
                fail()
        except LookupError:
            expect(tape.is_recording(), "an exception out of a context leaves recording off")
        try:
            enter()(fail)()  # type: ignore[operator]  # announced by the feature
        except LookupError:
            expect(tape.is_recording(), "an exception out of a decorated function leaves recording off")


@slot_rules.law(
    "create-graph-in-no-grad",
    "Whether a backward is recorded is decided by create_graph, under no_grad too.",
    "under no_grad: grad(y, x) with a graph; r = True",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html",
    faults=["mode-of-caller"],
    features="functional higher_order",
)
def created(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.small)
    y = stage.times(x, x)
    with tape.no_grad():
        (first,) = tape.gradient(y, [x], stage.seed, create_graph=True)
        (second,) = tape.gradient(first, [x], stage.seed)
    expect(stage.equals(second, 2 * stage.seed * stage.seed), "under no_grad a created graph gives another second derivative")


@slot_rules.law(
    "retain-defaults-to-create-graph",
    "A created graph leaves the old one alive as well.",
    "grad with a graph; grad again",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html",
    faults=["created-frees"],
    features="functional higher_order",
)
def kept(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.tape.leaf(stage.small)
    y = stage.times(x, x)
    results = [tape.gradient(y, [x], stage.seed, create_graph=True)[0] for _ in range(2)]
    (last,) = tape.gradient(y, [x], stage.seed)
    expect(all(np.array_equal(tape.value(g), 2 * stage.small * stage.seed) for g in (*results, last)), "walks with created graphs differ")


@slot_rules.law(
    "forward-not-mutated",
    "Backward changes no value and no version: of leaves, of results, of the cotangent.",
    "x, y, w and their versions unchanged",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html",
    faults=["mutates-cotangent", "backward-bumps"],
    features="version in_place",
)
def unchanged(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    w = tape.leaf(stage.seed, requires_grad=False)
    h = stage.times(x, 2.0)
    y = stage.plus(stage.times(h, h), x)
    handles = {"leaf": x, "intermediate value": h, "result": y, "cotangent": w}
    before = {name: (tape.value(handle).tobytes(), tape.version(handle)) for name, handle in handles.items()}
    for _ in range(2):
        tape.backward(y, w, retain_graph=True)
    for name, handle in handles.items():
        expect((tape.value(handle).tobytes(), tape.version(handle)) == before[name], f"backward has changed the {name}, or its version")


LAWS = slot_rules.laws
