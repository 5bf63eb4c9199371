"""From a backend's value and an oracle's estimate to a verdict, by three-way logic and no guessed tolerance.

tau = bound + rounding                            what the oracle and the analytic value themselves may be off
s = max(|actual|, |expected|, size)               the gradient's scale; in half precision without the size: harness.verdict.constants

HOLDS         |actual - expected| <= tau   and   tau <= required * s
BROKEN        |actual - expected| > 4 tau   on two ladders that share no evaluation but phi(0)
INCONCLUSIVE  otherwise, with the reason
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.oracles.inquiry import Inquiry
from harness.verdict.asking import Amount, Apart, Ask, Costly
from harness.verdict.constants import COARSE_RESOLUTION
from harness.verdict.naming import Name
from harness.verdict.result import Result
from harness.verdict.summed import hidden_by_the_sum
from harness.verdict.verdict import Verdict


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
    terms: Costly = None,
    widened: Costly = None,
    doubted: Costly = None,
    apart: Callable[[], Apart | None] | None = None,
    stairs: bool = False,
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
            subgradient may range, and the many jumps and plateaus of a sum hide that each term is smooth at 0; the terms show it. Asked only where
            phi has a kink and `actual` is not between the slopes of the sum, or where the sum shows no derivative.
        terms: The size of the numbers that phi is computed from, as in harness.oracles.differentiate; asked where the quick table does not do.
        widened: What more `actual` may be off, where that is costly to measure; asked only where the first ladder does not agree.
        doubted: The same and more, as many runs some ulps apart show it; asked only before BROKEN is said; what is BROKEN still needs no `widened`.
        apart: What rounding explains where entries of equal size are told from others; asked only of what `widened` leaves open.
        stairs: Whether phi may be a staircase that stands for a function without steps (somebody's cast, 1e16 added and taken away): then the slope
            that wide steps show is not BROKEN. An op that is known by its name is what it is.

    Returns:
        Result: HOLDS (at a kink: as a subgradient), BROKEN or INCONCLUSIVE with its reason; `vacuous` where both sides vanish.
    """
    typical = size if required < COARSE_RESOLUTION else 0.0
    ask = Ask(law, np.float64(actual), scale, rounding, typical, required, "out", doubted, apart, stairs)
    each = Inquiry(outputs, scale=scale, grain=grain) if outputs is not None and actual == 0 else None
    inquiry = Inquiry(phi, scale=scale, grain=grain)
    result = ask.of(inquiry, terms, widened, each)
    if outputs is None or not hidden_by_the_sum(result):
        return result
    each = each or Inquiry(outputs, scale=scale, grain=grain)
    if terms is not None:
        each.allow_for(terms())
    summed = ask.of_the_sum(inquiry, each, result)
    return result if summed.verdict is Verdict.INCONCLUSIVE and result.verdict is Verdict.INCONCLUSIVE else summed


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
    name: Name = "out",
    terms: Costly = None,
    widened: Costly = None,
    doubted: Costly = None,
    apart: Callable[[], Apart | None] | None = None,
    stairs: bool = False,
) -> Result:
    """As `judge_derivative`, entry by entry: `actual` is J D v, phi(t) = f(x + t D v), both of one shape. `where` names the worst entry of `name`.

    HOLDS when every entry does; BROKEN when some entry is; INCONCLUSIVE when some entry is and none is BROKEN.
    """
    actual, phi = _as_real(np.asarray(actual), phi)
    return Ask(law, actual, scale, rounding, size, required, name, doubted, apart, stairs).of(Inquiry(phi, scale=scale, grain=grain), terms, widened)


def _as_real(actual: np.ndarray, phi: Callable[[float], Any]) -> tuple[np.ndarray, Callable[[float], Any]]:
    """Complex entries as pairs of real ones, on both sides."""
    if actual.dtype.kind != "c":
        return actual, phi

    def parts(t: float) -> np.ndarray:
        value = np.asarray(phi(t))
        return np.stack([value.real, value.imag], axis=-1)

    return np.stack([actual.real, actual.imag], axis=-1), parts
