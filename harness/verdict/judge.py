"""From a backend's value and an oracle's estimate to a verdict, by three-way logic and no guessed tolerance.

tau = bound + rounding                            what the oracle and the analytic value themselves may be off
s = max(|actual|, |expected|, size)               the gradient's scale

HOLDS         |actual - expected| <= tau   and   tau <= required * s
BROKEN        |actual - expected| > 4 tau   on two ladders that share no evaluation but phi(0)
INCONCLUSIVE  otherwise, with the reason
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from harness.oracles import Estimate, differentiate
from harness.oracles.norms import rms
from harness.verdict.constants import QUICK_RESOLUTION, QUICK_SHARE_OF_ROUNDING
from harness.verdict.elementwise import Comparison, compare
from harness.verdict.result import Result
from harness.verdict.verdict import Verdict

Amount = float | np.ndarray


def judge_derivative(
    law: str,
    actual: float,
    phi: Callable[[float], Any],
    *,
    scale: float = 1.0,
    rounding: float,
    size: float,
    required: float,
    grain: float = 0.0,
    outputs: Callable[[float], np.ndarray] | None = None,
) -> Result:
    """Compare `actual`, the backend's <J^T w, D v>, with the derivative of phi(t) = <w, f(x + t D v)> at 0.

    Args:
        law: Name of the law.
        actual: The analytic value, a real number.
        phi: t -> real number.
        scale: A large step for t (see harness.oracles.differentiate).
        rounding: What rounding allows `actual` to be off; see harness.verdict.rounding.
        size: The size that `actual` would have by chance; see harness.verdict.rounding.natural_size.
        required: The resolution that the verdict needs; see harness.verdict.constants.required_resolution.
        grain: How coarse x + t D v is rounded, in units of t.
        outputs: t -> the terms of the inner product, w * f(x + t D v), as an array. At a point with several kinks their sum hides how far a
            subgradient may
            range; the terms show it. Asked only where phi has a kink and `actual` is not between the slopes of the sum.

    Returns:
        Result: HOLDS (at a kink: as a subgradient), BROKEN or INCONCLUSIVE with its reason; `vacuous` where both sides vanish.
    """
    result = judge_tangent(law, np.float64(actual), phi, scale=scale, rounding=rounding, size=size, required=required, grain=grain)
    if outputs is None or result.verdict is Verdict.HOLDS or result.details.get("status") != "kink":
        return result
    wide = _widen(differentiate(outputs, scale=scale, effort="thorough", grain=grain))
    verdicts = compare(np.float64(actual), wide, scale=scale, rounding=rounding, size=size, required=required)
    return _result(law, verdicts, wide, result.evaluations + wide.evaluations, confirmed=result.verdict is Verdict.BROKEN)


def judge_tangent(
    law: str,
    actual: np.ndarray,
    phi: Callable[[float], Any],
    *,
    scale: float = 1.0,
    rounding: Amount,
    size: Amount,
    required: float,
    grain: float = 0.0,
    name: str = "out",
) -> Result:
    """As `judge_derivative`, entry by entry: `actual` is J D v, phi(t) = f(x + t D v), both of one shape. `where` names the worst entry of `name`.

    HOLDS when every entry does; BROKEN when some entry is; INCONCLUSIVE when some entry is and none is BROKEN.
    """
    actual, phi = _as_real(np.asarray(actual), phi)
    quick = differentiate(phi, scale=scale, effort="quick", grain=grain, claim=actual, slack=rounding, required=_quick_goal(actual, rounding, size))
    if _shape_differs(actual, quick):
        return _wrong_shape(law, actual, quick, name, quick.evaluations)
    verdicts = compare(actual, quick, scale=scale, rounding=rounding, size=size, required=required)
    if verdicts.worst is Verdict.HOLDS:
        return _result(law, verdicts, quick, quick.evaluations, name=name)
    estimate = differentiate(phi, scale=scale, effort="thorough", grain=grain)
    spent = quick.evaluations + estimate.evaluations
    if _shape_differs(actual, estimate):
        return _wrong_shape(law, actual, estimate, name, spent)
    verdicts = compare(actual, estimate, scale=scale, rounding=rounding, size=size, required=required)
    if verdicts.worst is not Verdict.BROKEN:
        return _result(law, verdicts, estimate, spent, name=name)
    again = differentiate(phi, scale=scale, effort="thorough", grain=grain, offset=1)
    confirmed = compare(actual, again, scale=scale, rounding=rounding, size=size, required=required)
    agreed = bool((verdicts.broken & confirmed.broken).any())
    return _result(law, verdicts.only(confirmed.broken) if agreed else verdicts, estimate, spent + again.evaluations, name=name, confirmed=agreed)


def _quick_goal(actual: np.ndarray, rounding: Amount, size: Amount) -> float:
    """How small a quick bound must be, relative to the values: so small that a thorough one could change nothing that matters."""
    with np.errstate(all="ignore"):
        typical = rms(np.ravel(actual))
        goal = np.maximum(
            QUICK_RESOLUTION * np.maximum(typical, np.max(size, initial=0.0)), QUICK_SHARE_OF_ROUNDING * np.min(rounding, initial=np.inf)
        )
        relative = float(goal / typical) if typical > 0 else 0.0
    return relative if np.isfinite(relative) else 0.0


def _as_real(actual: np.ndarray, phi: Callable[[float], Any]) -> tuple[np.ndarray, Callable[[float], Any]]:
    """Complex entries as pairs of real ones, on both sides."""
    if actual.dtype.kind != "c":
        return actual, phi

    def parts(t: float) -> np.ndarray:
        value = np.asarray(phi(t))
        return np.stack([value.real, value.imag], axis=-1)

    return np.stack([actual.real, actual.imag], axis=-1), parts


def _widen(estimate: Estimate) -> Estimate:
    """The sum of an estimate's elements: values, bounds and kinks add, and every subgradient of every element is allowed."""
    low, high = estimate.interval if estimate.interval is not None else (estimate.value, estimate.value)
    return replace(
        estimate,
        value=float(np.sum(estimate.value)),
        bound=float(np.sum(estimate.bound)),
        interval=(float(np.sum(low)), float(np.sum(high))),
    )


