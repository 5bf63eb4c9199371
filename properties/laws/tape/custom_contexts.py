"""What a custom function's context promises: what is saved, freed, changed in place, without a gradient, or not computed at all.

a result that nobody used:   backward gets zeros, or None after materialize(False)
"""

from __future__ import annotations

from typing import Any

from harness.tape.custom_function import CustomFunctions
from properties.laws.tape.deeds import Expect, Family, Stage

_CONTEXT = "https://docs.pytorch.org/docs/stable/autograd.html#context-method-mixins"

family = Family("custom contexts", "https://docs.pytorch.org/docs/stable/notes/extending.html#extending-torch-autograd")


def twice(stage: Stage, backward: Any, **told: Any) -> Any:
    """Two results, 2 x and 3 x; `told` are calls of the context, on the results where they are called "second"."""

    def forward(context: Any, x: Any) -> Any:
        results = stage.times(x, 2.0), stage.times(x, 3.0)
        for method, given in told.items():
            getattr(context, method)(results[1] if given == "second" else given)
        return results

    return stage.tape.part(CustomFunctions).function(forward, backward)


@family.law(
    "custom-materializes",
    "Backward gets zeros for a result that nobody used, or None where it asked for that.",
    "unused result: dy = 0, or None",
    faults=("custom-never-materializes", "custom-always-materializes"),
    source=_CONTEXT,
)
def materialized(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for zeros in (True, False):
        seen: list[Any] = []

        def backward(context: Any, g: Any, h: Any, seen: list[Any] = seen) -> Any:
            seen.append(h)
            return stage.times(g, 2.0)

        x = stage.leaf()
        stage.backward(twice(stage, backward, materialize=zeros)(x)[0])
        got = seen[0] if seen else "nothing"
        if zeros:
            expect(
                got is not None and not tape.value(got).any() and tape.value(got).shape == stage.seed.shape,
                f"for an unused result backward got {got}",
            )
        else:
            expect(got is None, f"for an unused result, after materialize(False), backward got {got}")
        expect(stage.holds(x, 2 * stage.seed), "the gradient through the other result is wrong")


@family.law(
    "custom-nondifferentiable",
    "A result that is marked has no history; its gradient arrives as zeros.",
    "r(y_1) = False",
    faults=("custom-marks-ignored",),
    source=_CONTEXT,
)
def marked(stage: Stage, expect: Expect) -> None:
    tape, seen = stage.tape, list[Any]()

    def backward(context: Any, g: Any, h: Any) -> Any:
        seen.append(h)
        return stage.times(g, 2.0)

    x = stage.leaf()
    first, second = twice(stage, backward, nondifferentiable="second")(x)
    expect(not tape.requires_grad(second), "a result without a gradient requires grad")
    expect(tape.requires_grad(first), "the result beside it does not require grad")
    stage.backward(first)
    expect(bool(seen) and not tape.value(seen[0]).any(), "the gradient of a result without one is not zero")
    expect(stage.holds(x, 2 * stage.seed), "the gradient through the other result is wrong")


@family.law(
    "custom-dirty",
    "An input that is marked dirty gets the new history, and its change is counted.",
    "x <- 2 x in place, dx = 2 g",
    faults=("custom-dirty-ignored",),
    features="in_place version",
    source=_CONTEXT,
)
def dirtied(stage: Stage, expect: Expect) -> None:
    tape = stage.tape

    def forward(context: Any, x: Any) -> Any:
        tape.scale_in_place(x, 2.0)
        context.dirty(x)
        return x

    double = tape.part(CustomFunctions).function(forward, lambda context, g: stage.times(g, 2.0))
    x = tape.leaf(stage.seed)
    h = stage.times(x, 3.0)
    version = tape.version(h)
    y = double(h)
    expect(tape.version(h) > version, "the change in place is not counted")
    stage.backward(h)
    expect(stage.holds(x, 6 * stage.seed), "the changed input has not the history of the function")
    expect(bool((tape.value(y) == 6 * stage.seed).all()), "the value is wrong")
    expect.refusal(lambda: double(tape.leaf(stage.seed)), "a leaf that requires grad was changed in place by a function")


@family.law(
    "custom-forward-unrecorded",
    "Forward is not recorded, and backward is called once per walk, not at all for constants.",
    "one node per result",
    faults=("custom-records-forward",),
    features="modes",
)
def unrecorded(stage: Stage, expect: Expect) -> None:
    tape, modes, calls = stage.tape, list[bool](), list[int]()

    def forward(context: Any, x: Any) -> Any:
        modes.append(tape.is_recording())
        return stage.times(x, 2.0)

    def backward(context: Any, g: Any) -> Any:
        calls.append(1)
        return stage.times(g, 2.0)

    function = tape.part(CustomFunctions).function(forward, backward)
    x = stage.leaf()
    y = function(x)
    expect(modes == [False], "forward is recorded")
    stage.backward(tape.apply("add", stage.times(y, 2.0), y))
    expect(len(calls) == 1 and stage.holds(x, 6 * stage.seed), f"backward was called {len(calls)} times in one walk")
    expect(not tape.requires_grad(function(stage.leaf(requires_grad=False))), "a function of constants requires grad")


LAWS = family.laws
