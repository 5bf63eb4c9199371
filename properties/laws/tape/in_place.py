"""Changes in place: the gradient of the program without them, or a refusal; never a wrong number.

y = h h;  h <- 2 h;  backward(y) raises          h <- 2 h;  y = h h;  backward(y) = that of (2 h)^2
"""

from __future__ import annotations

from functools import partial
from typing import Any

from harness.tape.writing import Writing
from properties.laws.tape.deeds import Expect, Family, Stage

_CHECKS = "https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-correctness-checks"
_SAVED = "https://docs.pytorch.org/docs/stable/notes/autograd.html#saved-tensors"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
in_place = Family("in place", _CHECKS)


@in_place.law(
    "saved-then-modified",
    "Backward refuses to use a saved value that was changed in place.",
    "y = h h; h <- 2 h; backward(y) raises",
    faults=["version-ignored", "saves-copies"],
    features="in_place",
)
def modified(stage: Stage, expect: Expect) -> None:
    for added in (False, True):
        x = stage.leaf()
        h = stage.times(x, 2.0)
        y = stage.times(h, h)
        if added:
            stage.tape.add_in_place(h, stage.leaf())
        else:
            stage.tape.scale_in_place(h, 2.0)
        expect.refusal(partial(stage.backward, y), "a saved value was changed in place, and backward did not notice", "modified")


