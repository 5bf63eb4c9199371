"""What no_grad leaves alone, and what it allows: graphs and flags that exist, backward, and updates in place.

with no_grad: w -= lr * w.grad          w stays a leaf, and the change is counted
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_MODES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation"
_NO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html"


def forward_only(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y, z = stage.times(x, 2.0), stage.times(x, x)
    with tape.no_grad():
        stage.backward(y)
        expect(not tape.is_recording(), "backward has switched recording on")
        (g,) = tape.gradient(z, [x], stage.seed, create_graph=True)
        expect(tape.requires_grad(g), "create_graph is without effect where nothing is recorded")
    expect(stage.holds(x, 2 * stage.seed), "a backward where nothing is recorded gives another gradient")
    expect(tape.is_recording(), "recording is off afterwards")


def flags_kept(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = stage.times(x, 2.0)
    with tape.no_grad():
        expect(tape.requires_grad(x) and tape.requires_grad(y) and tape.has_history(y), "no_grad changes flags or history of what exists")
    stage.backward(y)
    expect(stage.holds(x, 2 * stage.seed), "no_grad between forward and backward changes the gradient")


def leaf_in_place(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    expect.refusal(lambda: tape.scale_in_place(x, 2.0), "a leaf that requires grad was changed in place while recording")
    version = tape.version(x)
    with tape.no_grad():
        tape.scale_in_place(x, 2.0)
    expect(bool((tape.value(x) == 2 * stage.values).all()), "the change in place under no_grad did not happen")
    expect(tape.is_leaf(x) and tape.requires_grad(x), "a change in place under no_grad cost the leaf its leafness or its flag")
    expect(tape.version(x) == version + 1, "a change in place under no_grad is not counted")


def counted_in_no_grad(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = stage.times(x, x)
    with tape.no_grad():
        tape.scale_in_place(x, 2.0)
    expect.refusal(lambda: stage.backward(y), "a saved leaf was changed under no_grad, and backward did not notice")


def survives_refusal(stage: Stage, expect: Expect) -> None:
    tape, c = stage.tape, stage.leaf(requires_grad=False)
    stage.backward(stage.times(stage.leaf(), 2.0))
    expect(tape.is_recording(), "a backward leaves recording off")
    expect.refusal(lambda: stage.backward(c), "a backward from a constant was not refused")
    expect(tape.is_recording(), "a refused backward leaves recording off")


LAWS = (
    deed_law(
        "mode-forward-only",
        "no_grad",
        "The mode matters in the forward only; create_graph decides for backward.",
        "backward under no_grad = backward",
        _MODES,
        forward_only,
        faults=("needs-recording",),
        features={"functional", "higher_order"},
    ),
    deed_law(
        "no-grad-keeps-flags",
        "no_grad",
        "no_grad changes nothing that exists.",
        "r(x), x.grad_fn as before",
        _NO_GRAD,
        flags_kept,
        faults=("no-grad-freezes",),
        features={"flags"},
    ),
    deed_law(
        "leaf-in-place-needs-no-grad",
        "no_grad",
        "A leaf that requires grad is changed in place under no_grad only, and stays one.",
        "w -= lr g under no_grad",
        _MODES,
        leaf_in_place,
        faults=("leaf-in-place-ok", "version-stays"),
        features={"in_place", "flags", "version"},
    ),
    deed_law(
        "no-grad-changes-are-counted",
        "no_grad",
        "A change in place under no_grad of what backward needs is noticed.",
        "version(x) counts under no_grad",
        "https://docs.pytorch.org/docs/stable/notes/autograd.html#in-place-correctness-checks",
        counted_in_no_grad,
        faults=("swallows-errors",),
        features={"in_place", "version"},
    ),
    deed_law(
        "backward-restores-mode",
        "no_grad",
        "A backward leaves the mode as it was, a refused one too.",
        "mode after an error = before",
        _MODES,
        survives_refusal,
        faults=("failed-backward-leaves-off", "backward-leaves-off", "untracked-root-ok"),
    ),
)
