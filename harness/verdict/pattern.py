"""A guess at what kind of error a wrong Jacobian has, with the evidence for it.

actual = c expected, -expected, expected^T, 0, expected with some entries wrong, ...
"""

from __future__ import annotations

import re

import numpy as np

from harness.verdict.constants import QUICK_RESOLUTION

_SOME = r"(\d+ of \d+ entries )?"
_SORTS = (
    (rf"(all entries are |{_SOME})(NaN|infinite)|.* is not finite where|a zero cotangent gave \(?(nan|-?inf)", "not finite"),
    (rf"{_SOME}not zero where|a zero cotangent gave [-(\d]", "not zero"),
    (rf"{_SOME}zero where", "zero"),
    (rf"{_SOME}off by|\d+ of \d+ entries wrong", "off"),
    ("all entries are zero", "all zero"),
    ("all entries are off by", "all off"),
)


def pattern_of(actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> str:
    """The simplest description of how `actual` differs from `expected`; both and `allowed`, what each entry may be off, have shape (outputs, inputs).

    Empty where nothing differs.
    """
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(actual - expected) <= allowed)
    if not wrong.any():
        return ""
    return _whole(actual, expected, allowed) or _part(actual, expected, wrong)


def kind_of(actual: float | None, expected: float | None) -> str:
    """The same of one number, where no Jacobian could be looked at; empty where there are no two numbers."""
    if actual is None or expected is None:
        return ""
    if not np.isfinite(actual):
        return "NaN" if np.isnan(actual) else "infinite"
    if actual == 0 or expected == 0:
        return "zero where it should not be" if actual == 0 else "not zero where it should be"
    return f"off by {_factor(actual / expected)}"


def sort_of(pattern: str) -> str:
    """`pattern` without how many entries are wrong and by how much, which another case of the same bug has otherwise.

    What spoils a whole Jacobian alike stays a sort of its own: an op whose single entries are known to be off may still lose all of them one day.
    """
    return next((sort for told, sort in _SORTS if re.match(told, pattern)), pattern)


def _whole(actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> str:
    if np.isnan(actual).all():
        return "all entries are NaN"
    if not actual.any():
        return "all entries are zero"
    factor = _common_factor(actual, expected, allowed)
    if factor is not None:
        return "all entries have the wrong sign" if factor == -1 else f"all entries are off by {_factor(factor)}"
    if actual.shape[0] == actual.shape[1] and _within(actual.T, expected, allowed):
        return "the Jacobian is transposed"
    for axis, name in ((0, "outputs"), (1, "inputs")):
        if actual.shape[axis] > 1 and _within(np.flip(actual, axis), expected, allowed):
            return f"the {name} are in reverse order"
    if _within(np.abs(expected), actual, allowed):
        return "the signs of the entries are lost"
    return ""


def _part(actual: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    share = f"{int(wrong.sum())} of {wrong.size} entries"
    if np.isnan(actual[wrong]).all():
        return f"{share} NaN"
    if not actual[wrong].any():
        return f"{share} zero where they should not be"
    if not expected[wrong].any():
        return f"{share} not zero where they should be"
    with np.errstate(all="ignore"):
        ratios = actual[wrong] / expected[wrong]
    if np.isfinite(ratios).all() and np.ptp(ratios) <= QUICK_RESOLUTION * abs(float(np.median(ratios))):
        return f"{share} off by {_factor(float(np.median(ratios)))}"
    return f"{share} wrong"


def _factor(factor: float) -> str:
    """The factor, or its distance from 1 where six digits would round it to 1."""
    return f"the factor {factor:.6g}" if f"{factor:.6g}" != "1" else f"a relative {factor - 1:.2g}"


def _common_factor(actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> float | None:
    """The c of actual = c expected, by least squares; rounded to a short number where that fits as well."""
    size = float(np.sum(np.square(expected)))
    if not np.isfinite(actual).all() or size == 0:
        return None
    exact = float(np.sum(actual * expected)) / size
    for factor in (float(f"{exact:.2g}"), float(f"{exact:.6g}"), exact):
        if factor and _within(actual / factor, expected, allowed):
            return factor
    return None


def _within(actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> bool:
    return bool(np.all(np.abs(actual - expected) <= allowed))
