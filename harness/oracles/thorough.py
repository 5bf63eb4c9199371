"""The thorough look, element by element: the ladder first, then the two sides, then the reason why neither could say."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.oracles.beneath import Beneath, look_beneath
from harness.oracles.estimate import Rung, Status
from harness.oracles.ladder import NARROWEST, TORN, Choice, Ladder, why_not
from harness.oracles.norms import rms
from harness.oracles.quick import Table
from harness.oracles.reasons import DOMAIN, JUMP, KINK, NOISE, NON_FINITE, RANDOM, SEVERITY, SMOOTH, UNRESOLVED, of_gap, of_two_scales, reason_of
from harness.oracles.sampling import Sampler
from harness.oracles.sides import NEAREST, Both, look_at_sides
from harness.oracles.window import NOT_FINITE, Window

GRAINS = 64.0  # windows narrower than this many roundings of the argument show the rounding, not phi
GLANCE = 2.0**10  # how much narrower than the stalled window a first look at the sides goes
OFFSET_FACTOR = math.sqrt(2)
CHANGED = 16.0  # standard deviations of the noise, as the windows show it: they may show a third of it where they are few
NODES_OVER_ROWS = 8.0  # the window that 16 nodes resolve, over the last step of a table that has converged to nine digits, 8 to 16 as measured


@dataclass
class Elements:
    """Arrays (elements,); `status` and `reason` are those of the worst element."""

    value: np.ndarray
    bound: np.ndarray
    low: np.ndarray
    high: np.ndarray
    beneath: Beneath
    status: Status
    reason: str
    noise: float
    ladder: tuple[Rung, ...]
    best: float | None  # the widest of the best windows, where all elements are smooth


def look_thoroughly(sample: Sampler, scale: float, offset: int, grain: float, prior: Table | None, best: float | None = None) -> Elements:
    """The ladder on steps that start at half the scale, rounded to a power of two (x sqrt 2 for offset 1).

    `prior`: a table that has converged, so that narrower windows resolve phi as well; it confirms what the ladder says. The second ladder is to be
    independent of the first, and has a table of its own. `best`: the best window of the first ladder, where the second may start.
    """
    unit = 2.0 ** math.floor(math.log2(scale))
    widest = (best or _widest(unit, prior)) * (OFFSET_FACTOR if offset else 1.0)
    narrowest = min(max(NARROWEST * unit, GRAINS * grain), widest / 16)  # three windows at least
    ladder = Ladder(sample, unit, narrowest, grain, prior=prior)
    chosen, both = ladder.descend(widest, patient=False), None
    if ladder.stalled(~chosen.settled):
        last = ladder.windows[-1].step
        both = look_at_sides(sample, last, unit, max(ladder.narrowest, last / GLANCE), grain, chosen.ripple)
        if not (chosen.settled | both.seen).all():
            chosen, both = ladder.descend(last / 4, patient=True), None
    nearest = max(NEAREST * unit, ladder.narrowest)
    alone = _alone(sample, chosen, nearest)
    chosen.settled &= ~_torn(sample, chosen, nearest)
    if both is None and not (chosen.settled | chosen.contradicted).all():
        both = look_at_sides(sample, widest, unit, ladder.narrowest, grain, chosen.ripple)
    settled_bound = np.where(chosen.settled, chosen.bound, np.inf)
    beneath = look_beneath(sample, chosen.value, settled_bound, chosen.noise, ladder.windows, ladder.narrowest, grain)
    changed = np.zeros_like(chosen.settled) if offset else _changed(sample, chosen)
    return _decide(sample, ladder.windows, chosen, both, beneath, changed, alone)


def _widest(unit: float, prior: Table | None) -> float:
    """Half the scale; below a table that has converged, what its last step says that 16 nodes resolve."""
    if prior is None or not prior.rungs:
        return unit / 2
    return min(unit / 8, 2.0 ** math.floor(math.log2(NODES_OVER_ROWS * prior.rungs[-1].step)))


def _alone(sample: Sampler, chosen: Choice, nearest: float) -> np.ndarray:
    """Where phi(0) stands apart even from the values very near to it: phi jumps at the point, and both sides meet beyond."""
    if not (chosen.gap != 0).any():
        return np.zeros(chosen.settled.shape, dtype=bool)
    right, left = np.abs(sample(nearest) - sample.centre), np.abs(sample(-nearest) - sample.centre)
    return np.asarray((chosen.gap != 0) & (np.fmin(right, left) > np.abs(chosen.gap) / 2))


def _changed(sample: Sampler, chosen: Choice) -> np.ndarray:
    """Where phi, asked last of all where it was asked first, is no longer what it was, by more than its noise: it has become another function."""
    if sample.early is None:
        return np.zeros(chosen.settled.shape, dtype=bool)
    step, before = sample.early
    now = sample(step)
    allowed = CHANGED * (np.maximum(chosen.ripple, rms(chosen.ripple)) + sample.rounding(np.fmax(np.abs(before), np.abs(now))))
    return np.asarray((np.abs(now - before) > allowed) | (np.isfinite(now) != np.isfinite(before)))


def _torn(sample: Sampler, chosen: Choice, nearest: float) -> np.ndarray:
    """Where phi differs across 0 by more than its noise explains: a small jump at the point looks like noise to every window."""
    if not (chosen.settled & (chosen.noise > 0)).any():
        return np.zeros(chosen.settled.shape, dtype=bool)
    rise = sample(nearest) - sample(-nearest)
    return np.asarray(np.abs(rise - 2 * nearest * chosen.value) > TORN * chosen.ripple)


def _decide(
    sample: Sampler,
    windows: list[Window],
    chosen: Choice,
    both: Both | None,
    beneath: Beneath,
    changed: np.ndarray,
    alone: np.ndarray,
) -> Elements:
    value, bound = chosen.value.copy(), chosen.bound.copy()
    low, high = value.copy(), value.copy()
    status = np.where(np.isfinite(bound), SMOOTH, np.where(chosen.staircase, NOISE, UNRESOLVED))
    if both is not None:
        status = _from_sides(both, ~chosen.settled & ~chosen.contradicted, value, bound, low, high, status)
    status = np.where((status == UNRESOLVED) & (windows[-1].why == NOT_FINITE), NON_FINITE, status)
    status = np.where(alone, JUMP, np.where(chosen.gap != 0, UNRESOLVED, status))
    status = np.where(beneath.sure & (status == SMOOTH), NOISE, status)
    status = np.where((sample.random & (status > KINK)) | changed, RANDOM, status)
    bad = status > KINK
    value[bad], bound[bad], low[bad], high[bad] = np.nan, np.inf, np.nan, np.nan
    worst = int(np.lexsort((bound, status))[-1]) if status.size else 0
    code = int(status[worst]) if status.size else SMOOTH
    noise = float(np.max(np.where(bad, 0.0, chosen.noise), initial=0.0))
    gap = float(chosen.gap[worst]) if status.size else 0.0
    if gap:
        reason = of_gap(code, gap)
    elif code == NOISE and beneath.sure[worst]:
        reason = of_two_scales(float(chosen.value[worst]), float((beneath.low + beneath.high)[worst] / 2))
    else:
        reason = reason_of(sample, code, worst, both, windows)
    best = float(np.max(chosen.step, initial=0.0)) if code == SMOOTH else None
    return Elements(value, bound, low, high, beneath, SEVERITY[code], reason, noise, _rungs(windows, worst), best)


def _from_sides(
    both: Both, open_: np.ndarray, value: np.ndarray, bound: np.ndarray, low: np.ndarray, high: np.ndarray, status: np.ndarray
) -> np.ndarray:
    """Let the one-sided slopes speak where the windows around 0 are not settled (`open_`); fills the arrays in place, returns the status."""
    right, left = both.right, both.left
    mean, width, side_bound = (right.slope + left.slope) / 2, np.abs(right.slope - left.slope) / 2, np.maximum(right.bound, left.bound)
    jump = open_ & both.jumps
    seen = open_ & both.seen & ~jump & (side_bound < bound)
    smooth, kink = seen & both.slopes_agree & (side_bound + width < bound), seen & ~both.slopes_agree
    value[smooth | kink] = mean[smooth | kink]
    bound[smooth], bound[kink] = (side_bound + width)[smooth], side_bound[kink]
    low[:], high[:] = value, value
    low[kink], high[kink] = (mean - width)[kink], (mean + width)[kink]
    status = np.where(smooth, SMOOTH, np.where(kink, KINK, np.where(jump, JUMP, status)))
    one_side = (right.finite != left.finite) & ~np.isfinite(bound)
    neither = ~right.finite & ~left.finite & ~np.isfinite(bound)
    return np.where(one_side, DOMAIN, np.where(neither, NON_FINITE, status))


def _rungs(windows: list[Window], element: int) -> tuple[Rung, ...]:
    if not windows or not windows[0].value.size:
        return ()
    return tuple(
        Rung(float(w.step), float(w.value[element]), float(w.bound[element]), bool(w.why[element] == 0), why_not(w, element)) for w in windows
    )
