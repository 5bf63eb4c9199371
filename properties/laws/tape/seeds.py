"""What backward starts with: a cotangent of its output's shape and dtype, or 1 for a single element, from a value with a graph.

backward(y) = backward(y, 1);     backward(x, w) for a leaf x:  x.grad = w
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.tape.walking import Walking
from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
seeds = Family("seeds", "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html")


@seeds.law("scalar-seed-one", "A missing cotangent stands for 1, whatever the rank.", "backward(y) = backward(y, 1)", faults=["implicit-seed-halved"])
def one(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape = stage.tape
    for shape in ((), (1,), (1, 1)):
        x = tape.leaf(stage.numbers(3.0).reshape(shape))
        tape.backward(stage.times(x, 2.0))
        expect(stage.holds(x, stage.numbers(2.0).reshape(shape)), f"a missing cotangent of shape {shape} is not taken as 1")
        tape.backward(stage.times(x, 2.0), stage.numbers(1.0).reshape(shape))
        expect(stage.holds(x, stage.numbers(4.0).reshape(shape)), f"a cotangent 1 of shape {shape} does not do the same")


@seeds.law(
    "implicit-seed-scalar-only",
    "Only an output of one element has a cotangent by default.",
    "backward(y) raises for y of 0 or 2 elements",
    faults=["implicit-ones"],
)
def only_one(stage: Stage, expect: Expect) -> None:
    for numbers in ((), (1.0, 2.0)):
        y = stage.times(stage.vector(*numbers), 2.0)
        expect.refusal(partial(stage.tape.backward, y), f"an output of {len(numbers)} elements needed no cotangent", "implicit cotangent")


@seeds.law(
    "seed-shape-checked",
    "A cotangent has the shape of its output; nothing is broadcast.",
    "backward(y, w) raises unless w and y have one shape",
    source=f"{_TEST} (test_grad)",
    faults=["seed-shape-unchecked"],
)
def shape_checked(stage: Stage, expect: Expect) -> None:
    for shape in ((), (1,), (3,), (1, 2), (2, 1)):
        y, w = stage.times(stage.vector(1.0, 2.0), 2.0), np.ones(shape, stage.values.dtype)
        expect.refusal(
            partial(stage.tape.backward, y, w), f"a cotangent of shape {shape} was accepted for an output of shape (2,)", "cotangent shape"
        )


@seeds.law(
    "seed-count-checked",
    "There are as many cotangents as outputs.",
    "backward((y,), (v, w)) raises",
    source="https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html",
    faults=["surplus-seeds-dropped"],
)
def counted(stage: Stage, expect: Expect) -> None:
    walking = stage.tape.part(Walking)
    for outputs, given in ((2, 1), (1, 2)):
        roots = [stage.times(stage.vector(1.0, 2.0), 2.0) for _ in range(outputs)]
        expect.refusal(partial(walking.backward, roots, [stage.numbers(1.0, 1.0)] * given), f"{given} cotangents were accepted for {outputs} outputs")


@seeds.law(
    "seed-dtype",
    "A cotangent has the dtype of its output.",
    "backward(y, w) raises unless w and y have one dtype",
    faults=["seed-cast"],
)
def same_dtype(stage: Stage, expect: Expect) -> None:
    tape, other = stage.tape, "float32" if stage.values.dtype == "float64" else "float64"
    w = tape.leaf(stage.numbers(1.0, 2.0).astype(other), requires_grad=False)
    expect.refusal(
        lambda: tape.backward(stage.times(stage.vector(1.0, 2.0), 2.0), w), f"a cotangent of {other} was accepted for {stage.values.dtype}"
    )


@seeds.law(
    "root-must-have-graph",
    "Backward starts from values that require grad.",
    "backward(c) raises for a constant c",
    source=f"{_TEST} (test_backward_no_grad)",
    faults=["untracked-root-ok"],
)
def has_graph(stage: Stage, expect: Expect) -> None:
    tape, x, c = stage.tape, stage.leaf(), stage.leaf(requires_grad=False)
    with tape.no_grad():
        unrecorded = stage.times(x, 2.0)
    for what, root in (("a constant", c), ("a product of constants", stage.times(c, c)), ("a product that was not recorded", unrecorded)):
        expect.refusal(partial(stage.backward, root), f"backward from {what} was not refused", "no graph")


@seeds.law(
    "leaf-as-root",
    "Backward from a leaf puts the cotangent into its slot.",
    "backward(x, w):  x.grad = w",
    source=f"{_TEST} (test_return_leaf)",
    faults=["leaf-root-ignored"],
)
def leaf_root(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    for times in (1, 2):
        stage.backward(x)
        expect(stage.holds(x, times * stage.seed), f"after {times} backwards from a leaf its slot does not hold {times} times the cotangent")


LAWS = seeds.laws
