"""How far numbers along a line scatter, about their mean or about the parabola in t that is nearest to them.

Numbers of which some are not finite are told by the others. About the mean go those of which fewer than six are, and the difference of two sides one
of which has three values or fewer on the whole line: 1 - y, y being 1 but for an ulp or two, errs by the smooth true value less a constant.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import legvander

from harness.verdict.constants import COURSE, FEW_VALUES, ON_A_LINE


def about_mean(found: np.ndarray) -> np.ndarray:
    """The standard deviation of each entry: (places, entries) -> (entries,); 0 where fewer than two are finite."""
    scaled, largest = _scaled(found)
    return np.asarray(largest * np.ma.filled(np.ma.masked_invalid(scaled).std(axis=0, ddof=1), 0.0))


def about_course(places: Sequence[float], sides: np.ndarray) -> np.ndarray:
    """The same of the difference of two sides, (places, 2, entries), less its course."""
    difference = sides[:, 0] - sides[:, 1]
    told, finite = about_mean(difference), np.isfinite(difference)
    follows = (finite.sum(axis=0) >= ON_A_LINE // 2) & (_values(sides).min(axis=0) > FEW_VALUES)
    for kept in np.unique(finite[:, follows], axis=1).T:
        entries = follows & (finite == kept[:, None]).all(axis=0)
        told[entries] = _rest(np.array(places)[kept], difference[np.ix_(kept, entries)])
    return told


def _rest(places: np.ndarray, found: np.ndarray) -> np.ndarray:
    scaled, largest = _scaled(found)
    course, centred = legvander(places, COURSE), scaled - scaled[0]
    rest = centred - course @ np.linalg.lstsq(course, centred, rcond=None)[0]
    return np.asarray(largest * np.sqrt(np.sum(rest**2, axis=0) / (len(places) - COURSE - 1)))


def _scaled(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Entries of at most 1, so that no square overflows or underflows, and their sizes."""
    largest = np.max(np.abs(found), axis=0, where=np.isfinite(found), initial=0.0)
    return found / np.where(largest > 0, largest, 1.0), largest


def _values(sides: np.ndarray) -> np.ndarray:
    """How many different finite ones there are along the line."""
    ordered = np.sort(np.where(np.isfinite(sides), sides, np.nan), axis=0)  # what is not finite comes last
    return np.asarray((np.diff(ordered, axis=0) > 0).sum(axis=0) + 1)
