"""Where a derivative is wrong, and how: its Jacobian beside the oracle's, entry by entry.

actual[i, j]   = e_i^T J e_j   from the backend            (outputs, inputs)
expected[i, j] = d f_i / d x_j from finite differences, with a bound each

A Jacobian too large for that is looked at around one wrong entry, which bisection finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import bind
from harness.oracles import differentiate
from harness.program import Case, Program
from harness.verdict import Result, Verdict
from harness.verdict.constants import BROKEN_FACTOR
from harness.verdict.pattern import pattern_of
from harness.verdict.rounding import elementwise_rounding
from properties.laws.along import direction, grain, outputs_along
from properties.laws.gradients import Malformed, gradients_of, tangents_of
from properties.laws.inner import flat
from properties.laws.located import locate_entry

MOST_ENTRIES = 400  # of the Jacobian; every column costs one thorough look
SIDE = 20  # rows and columns looked at of a larger one
NUDGE = 2.0**-10  # of the scale: a step that shows which outputs an input moves


@dataclass(frozen=True)
class Part:
    """The rows and columns of a Jacobian to look at, by flat index."""

    outputs: Sequence[int]
    inputs: Sequence[int]
    whole: bool


def explain(backend: Backend, case: Case, result: Result) -> Result:
    """`result` with `where` and `pattern` filled in; unchanged where there is nothing to look at entry by entry."""
    if result.verdict is not Verdict.BROKEN or case.law not in ("vjp-eq-fd", "jvp-eq-fd") or _is_complex(case):
        return result
    try:
        part = _part(backend, case)
        if part is None:
            return result
        actual = (_forward_jacobian if case.law == "jvp-eq-fd" else _reverse_jacobian)(backend, case, part)
        expected, bound = _oracle_jacobian(backend, case, part)
    except (Malformed, Unsupported):
        return result
    return _told(case, result, part, actual, expected, BROKEN_FACTOR * (bound + elementwise_rounding(actual, case.dtype)))


def _part(backend: Backend, case: Case) -> Part | None:
    """All of a small Jacobian; of a large one a wrong entry, other inputs, and the outputs that these inputs move most."""
    inputs, outputs = (sum(x.size for x in arrays) for arrays in (case.points, case.cotangents))
    if inputs * outputs <= MOST_ENTRIES:
        return Part(range(outputs), range(inputs), whole=True) if inputs * outputs else None
    place = locate_entry(backend, case)
    if place is None:
        return None
    columns = sorted({place.input, *np.linspace(0, inputs - 1, min(SIDE, inputs) - 1, dtype=int).tolist()})
    moving = np.zeros(inputs)
    moving[columns] = 1.0
    along = outputs_along(backend, msgspec.structs.replace(case, tangents=_split(moving, case.points)))
    moved = np.nan_to_num(np.abs(along(NUDGE) - along(-NUDGE)))
    return Part(sorted({place.output, *np.argsort(moved)[-SIDE + 1 :].tolist()}), columns, whole=False)


def _told(case: Case, result: Result, part: Part, actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> Result:
    with np.errstate(all="ignore"):
        gap = np.abs(actual - expected) / np.where(allowed > 0, allowed, 1.0)
    if not (gap > 1).any() and np.isfinite(actual).all():
        return result
    i, j = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    outputs = [_name(_outputs_of(case), case.cotangents, k) for k in part.outputs]
    inputs = [_name(_inputs_of(case), case.points, k) for k in part.inputs]
    pattern = pattern_of(actual, expected, allowed)
    pattern += "" if part.whole else f" ({len(outputs)} outputs and {len(inputs)} inputs looked at)"
    where = f"d {outputs[i]} / d {inputs[j]}: actual {actual[i, j]:.6g}, expected {expected[i, j]:.6g}"
    jacobians = {"actual": actual.tolist(), "expected": expected.tolist(), "outputs": outputs, "inputs": inputs}
    return msgspec.structs.replace(
        result, where=f"{where}; {pattern}" if actual.size > 1 else where, pattern=pattern, details={**result.details, "jacobian": jacobians}
    )


def _reverse_jacobian(backend: Backend, case: Case, part: Part) -> np.ndarray:
    bound, columns = bind(backend, case), list(part.inputs)
    return np.stack([flat(gradients_of(bound, unit))[columns] for unit in _units(case.cotangents, part.outputs)])


def _forward_jacobian(backend: Backend, case: Case, part: Part) -> np.ndarray:
    bound, rows = bind(backend, case), list(part.outputs)
    return np.stack([flat(tangents_of(bound, unit))[rows] for unit in _units(case.points, part.inputs)], axis=1)


def _oracle_jacobian(backend: Backend, case: Case, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """(expected, bound), entries without an estimate NaN."""
    columns, bounds, rows = [], [], list(part.outputs)
    for unit in _units(case.points, part.inputs):
        alone = msgspec.structs.replace(case, tangents=unit)
        scale = float(np.max(np.abs(flat(direction(alone)))))  # D: the units of t against those of the input
        estimate = differentiate(_rows_of(outputs_along(backend, alone), rows), effort="thorough", grain=grain(alone))
        usable = estimate.status in ("smooth", "kink")
        columns.append(np.asarray(estimate.value) / scale if usable else np.full(len(rows), np.nan))
        bounds.append(np.broadcast_to(np.asarray(estimate.bound) / scale, columns[-1].shape))
    return np.stack(columns, axis=1), np.stack(bounds, axis=1)


def _rows_of(phi: Callable[[float], np.ndarray], rows: list[int]) -> Callable[[float], np.ndarray]:
    return lambda t: phi(t)[rows]


def _units(arrays: tuple[np.ndarray, ...], places: Sequence[int]) -> Iterator[tuple[np.ndarray, ...]]:
    """The unit vectors of the arrays' shapes at these flat places."""
    for place in places:
        unit = np.zeros(sum(x.size for x in arrays))
        unit[place] = 1.0
        yield _split(unit, arrays)


def _split(values: np.ndarray, like: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """One flat array as several of the shapes of `like`."""
    ends = np.cumsum([x.size for x in like])[:-1]
    return tuple(part.reshape(x.shape) for part, x in zip(np.split(values, ends), like, strict=True))


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
