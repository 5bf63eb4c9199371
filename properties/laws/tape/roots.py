"""Several outputs, several uses, several inputs: everything adds up, nothing is counted twice, and order does not matter.

backward((y, z), (u, v)) = backward(y, u); backward(z, v)          grad((y, z), (a, b)) = (da, db)
"""

from __future__ import annotations

import numpy as np

from harness.tape.walking import Walking
from properties.laws.tape.deeds import Expect, Family, Stage

_BACKWARD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html"
_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
roots = Family("roots", "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html")


@roots.law(
    "fan-out-sum",
    "Every use of a value counts once.",
    "dy/dh = sum of its uses",
    source=f"{_TEST} (test_dependent_backward)",
    faults=["fan-out-last"],
)
def fan_out(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    h = stage.times(x, 2.0)
    stage.backward(stage.plus(stage.plus(h, stage.times(h, -4.0)), stage.plus(h, stage.times(x, 0.5))))
    expect(stage.holds(x, -3.5 * stage.seed), "the uses of a value do not add up")


@roots.law(
    "chain-rule",
    "Cutting the graph at a value and chaining the two gradients changes nothing.",
    "dy/dx^T w = dh/dx^T (dy/dh^T w)",
    source=f"{_TEST} (test_grad_nonleaf)",
    faults=["gradient-drops-seed"],
    features="functional",
)
def chain(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.known()
    h = stage.times(x, 2.0)
    y = stage.times(stage.times(h, h), 0.5)
    (whole,) = tape.gradient(y, [x], stage.seed, retain_graph=True)
    (above,) = tape.gradient(y, [h], stage.seed)
    (below,) = tape.gradient(h, [x], above)
    expect(stage.equals(whole, 4 * stage.small * stage.seed), "the gradient of (2 x)^2 / 2 is not 4 x")
    expect(stage.equals(below, tape.value(whole)), "the gradient through a cut is another one")


@roots.law("sum-of-outputs", "Several outputs are walked as their sum.", "backward((y, z), (u, v))", source=_BACKWARD, faults=["first-root-only"])
def summed(stage: Stage, expect: Expect) -> None:
    walking, x = stage.tape.part(Walking), stage.known()
    h = stage.times(x, 2.0)
    outputs = [stage.times(h, 2.0), stage.times(h, h), x]
    walking.backward(outputs, [stage.seed, 2 * stage.seed, 4 * stage.seed])
    expect(stage.holds(x, (8 + 16 * stage.small) * stage.seed), "the gradients of three outputs do not add up")


@roots.law(
    "duplicate-roots",
    "An output named twice counts twice.",
    "backward((y, y))",
    source=f"{_TEST} (test_duplicate_backward_root)",
    faults=["roots-once"],
)
def duplicates(stage: Stage, expect: Expect) -> None:
    walking, x = stage.tape.part(Walking), stage.known()
    y = stage.times(x, x)
    walking.backward([y, y], [stage.seed, stage.seed])
    expect(stage.holds(x, 4 * stage.small * stage.seed), "an output named twice does not count twice")


@roots.law("duplicate-inputs", "An input named twice gets its gradient at both places.", "grad(y, (x, x)) = (g, g)", faults=["inputs-once"])
def named_twice(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    found = stage.tape.part(Walking).gradient([stage.times(x, 2.0)], [x, x], [stage.seed])
    expect(len(found) == 2 and all(stage.equals(g, 2 * stage.seed) for g in found), "an input named twice does not get the whole gradient twice")


@roots.law(
    "input-order",
    "Gradients come in the order of the inputs; the order of the outputs does not matter.",
    "grad(y, (a, b))",
    faults=["results-reversed"],
)
def in_order(stage: Stage, expect: Expect) -> None:
    walking, a, b = stage.tape.part(Walking), stage.leaf(), stage.leaf()
    y, z = stage.times(a, 2.0), stage.plus(stage.times(b, 4.0), a)
    for outputs, cotangents in (((y, z), (stage.seed, 2 * stage.seed)), ((z, y), (2 * stage.seed, stage.seed))):
        for inputs, due in (((a, b), (4, 8)), ((b, a), (8, 4))):
            found = walking.gradient(outputs, inputs, cotangents, retain_graph=True)
            expect(all(stage.equals(g, k * stage.seed) for g, k in zip(found, due, strict=True)), "permuted outputs or inputs give other gradients")


@roots.law(
    "mixed-roots",
    "Among several outputs, one that does not require grad needs no cotangent, and is passed over.",
    "backward((y, c), (w, None))",
    source=_BACKWARD + ' ("None values can be specified for ... ones that don\'t require grad")',
    faults=["constant-roots-refused"],
)
def mixed(stage: Stage, expect: Expect) -> None:
    x, c = stage.leaf(), stage.leaf(requires_grad=False)
    try:
        stage.tape.part(Walking).backward([stage.times(x, 2.0), c], [stage.seed, None])
    except RuntimeError as error:
        expect(False, f"a constant among the outputs was refused: {error}")
    else:
        expect(stage.holds(x, 2 * stage.seed), "beside a constant output the gradient is another one")


@roots.law("batched-seeds", "A batch of cotangents is walked row by row.", "grad(y, x, W)_i = grad(y, x, W_i)", faults=["batched-first-row"])
def batched(stage: Stage, expect: Expect) -> None:
    walking, x, other = stage.tape.part(Walking), stage.known(), stage.leaf()
    y = stage.times(stage.times(x, x), 2.0)
    rows = np.stack([stage.seed, -2 * stage.seed, 0 * stage.seed])
    found, unused = walking.gradient([y], [x, other], [rows], retain_graph=True, batched=True, allow_unused=True)
    expect(stage.equals(found, 4 * stage.small * rows), "the gradients of a batch are not those of its rows")
    expect(unused is None, "an unused input has a batch of gradients")


@roots.law(
    "dynamic-graph", "The gradient is that of the loop as it was run.", "d x^(2^n) = 2^n x^(2^n - 1)", source=_NOTES, faults=["loop-recorded-once"]
)
def dynamic(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for times, due in ((1, 4.0), (2, 32.0), (3, 1024.0)):
        x = stage.vector(2.0)
        y = x
        for _ in range(times):
            y = tape.apply("square", y)
        tape.backward(y, stage.numbers(1))
        expect(stage.holds(x, stage.numbers(due)), f"the gradient of {times} squares in a row, at 2, is not {due}")
    for branch, due in ((True, 3.0), (False, 5.0)):
        x = stage.vector(2.0)
        tape.backward(stage.times(x, 3.0) if branch else stage.times(x, 5.0), stage.numbers(1))
        expect(stage.holds(x, stage.numbers(due)), "the gradient is not that of the branch that was taken")


@roots.law(
    "basic-example",
    "x = ones(2, 2); y = x + 2; z = 3 y^2; the mean is 27 and its gradient 4.5.",
    "d mean(3 (x + 2)^2) / dx = 1.5 (x + 2)",
    source="https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html",
    faults=["implicit-seed-halved"],
)
def basic(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, x = stage.tape, stage.tape.leaf(np.ones((2, 2), stage.values.dtype))
    y = stage.plus(x, 2.0)
    out = stage.times(tape.apply("sum", stage.times(stage.times(y, y), 3.0)), 0.25)
    tape.backward(out)
    expect(stage.equals(out, 27.0), f"the mean is {tape.value(out)}, not 27")
    expect(stage.holds(x, np.full((2, 2), 4.5, stage.values.dtype)), f"the gradient is {tape.grad(x)}, not 4.5 everywhere")


LAWS = roots.laws
