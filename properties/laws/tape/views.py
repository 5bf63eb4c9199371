"""Views: one memory, many looks; a change through one is seen, counted and differentiated through all.

b = 2 x;  b[0:2] <- -b[0:2];  db/dx = (-2, -2, 2, 2)          no two gradients share memory
"""

from __future__ import annotations

from harness.tape.walks.action import Side
from harness.tape.walks.compare import shared_slots
from harness.tape.writing import Aliasing
from properties.laws.tape.deeds import Expect, Family, Stage

_MODES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation"
_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
views = Family("views", "https://docs.pytorch.org/docs/stable/tensor_view.html")


@views.law(
    "view-inplace-reaches-base",
    "A change in place of a view is one of its base, and the reverse: values, counts and gradients.",
    "b = 2 x; b[0:2] <- 3 b[0:2]; db/dx = (6, 6, 2, 2)",
    source=f"{_TEST} (test_inplace_on_view_backprop_base, test_inplace_on_view_modify_base)",
    faults=["base-keeps-history", "views-keep-history", "in-place-copies", "view-copies", "narrow-copies", "view-detaches"],
    features="in_place views version",
)
def through(stage: Stage, expect: Expect) -> None:
    tape, seed = stage.tape, stage.numbers(1, 2, 3, 4)
    for change_view in (True, False):
        for walk_view in (True, False):
            x = stage.vector(1, 2, 3, 4)
            base = stage.times(x, 2.0)
            square = tape.view(base, (2, 2))
            part = tape.narrow(base, 0, 2)
            tape.scale_in_place(part if change_view else base, 3.0)
            due = stage.numbers(6, 6, 2, 2) if change_view else stage.numbers(6, 6, 6, 6)
            name = f"after a change of {'a part' if change_view else 'the whole'}"
            expect(
                stage.equals(base, due * stage.numbers(1, 2, 3, 4)) and stage.equals(square, tape.value(base).reshape(2, 2)),
                f"{name} the looks differ",
            )
            expect(tape.version(base) == tape.version(square) == tape.version(part) == 1, f"{name} it is not counted once by all")
            tape.backward(square if walk_view else base, seed.reshape(2, 2) if walk_view else seed)
            expect(
                stage.holds(x, due * seed), f"{name} the gradient of {'a view' if walk_view else 'the base'} is {tape.grad(x)}, expected {due * seed}"
            )


@views.law(
    "multi-view-inplace",
    "A view that one call made with others cannot be changed in place while recording.",
    "unbind(h)[0] <- 2 unbind(h)[0] raises",
    source=f"{_TEST} (test_inplace_on_view_multi_output_unsafe)",
    faults=["split-singly"],
    features="in_place",
)
def several(stage: Stage, expect: Expect) -> None:
    h = stage.times(stage.tape.leaf(stage.numbers(1, 2, 3, 4).reshape(2, 2)), 2.0)
    first = stage.tape.part(Aliasing).split(h)[0]
    expect.refusal(lambda: stage.tape.scale_in_place(first, 2.0), "one of several views made by one call was changed in place")


@views.law(
    "expanded-inplace",
    "A stretched view cannot be changed in place: several entries are one.",
    "expand(h) <- 2 expand(h) raises",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html",
    faults=["stretch-copies"],
    features="in_place",
)
def stretched(stage: Stage, expect: Expect) -> None:
    h = stage.times(stage.vector(1, 2), 2.0)
    wide = stage.tape.part(Aliasing).stretch(h, (3, 2))
    expect.refusal(lambda: stage.tape.scale_in_place(wide, 2.0), "a stretched view was changed in place")


@views.law(
    "view-before-requires-grad",
    "A view taken before its base was made to require grad stays a constant.",
    "v = x[0:2]; r(x) <- True; r(v) = False",
    source=_NOTES,
    faults=["view-follows-flag"],
    features="views flags",
)
def earlier(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2, 3, 4, requires_grad=False)
    view = tape.narrow(x, 0, 2)
    tape.set_requires_grad(x, True)
    expect(
        not tape.requires_grad(view), "a view taken before its base was made to require grad says that it requires grad, though it was not recorded"
    )


@views.law(
    "no-grad-view-flag",
    "A view taken where nothing is recorded requires no grad.",
    "r(x[0:2] under no_grad) = False",
    source="https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
    faults=["view-follows-flag"],
    features="views",
)
def unrecorded(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2, 3, 4)
    with tape.no_grad():
        looks = {"a part": tape.narrow(x, 0, 2), "another shape": tape.view(x, (2, 2))}
    for what, view in looks.items():
        expect(not tape.requires_grad(view), f"a view ({what}) taken where nothing is recorded says that it requires grad")


@views.law(
    "no-grad-view-inplace",
    "A view taken where nothing is recorded cannot be changed in place where something is.",
    "v under no_grad; v <- 2 v raises",
    source=f"{_TEST} (test_inplace_on_view_then_no_grad)",
    faults=["blind-view-in-place-ok"],
    features="views in_place",
)
def blind(stage: Stage, expect: Expect) -> None:
    tape, h = stage.tape, stage.times(stage.vector(1, 2, 3, 4), 2.0)
    with tape.no_grad():
        view = tape.narrow(h, 0, 2)
    expect.refusal(
        lambda: tape.scale_in_place(view, 2.0), "a view taken where nothing is recorded was changed in place where something is", "blind view"
    )


@views.law(
    "grad-owns-storage",
    "A gradient shares memory with no other gradient, no cotangent and no value.",
    "memory(a.grad) != memory(b.grad), memory(w)",
    source="https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts",
    faults=["slot-steals", "shares-slots", "aliases-cotangent"],
    features="memory slots views",
)
def owned(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for through, shape in (("a sum", (4,)), ("views of shape (4,)", (4,)), ("views of shape (2, 2)", (2, 2))):
        a, b = stage.vector(1, 2, 3, 4), stage.vector(1, 2, 3, 4)
        seed = tape.leaf(stage.numbers(1, 2, 3, 4).reshape(shape), requires_grad=False)
        side = Side(tape)
        side.handles = {"a": a, "b": b, "the cotangent": seed}
        total = stage.plus(a, b) if through == "a sum" else stage.plus(tape.view(a, shape), tape.view(b, shape))
        for times in (1, 2):
            tape.backward(total, seed, retain_graph=True)
            shared = [sentence for _, sentence in shared_slots(side)]
            expect(not shared, f"{shared and shared[0]}, through {through}")
            due = times * stage.numbers(1, 2, 3, 4)
            expect(stage.holds(a, due) and stage.holds(b, due), f"after {times} backwards through {through}: {tape.grad(a)}, {tape.grad(b)}")


LAWS = views.laws