@in_place.law(
    "unsaved-modified-ok",
    "A change in place of what nothing saved is legal, and changes no gradient but that of its own value.",
    "y = h + x; h <- 2 h; backward(y)",
    source=f"{_TEST} (test_inplace)",
    faults=["overcautious"],
    features="in_place",
)
def unsaved(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.plus(h, x)
    stage.tape.scale_in_place(h, 4.0)
    stage.backward(y, retain_graph=True)
    expect(stage.holds(x, 3 * stage.seed), "a change in place of what nothing saved changes the gradient")
    stage.tape.clear_grad(x)
    stage.backward(h)
    expect(stage.holds(x, 8 * stage.seed), "the gradient of the changed value is wrong")


@in_place.law(
    "what-is-saved-matters",
    "Exp saves its result, a product its factors, a sum nothing: only a change of what was saved is refused.",
    "exp: y saved, x not",
    source=_SAVED,
    faults=["outputs-unchecked", "overcautious", "version-ignored"],
    features="in_place",
)
def what(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for op, saves_operand, saves_result in (("exp", False, True), ("square", True, False), ("negative", False, False)):
        for of_result in (False, True):
            h = stage.times(stage.vector(1.0, -0.5), 1.0)
            y = tape.apply(op, h)
            kept = stage.plus(y, 0.0)
            tape.scale_in_place(y if of_result else h, 2.0)
            deed = partial(tape.backward, kept, stage.numbers(1.0, 2.0))
            if saves_result if of_result else saves_operand:
                expect.refusal(
                    deed, f"{op}: its {'result' if of_result else 'operand'} was changed in place, and backward did not notice", "modified"
                )
            else:
                deed()
                expect(True, "")


@in_place.law(
    "version-counts",
    "Every change in place counts once, for all who look into the memory, recorded or not; a clone starts anew.",
    "version + 1",
    source=f"{_TEST} (test_version_counter)",
    faults=["version-stays", "version-counts-twice", "detach-separate-version", "version-uncounted-in-no-grad"],
    features="in_place views version detach",
)
def version(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1.0, 2.0, 3.0, 4.0)
    h = stage.times(x, 2.0)
    part, alias = tape.narrow(h, 0, 2), tape.detach(h)
    changes: list[Any] = [lambda: tape.scale_in_place(h, 2.0), lambda: tape.scale_in_place(part, 2.0), lambda: tape.scale_in_place(alias, 2.0)]
    for count, change in enumerate(changes, start=1):
        change()
        expect([tape.version(v) for v in (h, part, alias)] == [count] * 3, f"after {count} changes the versions are not all {count}")
    with tape.no_grad():
        tape.scale_in_place(h, 2.0)
    expect(tape.version(h) == 4, "a change under no_grad is not counted once")
    expect(tape.version(tape.apply("clone", h)) == 0, "a clone does not start at 0")


@in_place.law(
    "inplace-eq-functional",
    "Changes in place have the gradient of the program without them.",
    "h <- 2 h; h <- h + z:  dh = 2, dz = 1",
    source="https://docs.pytorch.org/docs/stable/generated/torch.func.functionalize.html",
    faults=["in-place-unrecorded", "add-in-place-unrecorded"],
    features="in_place",
)
def functional(stage: Stage, expect: Expect) -> None:
    tape, x, z = stage.tape, stage.tape.leaf(stage.small), stage.tape.leaf(stage.small)
    h = stage.times(x, 4.0)
    tape.scale_in_place(h, 2.0)
    tape.add_in_place(h, z)
    tape.add_in_place(h, stage.times(z, 2.0))
    stage.backward(stage.times(h, h))
    total = 8 * stage.small + 3 * stage.small
    expect(stage.equals(h, total), "the values are not those of the program without changes in place")
    expect(stage.holds(x, 16 * total * stage.seed), "the gradient of what was scaled is wrong")
    expect(stage.holds(z, 6 * total * stage.seed), "the gradient of what was added is wrong")


@in_place.law(
    "constant-becomes-tracked",
    "A buffer into which a tracked value is written requires grad; what was overwritten gets no gradient.",
    "b[0:2] = x:  db = 0 there, dx = g there",
    source=f"{_TEST} (test_setitem, test_requires_grad_inplace)",
    faults=["write-unrecorded"],
    features="flags",
)
def written(stage: Stage, expect: Expect) -> None:
    tape, writing = stage.tape, stage.tape.part(Writing)
    seed = stage.numbers(1, 2, 3, 4)
    buffer, x = stage.vector(0, 0, 0, 0, requires_grad=False), stage.vector(5, 6)
    writing.write(buffer, 1, 3, x)
    expect(stage.equals(buffer, stage.numbers(0, 5, 6, 0)), "what was written is not there")
    expect(tape.requires_grad(buffer) and not tape.is_leaf(buffer), "a constant into which a tracked value was written does not require grad")
    tape.backward(stage.times(buffer, 2.0), seed)
    expect(stage.holds(x, stage.numbers(4, 6)), "what was written does not get the gradient of its place")
    old = stage.vector(1, 2, 3, 4)
    h = stage.times(old, 2.0)
    writing.write(h, 1, 3, stage.vector(7, 8, requires_grad=False))
    tape.backward(h, seed)
    expect(stage.holds(old, stage.numbers(2, 0, 0, 8)), "what was overwritten gets a gradient, or what was not gets none")


@in_place.law(
    "detach-inplace",
    "Detached in place, a computed value becomes a leaf without history; a view is refused.",
    "h.detach_(): h is a leaf",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach_.html",
    faults=["detach-in-place-ignored", "detach-in-place-of-views"],
    features="flags views",
)
def detached(stage: Stage, expect: Expect) -> None:
    tape, writing, x = stage.tape, stage.tape.part(Writing), stage.leaf()
    h = stage.times(x, 2.0)
    kept = stage.times(h, 4.0)
    writing.detach_in_place(h)
    expect(tape.is_leaf(h) and not tape.requires_grad(h) and not tape.has_history(h), "a value detached in place has a history")
    stage.backward(kept)
    expect(stage.holds(x, 8 * stage.seed), "a value detached in place cost others their history")
    view = tape.view(stage.times(stage.vector(1, 2, 3, 4), 2.0), (2, 2))
    expect.refusal(lambda: writing.detach_in_place(view), "a view was detached in place", "view detach")


LAWS = in_place.laws