def _shape_differs(actual: np.ndarray, estimate: Estimate) -> bool:
    known = estimate.status in ("smooth", "kink") or np.ndim(estimate.value) > 0  # where phi fails at once, its shape is not known
    return known and np.shape(estimate.value) != actual.shape


def _wrong_shape(law: str, actual: np.ndarray, estimate: Estimate, name: str, spent: int) -> Result:
    reason = f"the tangent of {name} has shape {actual.shape}, the function's value has {np.shape(estimate.value)}."
    return Result(law=law, verdict=Verdict.BROKEN, reason=reason, evaluations=spent)


def _result(law: str, verdicts: Comparison, estimate: Estimate, spent: int, *, name: str = "out", confirmed: bool = True) -> Result:
    worst, i = verdicts.worst, verdicts.worst_index
    if worst is Verdict.BROKEN and not confirmed:
        worst, reason = Verdict.INCONCLUSIVE, "two independent ladders do not agree that it is wrong."
    else:
        reason = verdicts.reason
    details: dict[str, Any] = {"status": estimate.status} | ({"diagnosis": estimate.diagnosis} if estimate.diagnosis else {})
    if estimate.interval is not None and i is not None:
        details["interval"] = [float(np.ravel(end)[i]) for end in estimate.interval]
    return Result(
        law=law,
        verdict=worst,
        reason=reason,
        rule=f"finite differences, {spent} evaluations: the oracle's bound plus rounding of the analytic value",
        where=verdicts.where(name) if worst is not Verdict.HOLDS else "",
        vacuous=worst is Verdict.HOLDS and bool(verdicts.vacuous.all()),
        comparisons=verdicts.decided,
        evaluations=spent,
        ladder=estimate.ladder,
        details=details,
        **verdicts.numbers(),
    )
