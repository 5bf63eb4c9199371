"""Parts of a graph: inputs that are not used, leaves that are not meant, and values in the middle.

grad(y, x) for an unused x: refused, None or zeros;     backward(y, inputs=(a,)) touches a only
"""

from __future__ import annotations

from functools import partial

from harness.tape.walking import Walking
from properties.laws.tape.deeds import Expect, Family, Stage

_BACKWARD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
parts = Family("partial graphs", "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html")


@parts.law(
    "unused-raises", "An unused input is refused unless it is allowed.", "grad(y, x) raises", faults=["unused-accepted"], features="functional"
)
def refused(stage: Stage, expect: Expect) -> None:
    tape, x, other = stage.tape, stage.leaf(), stage.leaf()
    y = stage.times(x, 2.0)
    expect.refusal(lambda: tape.gradient(y, [x, other], stage.seed), "an unused input was accepted", "unused input")


@parts.law(
    "allow-unused-none",
    "Where it is allowed, an unused input gets None.",
    "grad = None",
    faults=["unused-zero", "unused-refused"],
    features="functional",
)
def none(stage: Stage, expect: Expect) -> None:
    x, other = stage.leaf(), stage.leaf()
    found, unused = stage.tape.gradient(stage.times(x, 2.0), [x, other], stage.seed, allow_unused=True)
    expect(stage.equals(found, 2 * stage.seed), "beside an unused input the gradient of the other is wrong")
    expect(unused is None, "an unused input has a gradient")


@parts.law("materialize-zeros", "On request an unused input gets zeros of its own shape and dtype.", "grad = 0", faults=["materialize-ignored"])
def zeros(stage: Stage, expect: Expect) -> None:
    walking, x, other = stage.tape.part(Walking), stage.leaf(), stage.vector(1.0, 2.0, 3.0)
    found, unused = walking.gradient([stage.times(x, 2.0)], [x, other], [stage.seed], materialize=True)
    expect(stage.equals(found, 2 * stage.seed), "beside an unused input the gradient of the other is wrong")
    expect(
        stage.equals(unused, stage.numbers(0, 0, 0)) and stage.tape.value(unused).dtype == stage.values.dtype,
        "an unused input does not get zeros like itself",
    )
    deed = lambda: walking.gradient([stage.times(x, 2.0)], [x], [stage.seed], materialize=True, allow_unused=False)  # noqa: E731 (named for the line)
    expect.refusal(deed, "zeros for unused inputs were promised though unused inputs are not allowed", "materialize")


@parts.law(
    "input-must-require-grad",
    "A gradient can be asked for values that require grad only.",
    "grad(y, c) raises for a constant c",
    source=f"{_TEST} (test_grad_badcalls)",
    faults=["untracked-input-none"],
    features="functional",
)
def tracked(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.leaf(), stage.leaf(requires_grad=False)
    for allow in (False, True):
        y = stage.times(x, c)
        expect.refusal(partial(tape.gradient, y, [c], stage.seed, allow_unused=allow), "a gradient for a constant was not refused", "untracked input")


@parts.law(
    "empty-inputs",
    "The list of inputs cannot be empty.",
    "backward(y, inputs=()) raises",
    source=f"{_TEST} (test_backward_with_inputs, test_grad_empty_inputs)",
    faults=["empty-inputs-ok"],
    features="inputs functional",
)
def empty(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    expect.refusal(lambda: stage.backward(stage.times(x, 2.0), inputs=[]), "backward towards no inputs was not refused", "empty inputs")
    expect.refusal(lambda: tape.gradient(stage.times(x, 2.0), [], stage.seed), "gradients for no inputs were not refused", "empty inputs")
    expect(stage.holds(x, None), "a refused backward filled a slot")


@parts.law(
    "backward-inputs-only",
    "With chosen inputs no other leaf is touched.",
    "backward(y, inputs=(a,)):  b.grad unchanged",
    source=_BACKWARD,
    faults=["inputs-ignored"],
    features="inputs",
)
def only(stage: Stage, expect: Expect) -> None:
    a, b = stage.known(), stage.known()
    y = stage.times(a, b)
    stage.backward(y, inputs=[a], retain_graph=True)
    expect(stage.holds(a, stage.small * stage.seed), "the chosen leaf gets another gradient than from a full backward")
    expect(stage.holds(b, None), "a leaf that was not chosen has a gradient")
    stage.backward(y)
    expect(
        stage.holds(a, 2 * stage.small * stage.seed) and stage.holds(b, stage.small * stage.seed),
        "a full backward afterwards is not like any other",
    )


@parts.law(
    "backward-inputs-nonleaf",
    "A computed value can be chosen: its slot is filled, nothing below it.",
    "backward(y, inputs=(h,)):  h.grad = dy/dh^T w",
    source=f"{_TEST} (test_backward_with_nonleaf_inputs)",
    faults=["inputs-leaves-only"],
    features="inputs",
)
def computed(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    stage.backward(stage.times(h, 4.0), inputs=[h])
    expect(stage.holds(h, 4 * stage.seed), "a computed value that was chosen does not get its gradient")
    expect(stage.holds(x, None), "a leaf below it does")


@parts.law(
    "backward-inputs-no-side-effect",
    "To be chosen once has no lasting effect on a computed value.",
    "h.retains_grad unchanged",
    source=_BACKWARD,
    faults=["inputs-retain"],
    features="inputs retain_grad",
)
def passing(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.times(h, 4.0)
    stage.backward(y, inputs=[h], retain_graph=True)
    expect(not tape.retains_grad(h), "a computed value that was once chosen among the inputs retains its gradient for good")


@parts.law(
    "partial-composition",
    "The gradient is the one at any cut, walked on.",
    "dy/dx^T w = dh/dx^T (dy/dh^T w)",
    faults=["gradient-drops-seed"],
    features="functional",
)
def composed(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    values = [x]
    for factor in (2.0, -1.0, 0.5):
        values.append(stage.plus(stage.times(values[-1], factor), values[-1]))
    for h in values[1:-1]:
        (above,) = tape.gradient(values[-1], [h], stage.seed, retain_graph=True)
        (below,) = tape.gradient(h, [x], above, retain_graph=True)
        expect(stage.equals(below, 0 * stage.seed), "through a cut the gradient of (1 + 2)(1 - 1)(1 + 1/2) x is not 0")
    (first,) = tape.gradient(values[1], [x], stage.seed)
    expect(stage.equals(first, 3 * stage.seed), "the gradient of 2 x + x is not 3")


@parts.law(
    "grad-leaves-retained-slots",
    "Gradients as results are not accumulated anywhere, in retained slots neither.",
    "grad(y, x):  h.grad unchanged",
    faults=["results-fill-retained"],
    features="functional retain_grad",
)
def retained(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    tape.retain_grad(h)
    tape.gradient(stage.times(h, 4.0), [x], stage.seed)
    expect(stage.holds(h, None), "a gradient as a result was also put into the slot of a computed value that retains its own")


LAWS = parts.laws
