"""Run a program with any meaning of its ops: a backend's, NumPy's, mpmath's.

values[result] = apply(op, args, params)      in the order of the instructions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harness.program.program import Program


class NotResults(TypeError):
    """An op returned another number of arrays than it has results; the message is one sentence with a remedy."""


Apply = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]


def evaluate_all(program: Program, apply: Apply, inputs: Sequence[Any]) -> dict[str, Any]:
    """Every value of the program by name. `apply` returns one value, or a tuple for an op of several results.

    Raises:
        NotResults: it returned too few or too many.
    """
    values = {given.name: value for given, value in zip(program.inputs, inputs, strict=True)}
    for instruction in program.instructions:
        result = apply(instruction.op, tuple(values[name] for name in instruction.args), instruction.params)
        results = result if isinstance(result, tuple | list) else (result,)
        if len(results) != len(instruction.results):
            made = f"{len(results)} of them" if isinstance(result, tuple | list) else type(result).__name__
            due = f"a tuple of {len(instruction.results)} arrays" if len(instruction.results) != 1 else "one array"
            raise NotResults(f"op({instruction.op!r}) must return {due}; it returned {made}. Return what the catalogue's reference returns.")
        values.update(zip(instruction.results, results, strict=True))
    return values


def evaluate(program: Program, apply: Apply, inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The outputs of the program at `inputs` (one value per `program.inputs`)."""
    values = evaluate_all(program, apply, inputs)
    return tuple(values[name] for name in program.outputs)
