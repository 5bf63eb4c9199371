"""The derivative of any function of one number, with a bound on its own error.

    differentiate(phi) -> value, bound       |value - phi'(0)| <= bound       or a status that says why not

Cheap first: a Richardson table settles most functions in five to nine evaluations. What it does not settle goes to the ladder of Chebyshev windows,
and what is not smooth there is looked at from each side of 0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from harness.oracles.diagnosis import hidden_cast
from harness.oracles.estimate import Estimate, Rung, Status
from harness.oracles.norms import rms
from harness.oracles.quick import Table, richardson
from harness.oracles.sampling import FLOAT64_EPS, Phi, Sampler, Unusable
from harness.oracles.thorough import Elements, look_thoroughly

Effort = Literal["auto", "quick", "thorough"]
Claim = float | np.ndarray | None
SETTLED = 1e-9  # relative: from there on the quick table is good enough, and thousands of times below any required resolution
AT_THE_FLOOR = 4.0  # a bound within this factor of pure rounding cannot be lowered
SMALLEST_SCALE = 1e-280  # below it the narrow windows are subnormal and 1 / H overflows


def differentiate(
    phi: Phi,
    *,
    scale: float = 1.0,
    effort: Effort = "auto",
    offset: int = 0,
    claim: Claim = None,
    slack: float | np.ndarray = 0.0,
    required: float = SETTLED,
    grain: float = 0.0,
) -> Estimate:
    """Estimate phi'(0), with a bound on the estimate's error; elementwise when phi returns an array.

    Args:
        phi: t -> number or array of any shape. May raise, return NaN, be random: that becomes a status, never an exception.
        scale: A step that is "large" for t, in units of t: phi changes much over it.
        effort: "quick" is the Richardson table alone (5 to 13 evaluations); "thorough" the gated ladder (about 70, at worst some hundreds);
            "auto" the first, and the second where the first is not below `required` or does not agree with `claim`.
        offset: Which of the independent sets of steps to use, 0 or 1; they share no evaluation but phi(0).
        claim: What the derivative is said to be. Where it agrees the quick table may end a row earlier, where it does not "auto" goes on to the
            ladder; it never enters the estimate.
        slack: How far off the claim may be for reasons of its own (rounding) and still agree.
        required: The relative bound that ends the quick table.
        grain: How coarse phi rounds its argument, in units of t: eps |x| / |direction|; taken as at least eps / 2 of the scale. Steps stay above
            it, and the bound allows for it.

    Returns:
        Estimate: `value` and `bound` in the shape and units of phi per unit of t, `status`, `interval` at a kink, `reason` where it is not smooth.
        For arrays `status` is that of the worst element, and `bound` is inf for the elements that could not be determined.

    Raises:
        ValueError: `effort` or `offset` is none of the above.

    Source: docs/explanation/oracle.md; More and Wild, Estimating Derivatives of Noisy Simulations (2012).
    """
    if effort not in ("auto", "quick", "thorough"):
        raise ValueError(f"differentiate(effort=...) must be 'auto', 'quick' or 'thorough'; got {effort!r}.")
    if offset not in (0, 1):
        raise ValueError(f"differentiate(offset=...) must be 0 or 1; got {offset!r}.")
    unusable = _unusable_scale(scale, grain)
    if unusable:
        return Estimate(np.nan, np.inf, "unresolved", 0, unusable)
    try:
        sample = Sampler(phi)
    except Unusable as failure:
        return Estimate(np.nan, np.inf, failure.status, 1, failure.reason)
    try:
        with np.errstate(all="ignore"):
            return _estimate(sample, float(scale), effort, offset, claim, slack, required, max(abs(float(grain)), FLOAT64_EPS * scale / 2))
    except Unusable as failure:
        return Estimate(np.nan, np.inf, failure.status, sample.evaluations, failure.reason)


def _estimate(
    sample: Sampler, scale: float, effort: Effort, offset: int, claim: Claim, slack: float | np.ndarray, required: float, grain: float
) -> Estimate:
    if not np.isfinite(sample.centre).all():
        return _undetermined(sample, "non-finite", f"phi(0) is {_first_bad(sample.centre)}.")
    size = 1.0 if offset == 0 else float(np.sqrt(2.0))
    ladder: tuple[Rung, ...] = ()
    if effort != "thorough":
        table = richardson(sample, scale * size, grain, lambda now: _settled(sample, now, required, claim, slack), alone=claim is None)
        ladder = table.rungs
        if effort == "quick" or table.settled:
            return _from_table(sample, table)
    return _from_elements(sample, look_thoroughly(sample, scale, offset, grain), ladder)


def _settled(sample: Sampler, table: Table, required: float, claim: Claim, slack: float | np.ndarray) -> bool:
    goal = required * np.maximum(np.abs(table.value), rms(table.value))
    at_floor = table.bound <= AT_THE_FLOOR * table.floor
    if claim is None:
        at_floor &= (table.value != 0) | (sample.centre == 0)  # exactly constant, as rounded values may be: the ladder looks wider
    return bool(np.all((table.bound <= goal) | at_floor)) and _agrees(sample, table, claim, slack)


def _agrees(sample: Sampler, table: Table, claim: Claim, slack: float | np.ndarray) -> bool:
    if claim is None:
        return True
    if np.shape(claim) != sample.shape:
        return False
    gap = np.abs(np.asarray(claim) - np.asarray(sample.restore(table.value)))
    return bool(np.all(gap <= np.asarray(sample.restore_bound(table.bound)) + slack))


def _from_table(sample: Sampler, table: Table) -> Estimate:
    if sample.integers_only:
        return _integers(sample)
    if not table.settled:  # a bound that has not come down says nothing: the steps may alias
        return replace(_undetermined(sample, "unresolved", "the quick table does not settle."), ladder=table.rungs)
    return Estimate(
        sample.restore(table.value), sample.restore_bound(table.bound), "smooth", sample.evaluations, ladder=table.rungs, magnitude=sample.magnitude
    )


def _from_elements(sample: Sampler, found: Elements, ladder: tuple[Rung, ...]) -> Estimate:
    if sample.integers_only:
        return _integers(sample)
    return Estimate(
        sample.restore(found.value),
        sample.restore_bound(found.bound),
        found.status,
        sample.evaluations,
        found.reason,
        (sample.restore(found.low), sample.restore(found.high)) if (found.low < found.high).any() else None,
        found.noise,
        ladder + found.ladder,
        hidden_cast(sample, found.noise),
        sample.magnitude,
    )


def _undetermined(sample: Sampler, status: Status, reason: str) -> Estimate:
    nan, inf = np.full_like(sample.centre, np.nan), np.full_like(sample.centre, np.inf)
    return Estimate(sample.restore(nan), sample.restore_bound(inf), status, sample.evaluations, reason)


def _integers(sample: Sampler) -> Estimate:
    return _undetermined(sample, "unresolved", "phi returns integers or booleans, which have no derivative; convert the output to floating point.")


def _unusable_scale(scale: float, grain: float) -> str:
    if not np.isfinite(scale) or scale <= 0:
        return f"the scale of t must be positive and finite; got {scale!r}."
    if scale < SMALLEST_SCALE:
        return f"the scale of t must be at least {SMALLEST_SCALE:g}; at {scale!r} the steps underflow."
    if not np.isfinite(grain):
        return f"the grain of t must be finite; got {grain!r}."
    return ""


def _first_bad(values: np.ndarray) -> str:
    return str(float(values[~np.isfinite(values)][0]))
