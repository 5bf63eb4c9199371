"""Compilation: a compiled program does to values, flags, memory and gradients what its ops do, one after the other.

compiled(f) = f          a second derivative through a compiled backward is right, or refused
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.program import Case, Input, Instruction, Program
from harness.tape import Tape
from harness.tape.compiling import UNRECORDED, Compiling, perform
from harness.verdict import Result
from properties.laws.law import Law
from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.recording import Recording, inputs
from properties.laws.tape.replayed import Replayed, Way, same_program, walked

_COMPILE = "https://docs.pytorch.org/docs/stable/generated/torch.compile.html"

family = Family("compiling", _COMPILE)


def check_compiled(backend: Backend, case: Case) -> Result:
    """Every compiler, on the case's program."""
    variants = backend.tape(case.device).part(Compiling).variants
    return same_program("compile-eq-eager", backend, case, {f"compiled ({variant})": compiled(variant) for variant in variants})


def compiled(variant: str) -> Way:
    """The case's program through the compiler called `variant`."""

    def way(tape: Tape, case: Case, plain: Recording) -> Replayed:
        assert isinstance(case.subject, Program)
        leaves = tuple(tape.leaf(tape.value(leaf)) for leaf in plain.leaves)
        made = tape.part(Compiling).compiled(case.subject, variant=variant)(*inputs(tape, case, leaves))
        return walked(Recording(tape, leaves, made, plain.cotangents), plain)

    return way


def program(shape: tuple[int, ...], *instructions: Instruction, outputs: str) -> Program:
    """Of a leaf x0 and a constant x1, both of that shape."""
    return Program((Input("x0", shape), Input("x1", shape, "constant")), instructions, tuple(outputs.split()))


def multiply(one: str, other: str, result: str, op: str = "multiply") -> Instruction:
    """Result = one * other."""
    return Instruction(op, (one, other), (result,))


@family.law(
    "compile-keeps-flags",
    "What a compiled program returns requires grad exactly where its ops would have it so, whatever the mode in which it is called.",
    "requires_grad(compiled(f)(x)) = requires_grad(f(x))",
    faults=("compile-unrecorded", "compile-forgets-mode"),
    features="detach",
)
def flags(stage: Stage, expect: Expect) -> None:
    tape, part = stage.tape, stage.tape.part(Compiling)
    steps = [multiply("x0", "x0", "v0"), Instruction("detach", ("v0",), ("v1",)), multiply("x1", "x1", "v2"), multiply("v1", "x0", "v4")]
    made = program(
        stage.seed.shape, *steps, multiply("x0", "x1", "v3", f"{UNRECORDED}multiply"), multiply("v1", "x0", "v4"), outputs="v0 v1 v2 v3 v4"
    )
    for variant in part.variants:
        compiled = part.compiled(made, variant=variant)
        given = tape.leaf(stage.seed), tape.leaf(stage.seed, requires_grad=False)
        for mode in ("recording", "no_grad", "recording again"):
            due, seen = (_flags(tape, run, given, mode == "no_grad") for run in (partial(_perform, tape, made), compiled))
            expect(seen == due, f"compiled ({variant}), {mode}, the results require grad: {seen}; due is {due}")


def _perform(tape: Tape, made: Program, *given: Any) -> tuple[Any, ...]:
    return perform(tape, made, given)


def _flags(tape: Tape, run: Callable[..., Any], given: tuple[Any, ...], unrecorded: bool) -> list[bool]:
    with tape.no_grad() if unrecorded else nullcontext():
        return [tape.requires_grad(y) for y in run(*given)]


@family.law(
    "compile-keeps-mutations",
    "What a program changes in place is changed by the compiled one too: its own values, and constants that it is given.",
    "x after compiled(f)(x) = x after f(x)",
    faults=("compile-drops-mutations",),
    features="in_place",
)
def mutations(stage: Stage, expect: Expect) -> None:
    tape, part = stage.tape, stage.tape.part(Compiling)
    for variant in part.variants:
        x, c = tape.leaf(stage.seed), tape.leaf(stage.small, requires_grad=False)
        y, *_ = part.compiled(_unsaved(stage), variant=variant)(x, c)
        stage.backward(y)
        expect(stage.equals(c, 0.5 * stage.small), f"compiled ({variant}), a constant that the program changes in place is as it was")
        expect(stage.equals(y, 3 * stage.seed + 0.5 * stage.small), f"compiled ({variant}), a value after changes in place is wrong")
        expect(stage.holds(x, 3 * stage.seed), f"compiled ({variant}), the gradient through changes in place is wrong")


