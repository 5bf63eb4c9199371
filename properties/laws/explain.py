"""Where a derivative is wrong, and how: its whole Jacobian beside the oracle's, for cases small enough to look at entry by entry.

actual[i, j]   = e_i^T J e_j   from the backend            (outputs, inputs)
expected[i, j] = d f_i / d x_j from finite differences, with a bound each
"""

from __future__ import annotations

from collections.abc import Iterator

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

MOST_ENTRIES = 400  # of the Jacobian; every column costs one thorough look


def explain(backend: Backend, case: Case, result: Result) -> Result:
    """`result` with `where` and `pattern` filled in; unchanged where there is nothing to look at entry by entry."""
    entries = sum(x.size for x in case.points) * sum(w.size for w in case.cotangents)
    forward = case.law == "jvp-eq-fd"
    judged = result.verdict is Verdict.BROKEN and not result.pattern and case.law in ("vjp-eq-fd", "jvp-eq-fd")
    if not judged or not 0 < entries <= MOST_ENTRIES or _is_complex(case):
        return result
    try:
        actual = _forward_jacobian(backend, case) if forward else _reverse_jacobian(backend, case)
        expected, bound = _oracle_jacobian(backend, case)
    except (Malformed, Unsupported):
        return result
    return _told(case, result, actual, expected, BROKEN_FACTOR * (bound + elementwise_rounding(actual, case.dtype)))


def _told(case: Case, result: Result, actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> Result:
    with np.errstate(all="ignore"):
        gap = np.abs(actual - expected) / np.where(allowed > 0, allowed, 1.0)
    if not (gap > 1).any() and np.isfinite(actual).all():
        return result
    i, j = np.unravel_index(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape)
    outputs, inputs = list(_names(_outputs_of(case), case.cotangents)), list(_names(_inputs_of(case), case.points))
    pattern = pattern_of(actual, expected, allowed)
    where = f"d {outputs[i]} / d {inputs[j]}: actual {actual[i, j]:.6g}, expected {expected[i, j]:.6g}"
    jacobians = {"actual": actual.tolist(), "expected": expected.tolist(), "outputs": outputs, "inputs": inputs}
    return msgspec.structs.replace(
        result, where=f"{where}; {pattern}" if actual.size > 1 else where, pattern=pattern, details={**result.details, "jacobian": jacobians}
    )


def _reverse_jacobian(backend: Backend, case: Case) -> np.ndarray:
    bound = bind(backend, case)
    return np.stack([flat(gradients_of(bound, unit)) for unit in _units(case.cotangents)])


def _forward_jacobian(backend: Backend, case: Case) -> np.ndarray:
    bound = bind(backend, case)
    return np.stack([flat(tangents_of(bound, unit)) for unit in _units(case.points)], axis=1)


def _oracle_jacobian(backend: Backend, case: Case) -> tuple[np.ndarray, np.ndarray]:
    """(expected, bound), entries without an estimate NaN."""
    columns, bounds = [], []
    for unit in _units(case.points):
        alone = msgspec.structs.replace(case, tangents=unit)
        scale = float(np.max(np.abs(flat(direction(alone)))))  # D: the units of t against those of the input
        estimate = differentiate(outputs_along(backend, alone), effort="thorough", grain=grain(alone))
        usable = estimate.status in ("smooth", "kink")
        columns.append(np.asarray(estimate.value) / scale if usable else np.full(sum(w.size for w in case.cotangents), np.nan))
        bounds.append(np.broadcast_to(np.asarray(estimate.bound) / scale, columns[-1].shape))
    return np.stack(columns, axis=1), np.stack(bounds, axis=1)


def _units(arrays: tuple[np.ndarray, ...]) -> Iterator[tuple[np.ndarray, ...]]:
    """Every unit vector of the arrays' shapes."""
    for k, x in enumerate(arrays):
        for i in range(x.size):
            unit = [np.zeros(y.shape) for y in arrays]
            unit[k].flat[i] = 1.0
            yield tuple(unit)


def _names(bases: list[str], arrays: tuple[np.ndarray, ...]) -> Iterator[str]:
    for base, x in zip(bases, arrays, strict=True):
        for index in np.ndindex(x.shape):
            yield f"{base}[{', '.join(map(str, index))}]" if index else base


def _inputs_of(case: Case) -> list[str]:
    if isinstance(case.subject, Program):
        return [case.subject.inputs[i].name for i in case.differentiable]
    return [f"x{i}" for i in case.differentiable]


def _outputs_of(case: Case) -> list[str]:
    return ["out"] if len(case.cotangents) == 1 else [f"out{i}" for i in range(len(case.cotangents))]


def _is_complex(case: Case) -> bool:
    return any(x.dtype.kind == "c" for x in (*case.points, *case.cotangents))
