"""Ways out of the tape and around it: arrays, numbers, copies, and memory that is changed behind the tape's back.

array(h) for r(h): refused;     array(detach(h)) is the same memory;     copy(h) for a computed h: refused
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.tape.writing import Aliasing, Leaving
from properties.laws.tape.deeds import Expect, Family, Stage

_NUMPY = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.numpy.html"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
leaving = Family("leaving", _NUMPY)


@leaving.law(
    "numpy-needs-detach",
    "A value that requires grad leaves the tape as an array only detached.",
    "array(x) raises; array(detach(x)) = x",
    source=f"{_TEST} (test_numpy_requires_grad)",
    faults=["array-of-anything"],
    features="detach",
)
def needs_detach(stage: Stage, expect: Expect) -> None:
    part, x = stage.tape.part(Leaving), stage.leaf()
    expect.refusal(lambda: part.array(x), "a leaf that requires grad left the tape as an array", "array")
    expect.refusal(lambda: part.array(stage.times(x, 2.0)), "a value that requires grad left the tape as an array", "array")
    expect(np.array_equal(part.array(stage.tape.detach(x)), stage.values), "the array of a detached value is another one")


@leaving.law(
    "cpu-detach-numpy",
    "The array of a detached value is its memory, and its graph stays usable.",
    "array(detach(h))[0] <- v: h[0] = v",
    faults=["array-copies"],
    features="detach",
)
def shared(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2)
    h = stage.times(x, 4.0)
    y = stage.plus(h, x)
    array = tape.part(Leaving).array(tape.detach(h))
    array[0] = 7
    if stage.on_host:  # from another device it is a copy
        expect(stage.equals(h, stage.numbers(7, 8)), "the array of a detached value is not its memory")
    tape.backward(y, stage.numbers(1, 1))
    expect(stage.holds(x, stage.numbers(5, 5)), "after its array was taken a value's graph gives another gradient")


@leaving.law(
    "deepcopy-leaf-only",
    "A leaf can be copied deeply, with flag and gradient, in memory of its own; a computed value cannot.",
    "copy(h) raises",
    source="https://github.com/pytorch/pytorch/blob/main/torch/_tensor.py (Tensor.__deepcopy__)",
    faults=["copy-of-anything", "copy-shares-slot"],
    features="slots memory",
)
def copied(stage: Stage, expect: Expect) -> None:
    tape, part, x = stage.tape, stage.tape.part(Leaving), stage.vector(1, 2)
    tape.backward(stage.times(x, 2.0), stage.numbers(1, 3))
    made = part.copy(x)
    expect(
        stage.equals(made, tape.value(x)) and tape.requires_grad(made) and stage.holds(made, stage.numbers(2, 6)),
        "a deep copy lacks value, flag or gradient",
    )
    apart = tape.memory(made) != tape.memory(x) and tape.memory(tape.slot(made)) != tape.memory(tape.slot(x))
    expect(apart, "a deep copy shares memory with the original")
    expect(not tape.requires_grad(part.copy(stage.leaf(requires_grad=False))), "a deep copy of a constant requires grad")
    expect.refusal(lambda: part.copy(stage.times(x, 2.0)), "a computed value was copied deeply", "copy")


@leaving.law(
    "data-attribute-bypass",
    "What bypasses the tape has no history, and its changes are not counted.",
    "data(h) <- 2 data(h): version(h) unchanged",
    source=f"{_TEST} (test_version_counter)",
    faults=["bypass-counted"],
    features="in_place version",
)
def bypassed(stage: Stage, expect: Expect) -> None:
    tape, h = stage.tape, stage.times(stage.vector(1, 2), 2.0)
    raw = tape.part(Aliasing).bypass(h)
    expect(not tape.requires_grad(raw), "what bypasses the tape requires grad")
    tape.scale_in_place(raw, 2.0)
    expect(stage.equals(h, stage.numbers(4, 8)), "what bypasses the tape is not the same memory")
    expect(tape.version(h) == 0, "a change that bypasses the tape is counted")


@leaving.law(
    "resize-forbidden",
    "A value that requires grad keeps its size.",
    "resize(x) raises",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.resize_.html",
    faults=["resize-ok"],
)
def resized(stage: Stage, expect: Expect) -> None:
    part = stage.tape.part(Aliasing)
    for what, value in (("leaf", stage.vector(1, 2)), ("computed value", stage.times(stage.vector(1, 2), 2.0))):
        expect.refusal(partial(part.resize, value, (1,)), f"a {what} that requires grad got another size in place")


@leaving.law(
    "out-variant",
    "An op is not written into an output where an operand requires grad.",
    "multiply(x, y, out=z) raises",
    source=f"{_TEST} (test_out_variant_raises_when_inputs_require_grad)",
    faults=["into-unrecorded"],
)
def into(stage: Stage, expect: Expect) -> None:
    part, x, c = stage.tape.part(Aliasing), stage.vector(1, 2), stage.vector(3, 4, requires_grad=False)
    out = stage.vector(0, 0, requires_grad=False)
    part.into("multiply", out, c, c)
    expect(stage.equals(out, stage.numbers(9, 16)), "a product of constants was not written into its output")
    expect.refusal(lambda: part.into("multiply", out, x, c), "a product was written into an output though an operand requires grad")


@leaving.law(
    "allow-mutation-context",
    "In its context saved values may be changed in place: backward uses them as they were.",
    "y = h h; h <- 2 h: dy/dh = 2 h as it was",
    source="https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.allow_mutation_on_saved_tensors",
    faults=["mutation-unprotected"],
    features="in_place",
)
def mutated(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.vector(1, 2)
    with tape.part(Aliasing).mutation_allowed():
        h = stage.times(x, 2.0)
        y = stage.times(h, h)
        tape.scale_in_place(h, 4.0)
        tape.backward(y, stage.numbers(1, 1))
    expect(stage.holds(x, stage.numbers(8, 16)), "after a change in place backward did not use the saved value as it was")


LAWS = leaving.laws
