"""Which instruction of a program is wrong first?

upto[k]   the law on the program that ends after instruction k, that instruction's results as outputs
alone[k]  the law on instruction k alone, at the values that reach it

The first k at which `upto` breaks is where to look; whether it breaks alone too says if the op itself is wrong, or what it was given.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case, Input, Instruction, Program
from harness.program.program import Role
from harness.running.judge import run_case
from harness.verdict import Verdict

MOST = 24  # instructions looked at
_ROLES: dict[str, Role] = {"f": "primal", "c": "primal", "b": "mask"}


def bisection(backend: Backend, case: Case) -> list[dict[str, Any]]:
    """A row per instruction, {instruction, upto, alone}, up to the first that is wrong; empty for a program of one instruction."""
    if not isinstance(case.subject, Program) or not 1 < len(case.subject.instructions) <= MOST:
        return []
    rows = []
    known = {given.name: (value, given.role) for given, value in zip(case.subject.inputs, case.primals, strict=True)}
    for k, instruction in enumerate(case.subject.instructions):
        part = _ending_after(case, k)
        outputs = bind(backend, part).at(part.points)
        known |= {name: (value, _ROLES.get(value.dtype.kind, "index")) for name, value in zip(instruction.results, outputs, strict=True)}
        upto, alone = _verdict(backend, part, outputs), _verdict(backend, _alone(case, instruction, known), outputs)
        rows.append({"instruction": backend.spell(instruction.op, instruction.args, instruction.params), "upto": upto.value, "alone": alone.value})
        if upto is Verdict.BROKEN:
            break
    return rows


def _ending_after(case: Case, k: int) -> Case:
    """The case on the first k + 1 instructions, whose last one's results are the outputs."""
    assert isinstance(case.subject, Program)
    shorter = Program(case.subject.inputs, case.subject.instructions[: k + 1], case.subject.instructions[k].results)
    return msgspec.structs.replace(case, subject=shorter, layouts=case.layouts[: len(case.primals)])


def _alone(case: Case, instruction: Instruction, known: dict[str, tuple[np.ndarray, Role]]) -> Case:
    """The instruction as a program of its own, at the values that reach it."""
    names = tuple(dict.fromkeys(instruction.args))
    inputs = tuple(Input(name, known[name][0].shape, known[name][1]) for name in names)
    primals = tuple(known[name][0] for name in names)
    program = Program(inputs, (instruction,), instruction.results)
    rng = np.random.default_rng((case.seed, 3))
    places = program.primal_positions
    tangents = tuple(_small(rng, primals[i]) for i in places)
    return msgspec.structs.replace(case, subject=program, primals=primals, differentiable=places, tangents=tangents, layouts=())


def _verdict(backend: Backend, case: Case, outputs: tuple[np.ndarray, ...]) -> Verdict:
    """Of the case's law, with cotangents of the outputs' shapes."""
    if not case.differentiable or any(value.dtype.kind not in "fc" for value in outputs):
        return Verdict.UNSUPPORTED  # nothing to differentiate
    rng = np.random.default_rng((case.seed, 4))
    return run_case(backend, msgspec.structs.replace(case, cotangents=tuple(_small(rng, value) for value in outputs))).verdict


def _small(rng: np.random.Generator, like: np.ndarray) -> np.ndarray:
    """Odd eighths around one: exact in every dtype, none of them zero."""
    values = (2 * rng.integers(-12, 12, size=like.shape) + 1) / 8
    return np.asarray(values + 0j if like.dtype.kind == "c" else values, dtype=complex if like.dtype.kind == "c" else float)
