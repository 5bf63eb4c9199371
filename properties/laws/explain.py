"""Where a derivative is wrong, and how: its Jacobian beside the oracle's, in words.

A Jacobian too large to be looked at entry by entry is looked at around one wrong entry, which bisection finds.
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.program import Case, Program
from harness.verdict import Result, Verdict
from harness.verdict.apart import told_apart
from harness.verdict.constants import BROKEN_FACTOR
from harness.verdict.pattern import pattern_of
from harness.verdict.rounding import elementwise_rounding
from properties.laws.along import outputs_along
from properties.laws.gradients import Malformed
from properties.laws.jacobians import DERIVATIVES, Part, actual_jacobian, oracle_jacobian, split
from properties.laws.located import locate_entry
from properties.laws.squared import as_asked

MOST_ENTRIES = 400  # of the Jacobian; every column costs one thorough look
_ROWS = {"hvp-eq-fd": "gradient of", "third-eq-fd": "H u of"}  # the laws whose rows are not outputs
SIDE = 20  # rows and columns looked at of a larger one
NUDGE = 2.0**-10  # of the scale: a step that shows which outputs an input moves


def explain(backend: Backend, case: Case, result: Result) -> Result:
    """`result` with `where` and `pattern` filled in; unchanged where there is nothing to look at entry by entry."""
    if result.verdict is not Verdict.BROKEN or case.law not in DERIVATIVES or _is_complex(case):
        return result
    case = as_asked(case, result)
    try:
        part = _part(backend, case)
        if part is None:
            return result
        actual = actual_jacobian(backend, case, part)
        expected, bound = oracle_jacobian(backend, case, part)
    except (Malformed, Unsupported):
        return result
    return _told(case, result, part, actual, expected, BROKEN_FACTOR * (bound + elementwise_rounding(actual, case.dtype)))


def _part(backend: Backend, case: Case) -> Part | None:
    """All of a small Jacobian; of a large one a wrong entry, other inputs, and the outputs that these inputs move most."""
    inputs, outputs = (sum(x.size for x in arrays) for arrays in (case.points, DERIVATIVES[case.law].rows(case)))
    if inputs * outputs <= MOST_ENTRIES:
        return Part(range(outputs), range(inputs), whole=True) if inputs * outputs else None
    place = locate_entry(backend, case) if case.law in ("vjp-eq-fd", "jvp-eq-fd") else None
    if place is None:
        return None
    columns = sorted({place.input, *np.linspace(0, inputs - 1, min(SIDE, inputs) - 1, dtype=int).tolist()})
    moving = np.zeros(inputs)
    moving[columns] = 1.0
    along = outputs_along(backend, msgspec.structs.replace(case, tangents=split(moving, case.points)))
    moved = np.nan_to_num(np.abs(along(NUDGE) - along(-NUDGE)))
    return Part(sorted({place.output, *np.argsort(moved)[-SIDE + 1 :].tolist()}), columns, whole=False)


def _told(case: Case, result: Result, part: Part, actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> Result:
    unknown = np.isnan(expected) & np.isfinite(actual)  # no estimate there: nothing is said of it
    with np.errstate(all="ignore"):
        gap = np.where(unknown, 0.0, np.abs(actual - expected) / np.where(allowed > 0, allowed, 1.0))
    if not (gap > 1).any() and np.isfinite(actual).all():
        return result
    i, j = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    rows, inputs = _names(case, part)
    pattern = pattern_of(actual, np.where(unknown, actual, expected), np.where(unknown, np.inf, allowed))
    pattern += "" if part.whole else f" ({len(rows)} outputs and {len(inputs)} inputs looked at)"
    seen, due = told_apart(float(actual[i, j]), float(expected[i, j]), 6)
    where = f"d {rows[i]} / d {inputs[j]}: actual {seen}, expected {due}"
    both = {"actual": actual.tolist(), "expected": expected.tolist(), "allowed": allowed.tolist()}
    jacobians = both | {"outputs": rows, "inputs": inputs}
    return msgspec.structs.replace(
        result, where=f"{where}; {pattern}" if actual.size > 1 else where, pattern=pattern, details={**result.details, "jacobian": jacobians}
    )


def _names(case: Case, part: Part) -> tuple[list[str], list[str]]:
    """What the rows and the columns stand for."""
    of_gradients = _ROWS.get(case.law)
    bases = [f"{of_gradients} {name}" for name in _inputs_of(case)] if of_gradients else _outputs_of(case)
    rows = [_name(bases, DERIVATIVES[case.law].rows(case), k) for k in part.outputs]
    return rows, [_name(_inputs_of(case), case.points, k) for k in part.inputs]


def _name(bases: list[str], arrays: tuple[np.ndarray, ...], place: int) -> str:
    """The entry at a flat place over all arrays: x1[0, 2]."""
    for base, x in zip(bases, arrays, strict=True):
        if place < x.size:
            index = np.unravel_index(place, x.shape) if x.shape else ()
            return f"{base}[{', '.join(str(int(k)) for k in index)}]" if x.shape else base
        place -= x.size
    raise IndexError(f"entry {place} beyond the last")


def _inputs_of(case: Case) -> list[str]:
    if isinstance(case.subject, Program):
        return [case.subject.inputs[i].name for i in case.differentiable]
    return [f"x{i}" for i in case.differentiable]


def _outputs_of(case: Case) -> list[str]:
    return ["out"] if len(case.cotangents) == 1 else [f"out{i}" for i in range(len(case.cotangents))]


def _is_complex(case: Case) -> bool:
    return any(x.dtype.kind == "c" for x in (*case.points, *case.cotangents))
