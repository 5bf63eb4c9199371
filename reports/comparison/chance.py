"""Is a finding gone, or was it only not met?

    met first at the k-th comparison   =>   P(a case shows it) > p = 1 - 0.95^(1/k)    with 95 % confidence
    missed in all of m comparisons     =>   (1 - p)^m <= 0.05  once  m >= k log 0.05 / log 0.95 = 58.4 k

Source: the geometric distribution, both ways; Clopper and Pearson, Biometrika 26 (1934).
"""

from __future__ import annotations

import math

_CONFIDENCE = 0.95
_FACTOR = math.log(1 - _CONFIDENCE) / math.log(_CONFIDENCE)


def comparisons_to_expect(first_met: int) -> int:
    """Valid comparisons, none of them broken, after which a finding that was first met at comparison `first_met` counts as gone."""
    return math.ceil(_FACTOR * max(first_met, 1))


def median_between(tally: dict[int, int]) -> tuple[float, float, float] | None:
    """(low, median, high): the median of whole numbers given as a tally, and its 95 % confidence interval by order statistics.

    None under six values, where no two of them bracket the median with that confidence.
    """
    total = sum(tally.values())
    if total < 6:
        return None
    reach = 0.98 * math.sqrt(total)  # z / 2 sqrt(n)
    places = (math.floor(total / 2 - reach), (total - 1) // 2, math.ceil(total / 2 + reach))
    ranked = [_ranked(tally, min(max(place, 0), total - 1)) for place in places]
    return ranked[0], ranked[1], ranked[2]


def _ranked(tally: dict[int, int], place: int) -> float:
    """The value at `place` (from 0) of the sorted values."""
    for value in sorted(tally):
        place -= tally[value]
        if place < 0:
            return float(value)
    return float(max(tally))
