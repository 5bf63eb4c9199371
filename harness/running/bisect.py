"""Which instruction of a program is wrong first?

upto[k]   the law on the program that ends after instruction k, that instruction's results as outputs
alone[k]  the law on instruction k alone, at the values that reach it

The first k at which `upto` breaks is where to look; whether it breaks alone too says if the op itself is wrong, or what it was given. Where none
breaks alone, they are asked again in other directions, and by a law that chooses memory layouts, in others of these: the last, then all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.bind import bind
from harness.program import Case, Input, Instruction, Program
from harness.program.program import Role
from harness.running.judge import run_case
from harness.verdict import Result, Verdict

MOST = 24  # instructions looked at
AGAIN = 6  # times that an instruction alone is asked in other directions
_ROLES: dict[str, Role] = {"f": "primal", "c": "primal", "b": "mask"}


@dataclass(frozen=True)
class Step:
    """One instruction: the law on the program up to it, and on it alone; a result is None where there is nothing to differentiate."""

    instruction: Instruction
    upto: Result | None
    case: Case
    alone: Result | None

    @property
    def broken(self) -> tuple[bool, bool]:
        """(up to it, alone)."""
        return _verdict(self.upto) is Verdict.BROKEN, _verdict(self.alone) is Verdict.BROKEN

    @property
    def undecided(self) -> bool:
        """Whether the program is wrong up to it, and nothing can be said of it alone: at other directions the derivative may vanish in noise."""
        return self.broken[0] and _verdict(self.alone) is Verdict.INCONCLUSIVE


def bisected(backend: Backend, case: Case) -> list[Step]:
    """The instructions up to the first that is wrong; empty for a program of one instruction."""
    if not isinstance(case.subject, Program) or not 1 < len(case.subject.instructions) <= MOST:
        return []
    steps = []
    known = {given.name: (value, given.role) for given, value in zip(case.subject.inputs, case.primals, strict=True)}
    for k, instruction in enumerate(case.subject.instructions):
        part = _ending_after(case, k)
        outputs = bind(backend, part).at(part.points)
        known |= {name: (value, _ROLES.get(value.dtype.kind, "index")) for name, value in zip(instruction.results, outputs, strict=True)}
        alone = _seeded(_alone(case, instruction, known), outputs)
        steps.append(Step(instruction, _judged(backend, _seeded(part, outputs), outputs), alone, _judged(backend, alone, outputs)))
        if steps[-1].broken[0]:
            break
    return steps


def asked_again(backend: Backend, steps: list[Step]) -> list[Step]:
    """The steps as they are, where none of them breaks alone at first and one does in other directions."""
    if not steps or not steps[-1].broken[0] or culprit(steps) is not None:
        return steps
    last = _asked_again(backend, steps[-1])
    return [*(steps[:-1] if last.broken[1] else [_asked_again(backend, step) for step in steps[:-1]]), last]


def culprit(steps: Sequence[Step]) -> Step | None:
    """The instruction that is wrong alone, too: then the op itself is wrong, whatever program it stands in.

    It is the last of them, with which the program is wrong first; or where that one is right alone, the first that is wrong alone, whose error the
    rounding of the program may hide for some instructions.
    """
    if not steps or not steps[-1].broken[0]:
        return None
    return steps[-1] if steps[-1].broken[1] else next((step for step in steps if step.broken[1]), None)


def bisection(backend: Backend, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps as plain data: {instruction, upto, alone}."""
    return [
        {
            "instruction": backend.spell(step.instruction.op, step.instruction.args, step.instruction.params),
            "upto": _verdict(step.upto).value,
            "alone": _verdict(step.alone).value,
        }
        for step in steps
    ]


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


def _asked_again(backend: Backend, step: Step) -> Step:
    """The step as it is where it breaks alone after all, or else holds; as it was where nothing more can be said, or a call does not come back."""
    told = step
    for turn in range(1, AGAIN + 1 if step.alone is not None else 1):
        rng = np.random.default_rng((step.case.seed, turn, 6))
        tangents, cotangents = (tuple(_small(rng, direction) for direction in given) for given in (step.case.tangents, step.case.cotangents))
        case = msgspec.structs.replace(step.case, seed=int(rng.integers(2**32)), tangents=tangents, cotangents=cotangents)
        found = run_case(backend, case)
        if found.verdict in (Verdict.BROKEN, Verdict.CRASHED, Verdict.HUNG):
            return replace(step, case=case, alone=found) if found.verdict is Verdict.BROKEN else told
        told = replace(step, case=case, alone=found) if found.verdict is Verdict.HOLDS else told
    return told


def _verdict(result: Result | None) -> Verdict:
    return Verdict.UNSUPPORTED if result is None else result.verdict


def _seeded(case: Case, outputs: tuple[np.ndarray, ...]) -> Case:
    """The case with cotangents of the outputs' shapes."""
    rng = np.random.default_rng((case.seed, 4))
    return msgspec.structs.replace(case, cotangents=tuple(_small(rng, value) for value in outputs))


def _judged(backend: Backend, case: Case, outputs: tuple[np.ndarray, ...]) -> Result | None:
    """The case's law; None where there is nothing to differentiate."""
    if not case.differentiable or any(value.dtype.kind not in "fc" for value in outputs):
        return None
    return run_case(backend, case)


def _small(rng: np.random.Generator, like: np.ndarray) -> np.ndarray:
    """Odd eighths around one: exact in every dtype, none of them zero."""
    values = (2 * rng.integers(-12, 12, size=like.shape) + 1) / 8
    return np.asarray(values + 0j if like.dtype.kind == "c" else values, dtype=complex if like.dtype.kind == "c" else float)
