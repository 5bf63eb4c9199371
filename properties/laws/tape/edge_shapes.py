"""Shapes at the edge: nothing, one number, one number in several ways, and memory in an unusual order.

x of shape (0,), (), (1,), (1, 1):  x.grad has that very shape
"""

from __future__ import annotations

import numpy as np

from harness.tape.writing import Aliasing, Layouts
from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
edge_shapes = Family("edge shapes", "https://docs.pytorch.org/docs/stable/notes/broadcasting.html")


def _ones(stage: Stage, shape: tuple[int, ...]) -> np.ndarray:
    return np.ones(shape, stage.values.dtype)


@edge_shapes.law(
    "zero-size",
    "A leaf without elements gets a gradient without elements; a sum over nothing gives others a gradient of 0.",
    "x of shape (0, 2): x.grad of shape (0, 2)",
    source=f"{_TEST} (test_sum_to_with_empty_dim_grad, test_accumulate_grad_with_zero_numel_grad)",
    faults=["empty-slots-none"],
)
def empty(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for shape in ((0,), (2, 0), (0, 2)):
        x, scalar = tape.leaf(_ones(stage, shape)), tape.leaf(_ones(stage, ()))
        for _ in range(2):
            tape.backward(tape.apply("sum", stage.times(x, scalar)), _ones(stage, ()))
        expect(stage.holds(x, _ones(stage, shape)), f"a leaf of shape {shape} gets {tape.grad(x)!r}")
        expect(stage.holds(scalar, np.array(0, stage.values.dtype)), f"a number that stretched over shape {shape} gets {tape.grad(scalar)!r}")


@edge_shapes.law(
    "zero-dim", "A single number keeps its rank 0, also beside vectors.", "x of shape (): x.grad of shape ()", faults=["scalars-become-vectors"]
)
def single(stage: Stage, expect: Expect) -> None:
    x, y = stage.tape.leaf(_ones(stage, ())), stage.vector(1, 2, 3)
    stage.tape.backward(stage.times(x, y), stage.numbers(1, 1, 1))
    expect(stage.holds(x, np.array(6, stage.values.dtype)), f"a number times (1, 2, 3) gets {stage.tape.grad(x)!r}")
    expect(stage.holds(y, stage.numbers(1, 1, 1)), "the vector beside it gets another gradient")


@edge_shapes.law(
    "one-element",
    "(), (1,) and (1, 1) are three shapes.",
    "x.grad.shape = x.shape",
    faults=["scalars-become-vectors"],
)
def kept_apart(stage: Stage, expect: Expect) -> None:
    for shape in ((), (1,), (1, 1)):
        for beside in ((), (1,), (1, 1)):
            x = stage.tape.leaf(_ones(stage, shape))
            y = stage.times(x, stage.tape.leaf(2 * np.ones(beside, stage.values.dtype), requires_grad=False))
            stage.tape.backward(y, np.ones(np.broadcast_shapes(shape, beside), stage.values.dtype))
            expect(stage.holds(x, np.full(shape, 2, stage.values.dtype)), f"a leaf of shape {shape} beside {beside} gets {stage.tape.grad(x)!r}")


@edge_shapes.law(
    "non-contiguous-leaf",
    "A leaf in column order has the gradient of the same numbers in row order.",
    "grad does not depend on strides",
    source=f"{_TEST} (test_strided_leaf_grad_layout)",
    faults=["transposed-misread"],
)
def strided(stage: Stage, expect: Expect) -> None:
    tape, numbers = stage.tape, np.arange(1, 7).astype(stage.values.dtype).reshape(2, 3)
    x, plain = tape.part(Layouts).transposed(numbers), tape.leaf(numbers)
    for leaf in (x, plain):
        tape.backward(stage.times(leaf, leaf), numbers)
    expect(stage.equals(x, numbers), "a leaf in column order holds other numbers")
    expect(stage.holds(x, 2 * numbers * numbers) and stage.holds(plain, 2 * numbers * numbers), "a leaf in column order gets another gradient")


@edge_shapes.law(
    "expanded-leaf",
    "A leaf of which several entries are one place in memory gets a gradient of its own shape, nothing summed.",
    "x stretched to (3, 2): x.grad of shape (3, 2)",
    source="https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts (rule 2)",
    faults=["stretch-ignored"],
    features="flags",
)
def stretched(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    wide = tape.part(Aliasing).stretch(stage.vector(1, 2, requires_grad=False), (3, 2))
    tape.set_requires_grad(wide, True)
    y = stage.times(wide, 2.0)
    tape.backward(y, np.arange(6).astype(stage.values.dtype).reshape(tape.value(y).shape))
    expect(stage.holds(wide, 2 * np.arange(6).astype(stage.values.dtype).reshape(3, 2)), f"a stretched leaf of shape (3, 2) gets {tape.grad(wide)!r}")


LAWS = edge_shapes.laws
