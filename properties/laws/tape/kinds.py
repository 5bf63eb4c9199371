"""Dtypes and layouts: only floating point values are differentiable, a gradient looks like its leaf, casts are recorded.

x.grad.dtype = x.dtype;     x.grad.shape = x.shape;     x.grad.strides = x.strides where x is dense
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.writing import Dtypes, Layouts
from properties.laws.tape.deeds import Expect, Family, Stage

_LAYOUTS = "https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts"
_LEAF = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.is_leaf.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
_PROMOTION = "https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc"
kinds = Family("kinds", _LEAF)


def _other(stage: Stage) -> str:
    return "float32" if stage.values.dtype == "float64" else "float64"


def _ones(stage: Stage, shape: tuple[int, ...]) -> Any:
    """A leaf of this shape."""
    return stage.tape.leaf(np.ones(shape, stage.values.dtype))


@kinds.law(
    "requires-grad-floating-only",
    "Only floating point values can be made to require grad.",
    "r(integers) <- True raises",
    source=f"{_TEST} (test_set_requires_grad_only_for_floats)",
    faults=["integer-flag-ignored"],
    features="flags",
)
def floating(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    whole = tape.part(Dtypes).cast(stage.vector(1, 2, requires_grad=False), "int64")
    expect.refusal(lambda: tape.set_requires_grad(whole, True), "integers could be made to require grad", "floating")
    expect(not tape.requires_grad(whole), "integers require grad")


@kinds.law(
    "integer-outputs-nondiff",
    "Results of an integer dtype never require grad.",
    "r(int(x)) = False",
    source=f"{_TEST} (test_integer_outputs, test_non_differentiable_ops)",
    faults=["integers-tracked"],
    features="flags",
)
def integers(stage: Stage, expect: Expect) -> None:
    whole = stage.tape.part(Dtypes).cast(stage.times(stage.vector(1, 2), 2.0), "int64")
    expect(not stage.tape.requires_grad(whole) and not stage.tape.has_history(whole), "a result of an integer dtype requires grad, or has a history")


@kinds.law(
    "cast-makes-nonleaf",
    "A cast of a leaf is recorded, and its gradient comes back in the leaf's dtype; one that changes nothing is the handle itself.",
    "d cast(x) / dx = 1",
    faults=["cast-detaches", "cast-copies"],
    features="flags",
)
def cast(stage: Stage, expect: Expect) -> None:
    tape, dtypes, x = stage.tape, stage.tape.part(Dtypes), stage.vector(1, -2)
    there = dtypes.cast(x, _other(stage))
    expect(dtypes.dtype(there) == _other(stage) and stage.equals(there, [1, -2]), "a cast changes the value, or not the dtype")
    expect(tape.requires_grad(there) and not tape.is_leaf(there), "a cast of a leaf is not recorded")
    expect(dtypes.cast(x, dtypes.dtype(x)) is x, "a cast that changes nothing makes another value")
    tape.backward(stage.times(there, 2.0), np.array([1, 4], _other(stage)))
    expect(stage.holds(x, stage.numbers(2, 8)), "the gradient does not come back through a cast")
    slot = tape.grad(x)
    expect(slot is not None and slot.dtype == stage.values.dtype, "the gradient is not in the dtype of its leaf")


@kinds.law(
    "grad-dtype",
    "A gradient has the dtype of its leaf, in a graph of several dtypes too.",
    "x.grad.dtype = x.dtype",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad_dtype.html",
    faults=["slot-keeps-dtype"],
)
def same_dtype(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    x, wide = stage.vector(1, 2), tape.leaf(np.array([3.0, 5.0], _other(stage)))
    y = stage.times(x, wide)
    tape.backward(y, np.ones(2, tape.value(y).dtype))
    for leaf, due, dtype in ((x, [3, 5], stage.values.dtype), (wide, [1, 2], np.dtype(_other(stage)))):
        slot = tape.grad(leaf)
        expect(slot is not None and slot.dtype == dtype and np.array_equal(slot, due), f"the gradient of a {dtype} leaf is {slot!r}")


@kinds.law(
    "int-mixed-promotion",
    "Integer operands are promoted, and need no gradient.",
    "d (2 x) / dx = 2 for an integer 2",
    source=_PROMOTION,
    faults=["needs-all-operands"],
)
def promoted(stage: Stage, expect: Expect) -> None:
    tape, dtypes, x = stage.tape, stage.tape.part(Dtypes), stage.vector(1, 2)
    whole = dtypes.cast(stage.vector(2, 3, requires_grad=False), "int64")
    y = stage.times(whole, x)
    expect(tape.value(y).dtype.kind in "fc" and tape.requires_grad(y), "a product with integers does not require grad")
    tape.backward(y, np.ones(2, tape.value(y).dtype))
    expect(stage.holds(x, stage.numbers(2, 3)) and tape.grad(whole) is None, "the gradient of a product with integers is wrong")


@kinds.law(
    "grad-shape",
    "A gradient has the shape of its leaf, stretched or not.",
    "x.grad.shape = x.shape",
    source="https://docs.pytorch.org/docs/stable/notes/broadcasting.html",
    faults=["broadcast-unsummed"],
)
def shape(stage: Stage, expect: Expect) -> None:
    tape, wide = stage.tape, _ones(stage, (2, 3))
    for narrow in ((), (1,), (3,), (1, 3), (2, 1), (2, 3)):
        x = _ones(stage, narrow)
        tape.backward(stage.times(stage.plus(wide, x), 2.0), np.ones((2, 3), stage.values.dtype))
        due = np.full(narrow, 2 * 6 // max(1, int(np.prod(narrow))), stage.values.dtype)
        expect(stage.holds(x, due), f"the gradient of a leaf of shape {narrow}, stretched to (2, 3), is {tape.grad(x)}, not {due.tolist()}")


@kinds.law(
    "grad-layout",
    "A first gradient has the strides of its leaf where that is dense.",
    "x.grad.strides = x.strides",
    source=f"{_LAYOUTS} (rule 1)",
    faults=["strides-forgotten"],
    features="slots",
)
def layout(stage: Stage, expect: Expect) -> None:
    tape, layouts = stage.tape, stage.tape.part(Layouts)
    x = layouts.transposed(np.arange(6, dtype=stage.values.dtype).reshape(2, 3))
    for factor in (None, 2.0):
        tape.clear_grad(x)
        y = tape.apply("sum", x if factor is None else stage.times(x, factor))
        tape.backward(y, stage.numbers(1).reshape(()))
        slot = tape.slot(x)
        expect(
            slot is not None and layouts.strides(slot) == layouts.strides(x) == (1, 2),
            "the gradient of a leaf in column order is not in column order",
        )


LAWS = kinds.laws
