"""Smaller programs that are a part of the case's.

cut:      x -> f -> u -> g -> y     becomes     u -> g -> y     with u an input that holds the value it had
bypass:   x -> f -> u -> g -> y     becomes     x -> g -> y     where u has the shape of x
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.op import apply_reference
from harness.program.case import Case
from harness.program.evaluate import evaluate_all
from harness.program.program import Input, Instruction, Program
from harness.strategies.rounding import exactly, gaussian


def fewer_outputs(case: Case) -> Iterator[Case]:
    """One output alone; then all but one."""
    program = case.subject
    if not isinstance(program, Program) or len(program.outputs) < 2:
        return
    names = program.outputs
    for kept in (*((name,) for name in names), *(tuple(n for n in names if n != name) for name in names)):
        yield rebuild(case, program.inputs, program.instructions, kept, cotangents_of(case))


def fewer_instructions(case: Case) -> Iterator[Case]:
    """Stops, the earliest first; cuts, the latest first; then bypasses."""
    program = case.subject
    if not isinstance(program, Program) or len(program.instructions) < 2:
        return
    values = values_of(case)
    for instruction in program.instructions:
        fresh_cotangents = {name: _direction(values[name], case) for name in instruction.results}
        yield rebuild(case, program.inputs, program.instructions, instruction.results, fresh_cotangents | cotangents_of(case))
    for instruction in reversed(program.instructions):
        kept = tuple(name for name in program.outputs if name not in instruction.results)
        if kept:
            fresh = tuple(Input(name, values[name].shape) for name in instruction.results)
            rest = tuple(other for other in program.instructions if other is not instruction)
            yield rebuild(case, (*program.inputs, *fresh), rest, kept, cotangents_of(case))
    made = {name for instruction in program.instructions for name in instruction.results}
    for instruction in program.instructions:
        for old in instruction.results[:1]:
            for new in instruction.args:
                if values[new].shape == values[old].shape and (old not in program.outputs or new in made):
                    yield _bypass(case, program, instruction, old, new)


def rebuild(
    case: Case, inputs: tuple[Input, ...], instructions: tuple[Instruction, ...], outputs: tuple[str, ...], cotangents: dict[str, np.ndarray]
) -> Case:
    """The case over a part of its program: what no output needs is left out; values, tangents and layouts stay with their names."""
    live: list[Instruction] = []
    needed = set(outputs)
    for instruction in reversed(instructions):
        if needed & set(instruction.results):
            live.insert(0, instruction)
            needed |= set(instruction.args)
    program = Program(tuple(given for given in inputs if given.name in needed), tuple(live), outputs)
    points = [program.inputs[i].name for i in program.primal_positions]
    values, tangents, layouts = values_of(case), tangents_of(case), layouts_of(case)
    places = (*(given.name for given in program.inputs), *(f"{name}'s cotangent" for name in outputs), *(f"{name}'s tangent" for name in points))
    return msgspec.structs.replace(
        case,
        subject=program,
        primals=tuple(_exactly(values[given.name], case.dtype) for given in program.inputs),
        differentiable=program.primal_positions,
        tangents=tuple(tangents[name] if name in tangents else _direction(values[name], case) for name in points),
        cotangents=tuple(cotangents[name] for name in outputs),
        layouts=tuple(layouts.get(place, "contiguous") for place in places),
    )


def _bypass(case: Case, program: Program, instruction: Instruction, old: str, new: str) -> Case:
    """The case with `new` read wherever `old`, a result of `instruction`, was."""
    rest = tuple(
        msgspec.structs.replace(other, args=tuple(new if name == old else name for name in other.args))
        for other in program.instructions
        if other is not instruction
    )
    outputs = tuple(dict.fromkeys(new if name == old else name for name in program.outputs))
    own = cotangents_of(case)
    return rebuild(case, program.inputs, rest, outputs, own | ({new: own[old]} if old in own else {}))


def values_of(case: Case) -> dict[str, np.ndarray]:
    """Every value of the case's program by name."""
    with np.errstate(all="ignore"):
        return evaluate_all(_program(case), lambda name, args, params: apply_reference(lookup(name), args, params), case.primals)


def tangents_of(case: Case) -> dict[str, np.ndarray]:
    """The tangents by the name of their input."""
    names = (_program(case).inputs[i].name for i in case.differentiable)
    return dict(zip(names, case.tangents, strict=True))


def cotangents_of(case: Case) -> dict[str, np.ndarray]:
    """The cotangents by the name of their output."""
    return dict(zip(_program(case).outputs, case.cotangents, strict=True))


def layouts_of(case: Case) -> dict[str, str]:
    """The layouts by what they lay out."""
    places = (
        *(given.name for given in _program(case).inputs),
        *(f"{name}'s cotangent" for name in cotangents_of(case)),
        *(f"{name}'s tangent" for name in tangents_of(case)),
    )
    return dict(zip(places, case.layouts, strict=False))


def _program(case: Case) -> Program:
    if not isinstance(case.subject, Program):
        raise TypeError(f"a case of a program is needed; got one of {case.subject.target}")
    return case.subject


def _direction(like: np.ndarray, case: Case) -> np.ndarray:
    """A Gaussian direction for a value that had none, complex where the value is."""
    return gaussian(np.random.default_rng(case.seed), like, case.dtype)


def _exactly(values: np.ndarray, dtype: str) -> np.ndarray:
    return exactly(values, dtype) if values.dtype.kind in "fc" else values
