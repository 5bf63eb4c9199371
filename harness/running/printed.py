"""A program as the Python function that a person would write with the library under test.

def f(x0):
    v0 = torch.exp(x0)
    (v1,) = torch.unbind(v0, dim=0)
    return v1,
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from textwrap import indent

import numpy as np

from harness.backends import Backend
from harness.ops.catalogue import catalogue
from harness.ops.defaults import given
from harness.program import Instruction, Program


class SourceFloat(float):
    """A number whose repr is source, be it not finite."""

    def __repr__(self) -> str:
        return super().__repr__() if math.isfinite(self) else f'float("{super().__repr__()}")'


def printed_program(backend: Backend, program: Program, *, name: str = "f", primals: Sequence[int] | None = None) -> str:
    """`program` as a Python function of its inputs in the library's own calls."""
    arguments = [program.inputs[i].name for i in (primals if primals is not None else range(len(program.inputs)))]
    several = _of_one(program)
    lines = [
        f"({i.results[0]},) = {text}" if i in several else f"{', '.join(i.results)} = {text}"
        for i in program.instructions
        for text in [backend.spell(i.op, i.args, i.params)]
    ]
    returned = ", ".join(program.outputs) + ("," if len(program.outputs) == 1 else "")
    return f"def {name}({', '.join(arguments)}):\n" + indent("\n".join([*lines, f"return {returned}"]), "    ") + "\n"


def _of_one(program: Program) -> list[Instruction]:
    """The instructions whose op returns a tuple, though it holds one result this time."""
    shapes = {given.name: given.shape for given in program.inputs}
    found = []
    for instruction in program.instructions:
        op = catalogue().get(instruction.op)
        given = [shapes.get(name) for name in instruction.args]
        if op is None or None in given:
            continue
        known = tuple(shape for shape in given if shape is not None)
        shapes |= dict(zip(instruction.results, op.result_shapes(known, instruction.params), strict=False))
        if len(instruction.results) == 1 and _returns_tuple(op.reference, known, instruction):
            found.append(instruction)
    return found


def _returns_tuple(reference: Callable[..., object], shapes: Sequence[tuple[int, ...]], instruction: Instruction) -> bool:
    try:
        with np.errstate(all="ignore"):
            return isinstance(reference(*map(np.ones, shapes), **given(instruction.params)), tuple | list)
    except Exception:  # ones are outside its domain, or no indices: none of the ops that return tuples
        return False
