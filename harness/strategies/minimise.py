"""Make a counterexample readable, after Hypothesis has made it small.

    minimise(case, breaks) = a case that breaks as well, with the least complexity that greedy steps reach

Complexity, in this order: instructions, inputs and outputs, elements, layouts that are not contiguous, characters that its numbers take on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.op import Values, apply_reference
from harness.program.case import Case
from harness.program.evaluate import evaluate_all
from harness.program.program import Program
from harness.strategies.notes import note
from harness.strategies.shorter_axes import fewer_elements
from harness.strategies.simpler_numbers import Steps, contiguous_layouts, simple_directions, simple_primals
from harness.strategies.smaller_programs import fewer_instructions, fewer_outputs, values_of

Breaks = Callable[[Case], bool]
Complexity = tuple[int, int, int, int, int]


def _smaller_structure(case: Case) -> Steps:
    """Fewer outputs, instructions, elements and odd layouts: from the start again after each success."""
    for candidates in (fewer_outputs, fewer_instructions, contiguous_layouts, fewer_elements):
        before = None
        while case is not before:
            before = case
            for trial in candidates(case):
                case = yield trial
                if case is not before:
                    break


Order = tuple[Callable[[Case], Steps], ...]
STRUCTURE_FIRST: Order = (_smaller_structure, simple_directions, simple_primals)
VALUES_FIRST: Order = (simple_directions, simple_primals, _smaller_structure)


def minimise(case: Case, breaks: Breaks, *, max_trials: int = 200, order: Order = STRUCTURE_FIRST) -> Case:
    """A readable case that still breaks; `case` itself when nothing simpler does.

    Args:
        case: A counterexample: `breaks(case)` is true.
        breaks: Whether a case shows the fault; called at most `max_trials` times, and only with cases inside the domains of all ops.
        max_trials: The bound on those calls.
        order: What is tried first; `VALUES_FIRST` where each new shape is dear.
    """
    best, before, tried = case, None, {case.id}
    while best is not before:
        before = best
        for steps_from in order:
            best = _follow(steps_from(best), best, breaks, tried, max_trials)
    return msgspec.structs.replace(best, drawn=noted(best) | {"minimised": len(tried) - 1})


def noted(case: Case) -> dict[str, Any]:
    """`case.drawn`, true of what the case has become."""
    if not isinstance(case.subject, Program):
        return case.drawn
    return note(case.subject, values_of(case), str(case.drawn.get("regime", "")), tuple(case.drawn.get("edges", ())))


def _follow(steps: Steps, best: Case, breaks: Breaks, tried: set[str], max_trials: int) -> Case:
    """The simplest case that breaks among `steps`."""
    trial = next(steps, None)
    while trial is not None and len(tried) <= max_trials:
        if complexity(trial) < complexity(best) and trial.id not in tried and in_domain(trial) and _asks_as_much(trial, best):
            tried.add(trial.id)
            best = trial if breaks(trial) else best
        try:
            trial = steps.send(best)
        except StopIteration:
            break
    return best


def _asks_as_much(trial: Case, best: Case) -> bool:
    """Whether something is still compared, and a point differentiated at: a framework may refuse what has no primals, which is another question."""
    return _compares(trial) >= _compares(best) and bool(trial.differentiable) >= bool(best.differentiable)


def _compares(case: Case) -> bool:
    """Whether there is anything in the outputs: a window wider than what is left of an image has none, and is another question."""
    return any(w.size for w in case.cotangents)


def complexity(case: Case) -> Complexity:
    """What `minimise` lowers."""
    arrays = (*case.primals, *case.tangents, *case.cotangents)
    program = case.subject if isinstance(case.subject, Program) else None
    return (
        len(program.instructions) if program else 1,
        len(case.primals) + len(case.cotangents),
        sum(array.size for array in arrays),
        sum(layout != "contiguous" for layout in case.layouts),
        sum(_characters(array) for array in arrays),
    )


def in_domain(case: Case) -> bool:
    """Whether every op of the case is defined where it is evaluated, and its directions fit; a user's own function is taken to be so."""
    if not isinstance(case.subject, Program):
        return True

    def apply(name: str, args: Values, params: dict[str, object]) -> Values:
        op = lookup(name)
        if not op.contains(args, params):
            raise ArithmeticError(f"{name} is left")
        return apply_reference(op, args, params)

    try:
        with np.errstate(all="ignore"):
            values = evaluate_all(case.subject, apply, case.primals)
    except (ArithmeticError, ValueError, IndexError, TypeError, np.linalg.LinAlgError):
        return False  # a reduced program may have shapes or indices that no longer fit
    outputs = [values[name] for name in case.subject.outputs]
    pairs = [*zip(outputs, case.cotangents, strict=True), *zip(case.points, case.tangents, strict=False)]
    return all(x.shape == v.shape and np.iscomplexobj(x) == np.iscomplexobj(v) for x, v in pairs)


def _characters(array: np.ndarray) -> int:
    """How much there is to read: 0 and 1 count least."""
    plain = {0.0: 0, 1.0: 1}
    return sum(plain.get(value, 1 + len(repr(value).removesuffix(".0"))) for value in array.ravel().tolist())
