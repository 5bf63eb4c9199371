"""One program, recorded plainly and in every other way that a tape offers: the values and the gradients are the same.

checkpoint(f) = vjp(f) = f on the tape, f the case's program
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound
from harness.program import Case
from harness.tape import Tape
from harness.tape.checkpointing import Checkpointing
from harness.tape.transforming import Transforms
from harness.tape.walking import Walking
from harness.verdict import Result, Verdict, structural
from harness.verdict.result import worst_result
from properties.laws.entries import of_gradients, of_values
from properties.laws.exact import Sides, check_equal
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.tape.recording import Recording, record, replay

Replayed = tuple[tuple[Any, ...], tuple[np.ndarray | None, ...]]  # outputs, gradients
Way = Callable[[Tape, Case, Recording], Replayed]


def check_checkpoint(backend: Backend, case: Case) -> Result:
    """Every variant of a checkpoint."""
    variants = backend.tape(case.device).part(Checkpointing).variants
    ways = {f"under a checkpoint ({variant})": _checkpoint(variant) for variant in variants}
    return same_program("checkpoint-eq-plain", backend, case, ways)


def check_functional(backend: Backend, case: Case) -> Result:
    """The vjp of the program as a function."""
    backend.tape(case.device).part(Transforms)
    return same_program("func-eq-recorded", backend, case, {"as a function": _functional})


def _checkpoint(variant: str) -> Way:
    def way(tape: Tape, case: Case, plain: Recording) -> Replayed:
        leaves = tuple(tape.leaf(tape.value(leaf)) for leaf in plain.leaves)
        made = tape.part(Checkpointing).checkpoint(lambda *leaves: replay(tape, case, leaves), *leaves, variant=variant)
        return walked(Recording(tape, leaves, made, plain.cotangents), plain)

    return way


def _functional(tape: Tape, case: Case, plain: Recording) -> Replayed:
    """Output by output, so that a tape whose functions have one result can say what it has."""
    points = [tape.leaf(tape.value(leaf), requires_grad=False) for leaf in plain.leaves]
    made, total = [], [np.zeros_like(tape.value(x)) for x in points]
    for k, (y, w) in enumerate(zip(plain.outputs, plain.cotangents, strict=True)):
        value, pull = tape.part(Transforms).vjp(lambda *leaves, k=k: replay(tape, case, leaves)[k], *points)
        made.append(value)
        if tape.requires_grad(y):
            total = [t + tape.value(g) for t, g in zip(total, pull(tape.leaf(w, requires_grad=False)), strict=True)]
    return tuple(made), tuple(total)


def same_program(law: str, backend: Backend, case: Case, ways: dict[str, Way]) -> Result:
    """Values and gradients, up to rounding: without a graph a library may take another algorithm, and a sum may be added up in another order."""
    for words, way in ways.items():
        values, gradients = (_compared(law, backend, case, way, part) for part in (0, 1))
        if values.verdict is Verdict.BROKEN:
            return structural(law, False, f"an output of the program has another value {words}", comparisons=values.comparisons, where=values.where)
        result = worst_result([values, gradients]) if values.verdict is not Verdict.HOLDS else gradients
        if result.verdict is not Verdict.HOLDS:
            return result
    return result


def _compared(law: str, backend: Backend, case: Case, way: Way, part: int) -> Result:
    """Part 0: the outputs; part 1: the gradients."""

    def pair(bound: Bound) -> Sides:
        tape = backend.tape(case.device)
        plain = record(tape, bound.case)
        seen, due = way(tape, bound.case, plain), walked(plain, plain)
        if part:
            return Sides(_filled(seen[1], case), _filled(due[1], case))
        outputs, due_outputs = (flat([tape.value(y) for y in made[0]]) for made in (seen, due))
        return Sides(outputs, due_outputs)

    return check_equal(law, backend, case, pair, entries=of_gradients(case) if part else of_values(case))


def walked(recording: Recording, plain: Recording) -> Replayed:
    """The gradients after one backward from all outputs that depend on a leaf; a checkpoint may say so of more of them."""
    reached = [k for k, y in enumerate(plain.outputs) if plain.tape.requires_grad(y)]
    if reached:
        roots, seeds = ([values[k] for k in reached] for values in (recording.outputs, recording.cotangents))
        recording.tape.part(Walking).backward(roots, seeds)
    return recording.outputs, recording.grads()


def _filled(gradients: tuple[np.ndarray | None, ...], case: Case) -> np.ndarray:
    return flat([np.zeros_like(x) if g is None else g for g, x in zip(gradients, case.points, strict=True)])


LAWS = (
    Law(
        name="checkpoint-eq-plain",
        family="replayed",
        statement="A program under a checkpoint has the values and gradients of the program.",
        equation="checkpoint(f) = f",
        source="https://docs.pytorch.org/docs/stable/checkpoint.html",
        check=check_checkpoint,
        faults=("checkpoint-doubles",),
        needs=frozenset({"tape"}),
        subject="tape",
    ),
    Law(
        name="func-eq-recorded",
        family="replayed",
        statement="The vjp of a program as a function is what its recording gives by backward.",
        equation="vjp(f, x)(w) = x.grad after backward(f(x), w)",
        source="https://docs.pytorch.org/docs/stable/generated/torch.func.vjp.html",
        check=check_functional,
        faults=("func-pulls-half",),
        needs=frozenset({"tape"}),
        subject="tape",
    ),
)
