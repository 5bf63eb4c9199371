"""How far the slopes of narrower and narrower windows have still to go, where phi has a singularity at the point itself.

    sign(t) |t|^1.5      v(H) = C H^0.5             each window is off by half of what the one before was
    t / log|t|           v(H) = C / log H           ... by all but a little of it

There the coefficients of a window fall like powers of their index: those left out are many, and the last of those kept say too little of them. But
the windows themselves show how they converge: with differences d that shrink by the ratio r the next ones add up to d r / (1 - r). An analytic phi
has no such run of windows, each is off 4^10 times less than the one before; a kink beside the point has none, since one difference is all there is.

    max(t, t^2), |t| + sin t        the bound of a kink is the same in all windows, but for the widest, where what bends phi hides a part of it

Noise makes the bounds of narrower windows grow. Where two hardly do, they are what the best one missed.
"""

from __future__ import annotations

import numpy as np

DIFFERENCES = 4  # up to that of the best window: all of one sign, each smaller than the one before
SLOWEST = 0.95  # ratio; above it nothing says that they converge at all
SAFETY = 4.0  # for ratios that still grow: those of t / log|t| go 2.1 times as far
SHARE_OF_BOUND = 0.25  # a last difference below it is covered
NARROWER = 2  # windows beyond the best that must show the same
GROWTH_OF_NOISE = 2.0  # over two windows, each 4 times narrower or more: eight times less than noise makes of a bound in the mean


def still_to_go(value: np.ndarray, bound: np.ndarray, best: np.ndarray) -> np.ndarray:
    """By how much the bound of the `best` window is to grow, (elements,), given all windows, (windows, elements); inf where they do not converge."""
    seen = np.isfinite(bound) & (np.arange(len(bound))[:, None] <= best)
    enough = np.count_nonzero(seen, axis=0) > DIFFERENCES
    more = np.zeros(best.shape)
    if enough.any():
        more[enough] = _remainder(_last(value[:, enough], seen[:, enough]), bound[best, np.arange(len(best))][enough])
    return np.asarray(np.maximum(more, _missed(bound, best)))


def _missed(bound: np.ndarray, best: np.ndarray) -> np.ndarray:
    """By how much the bounds of the next narrower windows, where it is not noise that makes them larger, exceed that of the best."""
    at = np.arange(bound.shape[1])
    rows = np.minimum(best + np.arange(1, NARROWER + 1)[:, None], len(bound) - 1)  # (windows, elements)
    least, most = bound[best, at], bound[rows, at].max(axis=0)
    same = (most <= GROWTH_OF_NOISE * least) & (best + NARROWER < len(bound)) & np.isfinite(least)
    return np.asarray(np.where(same, np.maximum(most - least, 0.0), 0.0))


def _last(value: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The values of the last windows that are sure of themselves, (DIFFERENCES + 1, elements), the best last."""
    place = np.cumsum(seen[::-1], axis=0)[::-1]  # 1 for the best, 2 for the one before
    return np.array([np.sum(value, axis=0, where=seen & (place == k)) for k in range(DIFFERENCES + 1, 0, -1)])


def _remainder(values: np.ndarray, bound: np.ndarray) -> np.ndarray:
    steps = np.diff(values, axis=0)
    sizes = np.abs(steps)
    run = ((steps > 0).all(axis=0) | (steps < 0).all(axis=0)) & (sizes[1:] < sizes[:-1]).all(axis=0) & (sizes[-1] > SHARE_OF_BOUND * bound)
    ratio = np.where(run, np.max(sizes[1:] / np.where(run, sizes[:-1], 1.0), axis=0), 0.0)
    return np.where(ratio <= SLOWEST, SAFETY * sizes[-1] * ratio / (1 - np.minimum(ratio, SLOWEST)), np.inf)
