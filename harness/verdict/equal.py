"""Laws that hold to rounding, and laws of yes or no: the same three-way logic without a finite difference.

HOLDS  |actual - expected| <= allowed   and   (exact or allowed <= required * s)         s = max(|actual|, |expected|, rms, size)
BROKEN |actual - expected| > 4 allowed
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.oracles.norms import rms
from harness.verdict.constants import BROKEN_FACTOR
from harness.verdict.naming import Name, entry, whole
from harness.verdict.result import Result
from harness.verdict.verdict import Verdict


def judge_equal(
    law: str,
    actual: Any,
    expected: Any,
    *,
    allowed: float | np.ndarray,
    size: float | np.ndarray = 0.0,
    required: float,
    rule: str,
    name: Name = "out",
) -> Result:
    """Compare two arrays that rounding alone may tell apart.

    Args:
        law: Name of the law.
        actual: What the backend gave: a number or an array, real or complex.
        expected: What it must equal, of the same shape.
        allowed: What rounding explains, per element or for all, in the units of the values; 0 for laws that hold exactly. See
            harness.verdict.rounding.
        size: The size that an element would have by chance, for the resolution.
        required: The resolution that the verdict needs; equal numbers need none.
        rule: In words, how `allowed` was derived.
        name: What the array is called in `where`, or what its entry at each flat index is.

    Returns:
        Result: its numbers are those of the worst element, which `where` names. NaN agrees with NaN and an infinity with itself at the same
        place; any other non-finite element is BROKEN, unless `allowed` is infinite: then rounding decides whether a number overflows, which
        explains an infinity but no NaN. Arrays without elements, and arrays of zeros on both sides, are `vacuous`.
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        reason = f"{whole(name)} has shape {actual.shape}, expected {expected.shape}."
        return Result(law=law, verdict=Verdict.BROKEN, reason=reason, rule=rule)
    if not actual.size:
        return Result(law=law, verdict=Verdict.HOLDS, reason="no elements.", rule=rule, vacuous=True, comparisons=0)
    with np.errstate(all="ignore"):
        return _judge(law, _wide(actual), _wide(expected), np.asarray(allowed, dtype=np.float64), np.asarray(size), required, rule, name)


def structural(law: str, ok: bool, reason_if_broken: str, comparisons: int = 1, *, where: str = "", rule: str = "yes or no") -> Result:
    """A law that either holds or does not: a shape, a dtype, an exception of the right class."""
    if ok:
        return Result(law=law, verdict=Verdict.HOLDS, rule=rule, comparisons=comparisons)
    return Result(law=law, verdict=Verdict.BROKEN, reason=reason_if_broken, rule=rule, where=where, comparisons=comparisons)


def _wide(values: np.ndarray) -> np.ndarray:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _judge(
    law: str,
    actual: np.ndarray,
    expected: np.ndarray,
    allowed: np.ndarray,
    size: np.ndarray,
    required: float,
    rule: str,
    name: Name,
) -> Result:
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    finite = np.isfinite(actual) & np.isfinite(expected)
    distance = np.where(same, 0.0, np.where(finite, np.abs(actual - expected), np.inf))
    tau = np.broadcast_to(allowed, actual.shape)
    s = np.maximum(np.maximum(np.abs(actual), np.abs(expected)), np.maximum(rms(expected[finite]), size))
    holds = same | ((distance <= tau) & (tau <= required * s) & np.isfinite(tau))
    overflow = np.isposinf(tau) & ~np.isnan(actual) & ~np.isnan(expected)
    broken = ~same & ~overflow & (~finite | (distance > BROKEN_FACTOR * tau))
    verdict = Verdict.BROKEN if broken.any() else Verdict.HOLDS if holds.all() else Verdict.INCONCLUSIVE
    decides = broken if broken.any() else ~holds if not holds.all() else np.ones_like(holds)
    i = int(np.argmax(np.where(decides, distance / np.where(tau > 0, tau, np.finfo(float).tiny), -1.0)))
    return Result(
        law=law,
        verdict=verdict,
        reason=_reason(verdict, bool(finite.flat[i] | same.flat[i]), float(distance.flat[i]), float(tau.flat[i]), float(s.flat[i]), required),
        **_ends(actual.flat[i], expected.flat[i]),
        tolerance=float(tau.flat[i]),
        resolution=float(tau.flat[i] / s.flat[i]) if s.flat[i] > 0 else None,
        rule=rule,
        where=entry(name, i, actual.shape) if verdict is not Verdict.HOLDS else "",
        vacuous=verdict is Verdict.HOLDS and not np.any(actual) and not np.any(expected),
        comparisons=int(np.count_nonzero(holds | broken)),
    )


def _reason(verdict: Verdict, comparable: bool, distance: float, tau: float, s: float, required: float) -> str:
    if verdict is Verdict.HOLDS:
        return ""
    if verdict is Verdict.BROKEN:
        return "" if comparable else "one side is not finite where the other is, or not in the same way."
    if np.isposinf(tau):
        return "overflow: one ulp more or less of the values decides whether this number is infinite."
    if distance > tau:
        return f"rounding: actual and expected differ by more than the tolerance, but by less than {BROKEN_FACTOR:g} times."
    return f"resolution: only errors above {tau / s if s > 0 else np.inf:.1e} of the values' size could be seen; {required:.1e} is required."


def _ends(actual: Any, expected: Any) -> dict[str, Any]:
    """Both numbers as Python floats; of complex ones the part that differs more."""
    if not (np.iscomplexobj(actual) or np.iscomplexobj(expected)):
        return {"actual": float(actual), "expected": float(expected)}
    real = abs(np.real(actual) - np.real(expected)) >= abs(np.imag(actual) - np.imag(expected))
    part = np.real if real else np.imag
    return {"actual": float(part(actual)), "expected": float(part(expected))}