def _unsaved(stage: Stage) -> Program:
    """(x0 + x0 + x0), built in place, plus x1 after x1 was halved in place: nothing that backward needs is changed."""
    steps = [Instruction("add", ("x0", "x0"), ("v0",)), Instruction("scale_in_place", ("v0",), ("v1",), {"factor": 1.5})]
    steps += [Instruction("scale_in_place", ("x1",), ("v2",), {"factor": 0.5}), Instruction("add", ("v1", "x1"), ("v3",))]
    return program(stage.seed.shape, *steps, outputs="v3")


@family.law(
    "compile-no-double-backward",
    "A second derivative through a compiled program is right, or, where its backward was compiled too, refused.",
    "d2 compiled(f) = d2 f, or raises",
    faults=("compile-bends",),
    features="functional higher_order",
)
def twice(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, part = stage.tape, stage.tape.part(Compiling)
    cube = program(stage.seed.shape, multiply("x0", "x0", "v0"), multiply("v0", "x0", "v1"), outputs="v1")
    for variant in part.variants:
        x, c = tape.leaf(stage.small), tape.leaf(stage.small, requires_grad=False)
        (y,) = part.compiled(cube, variant=variant)(x, c)
        try:
            (first,) = tape.gradient(y, [x], stage.seed, create_graph=True)
            (second,) = tape.gradient(first, [x], stage.seed)
        except RuntimeError as error:
            expect(variant in part.first_order, f"compiled ({variant}), a second derivative was refused: {error}"[:200])
        else:
            expect(stage.equals(first, 3 * stage.small**2 * stage.seed), f"compiled ({variant}), the gradient of a cube is wrong")
            due, seen = 6 * stage.small * stage.seed**2, tape.value(second)
            expect(
                np.array_equal(seen, due),
                f"compiled ({variant}), the second derivative of a cube is {seen.tolist()}, not {due.tolist()}",
            )


@family.law(
    "compile-sees-new-inputs",
    "A compiled program computes with what it is given now: other values, another shape, another flag.",
    "compiled(f)(x) = f(x), then compiled(f)(y) = f(y)",
    faults=("compile-remembers",),
)
def fresh(stage: Stage, expect: Expect) -> None:
    tape, part = stage.tape, stage.tape.part(Compiling)
    square = program(stage.seed.shape, multiply("x0", "x0", "v0"), multiply("v0", "x1", "v1"), outputs="v1")
    others = [stage.seed, 2 * stage.seed, np.concatenate([stage.seed.reshape(-1)] * 3)]
    for variant in part.variants:
        compiled = part.compiled(square, variant=variant)
        for values in others:
            x, c = tape.leaf(values), tape.leaf(np.full_like(values, 3))
            (y,) = compiled(x, c)
            tape.backward(y, np.ones_like(values))
            expect(stage.equals(y, 3 * values**2), f"compiled ({variant}), a later value is wrong")
            expect(stage.holds(x, 6 * values) and stage.holds(c, values**2), f"compiled ({variant}), a later gradient is wrong")
        (constant,) = compiled(tape.leaf(stage.seed, requires_grad=False), c := tape.leaf(stage.seed))
        stage.backward(constant)
        expect(stage.holds(c, stage.seed**3), f"compiled ({variant}), a gradient is wrong once a leaf has become a constant")


LAWS = (
    Law(
        name="compile-eq-eager",
        family="compiling",
        statement="A compiled program has the values and gradients of the program.",
        equation="compiled(f) = f",
        source=_COMPILE,
        check=check_compiled,
        faults=("compile-doubles",),
        needs=frozenset({"tape"}),
        subject="tape",
    ),
    *family.laws,
)
