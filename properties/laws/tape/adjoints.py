"""What a tape's backward does to shapes: the adjoint of a linear op, entry by entry, with numbers that can be followed by hand.

expand -> sum      permute -> permute back      reshape -> reshape back      part -> pad with 0      take -> scatter and add
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from properties.laws.tape.deeds import Expect, Family, Stage

_GRIEWANK = "Griewank and Walther, Evaluating Derivatives (2008), chapter 3"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
adjoints = Family("adjoints", _GRIEWANK)


def _counted(stage: Stage, shape: tuple[int, ...]) -> np.ndarray:
    """1, 2, 3, ... in this shape: no two entries are alike."""
    return np.arange(1, int(np.prod(shape)) + 1).astype(stage.values.dtype).reshape(shape)


@adjoints.law(
    "broadcast-adjoint-sum",
    "The gradient of a stretched operand is the sum over the stretched axes, of rank 0 and of size 0 too.",
    "expand^T = sum",
    source="https://docs.pytorch.org/docs/stable/notes/broadcasting.html",
    faults=["broadcast-mean"],
)
def broadcast(stage: Stage, expect: Expect) -> None:
    for narrow, wide in (
        ((), (2, 3)),
        ((1,), (2, 3)),
        ((3,), (2, 3)),
        ((2, 1), (2, 3)),
        ((1, 3), (2, 3)),
        ((1, 1), (2, 3)),
        ((), (0,)),
        ((1,), (0,)),
        ((2, 1), (2, 0)),
    ):
        x, other = stage.tape.leaf(_counted(stage, narrow)), stage.tape.leaf(np.zeros(wide, stage.values.dtype), requires_grad=False)
        seed = _counted(stage, wide)
        stage.tape.backward(stage.plus(other, x), seed)
        axes = tuple(range(len(wide) - len(narrow)))
        lead = seed.sum(axis=axes)
        stretched = tuple(i for i, side in enumerate(narrow) if side == 1 and lead.shape[i] != 1)
        due = lead.sum(axis=stretched, keepdims=True).reshape(narrow).astype(stage.values.dtype)
        expect(stage.holds(x, due), f"a leaf of shape {narrow}, stretched to {wide}, gets {stage.tape.grad(x)}, not {due.tolist()}")


@adjoints.law("permute-adjoint-inverse", "The adjoint of a permutation is its inverse.", "permute^T = permute^-1", faults=["permute-not-inverted"])
def permute(stage: Stage, expect: Expect) -> None:
    stage.needs_ops("permute_dims", "flip")
    for op, shape, params, back in (
        ("permute_dims", (2, 3, 4), {"axes": (2, 0, 1)}, (1, 2, 0)),
        ("permute_dims", (2, 3), {"axes": (1, 0)}, (1, 0)),
        ("flip", (2, 3), {"axis": (1,)}, None),
    ):
        x = stage.tape.leaf(_counted(stage, shape))
        y = stage.tape.apply(op, x, **params)
        seed = _counted(stage, stage.tape.value(y).shape)
        stage.tape.backward(y, seed)
        expect(
            stage.holds(x, seed[:, ::-1] if back is None else seed.transpose(back)),
            f"{op} with {params}: the gradient is not the cotangent, permuted back",
        )


@adjoints.law("reshape-adjoint", "The adjoint of another shape is the first shape again.", "reshape^T = reshape", faults=["reshape-reversed"])
def reshape(stage: Stage, expect: Expect) -> None:
    stage.needs_ops("reshape")
    for shape, other in (((2, 3), (3, 2)), ((6,), (1, 6)), ((1,), ()), ((), (1, 1)), ((0, 2), (0,))):
        x, seed = stage.tape.leaf(_counted(stage, shape)), _counted(stage, other)
        stage.tape.backward(stage.tape.apply("reshape", x, shape=other), seed)
        expect(stage.holds(x, seed.reshape(shape)), f"{shape} as {other}: the gradient is {stage.tape.grad(x)}, not the cotangent in the first shape")


@adjoints.law(
    "gather-adjoint-scatter-add",
    "Entries that were taken several times add up; those that were not get 0.",
    "take^T = scatter-add",
    source=f"{_TEST} (test_indexing_duplicates)",
    faults=["taken-once"],
)
def gather(stage: Stage, expect: Expect) -> None:
    stage.needs_ops("take")
    x, places = stage.vector(1, 2, 3, 4), np.array([2, 0, 2, 2])
    index = stage.tape.leaf(places, requires_grad=False)
    y = stage.tape.apply("take", x, index, axis=0)
    expect(stage.equals(y, stage.numbers(3, 1, 3, 3)), "the entries taken are others")
    stage.tape.backward(y, stage.numbers(1, 10, 100, 1000))
    expect(stage.holds(x, stage.numbers(10, 0, 1101, 0)), f"entries taken at 2, 0, 2, 2 with cotangents 1, 10, 100, 1000 get {stage.tape.grad(x)}")


@adjoints.law(
    "slice-pad-duality",
    "The adjoint of a part is padding with 0, that of a sum stretching, that of a mean stretching and dividing.",
    "part^T = pad, sum^T = expand",
    faults=["part-at-zero", "sum-adjoint-mean"],
    features="views",
)
def parts(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    for start, stop in ((0, 2), (1, 3), (2, 4), (1, 1), (0, 4)):
        x, seed = stage.vector(1, 2, 3, 4), _counted(stage, (stop - start,))
        tape.backward(tape.narrow(x, start, stop), seed)
        due = stage.numbers(0, 0, 0, 0)
        due[start:stop] = seed
        expect(stage.holds(x, due), f"the gradient of entries {start} to {stop} is {tape.grad(x)}, not {due}")
    for axis in (0, 1, None):
        x = tape.leaf(_counted(stage, (2, 3)))
        y = tape.apply("sum", x, **({} if axis is None else {"axis": axis}))
        seed = _counted(stage, tape.value(y).shape)
        tape.backward(y, seed)
        due = np.broadcast_to(seed if axis is None else np.expand_dims(seed, axis), (2, 3)).astype(stage.values.dtype)
        expect(stage.holds(x, due), f"the gradient of a sum over axis {axis} is {tape.grad(x)}, not {due.tolist()}")


@adjoints.law(
    "linear-op-constant-jacobian",
    "The gradient of a linear function does not depend on the point, and <A x, w> = <x, A^T w>.",
    "<A x, w> = <x, A^T w>",
    faults=["gradient-scaled-by-point"],
)
def linear(stage: Stage, expect: Expect) -> None:
    tape, seed = stage.tape, stage.numbers(1, -2, 4, 0.5)
    found = []
    for numbers in ((1, 2, 3, 4), (-2, 0, 0.5, 8)):
        x = stage.vector(*numbers)
        y = stage.plus(stage.times(x, 2.0), stage.times(tape.apply("sum", x), -1.0))
        tape.backward(y, seed)
        gradient = np.asarray(tape.grad(x))
        expect(
            float(np.vdot(tape.value(y), seed).real) == float(np.vdot(stage.numbers(*numbers), gradient).real),
            "<A x, w> is not <x, A^T w>",
        )
        found.append(gradient)
    expect(found[0].tobytes() == found[1].tobytes(), f"the gradient of a linear function is {found[0]} at one point, {found[1]} at another")


@adjoints.law(
    "identity-ops",
    "A clone, a view of the same shape, plus 0 and times 1 have the gradient of the identity.",
    "d (x + 0) / dx = 1",
    source="https://docs.pytorch.org/docs/stable/generated/torch.clone.html",
    faults=["clone-aliases"],
    features="views",
)
def identities(stage: Stage, expect: Expect) -> None:
    tape = stage.tape
    ways: dict[str, Callable[[Any], Any]] = {
        "a clone": lambda x: tape.apply("clone", x),
        "a view": lambda x: tape.view(x, tape.value(x).shape),
        "plus 0": lambda x: stage.plus(x, 0.0),
        "times 1": lambda x: stage.times(x, 1.0),
    }
    for name, way in ways.items():
        x = stage.leaf()
        y = way(x)
        expect(stage.equals(y, stage.values), f"{name} changes the value")
        stage.backward(y)
        expect(stage.holds(x, stage.seed), f"the gradient of {name} is not that of the identity")


LAWS = adjoints.laws
