"""Where one direction cannot tell: the law asked again, entry by entry, each in its own scale.

    sum_i relu(x_i) at x = 0           along v the slopes are sum of v_i over v_i > 0, and over v_i < 0; the gradient 0 need not lie between them,
                                       yet along each unit vector e_i it lies in [0, 1]
    hardshrink at x = (1e8, 0)         a small step for the first entry jumps over everything that happens to the second
    log at x = (1e-30, 1e30)           has a derivative along D_j v_j only, D_j = the size of the entry x_j
    1 + x at x = 1e-12                 steps in proportion to x drown in the rounding of 1; steps of the size of 1 do not

A gradient is a subgradient only if along every e_i it lies between the one-sided slopes there, and at a smooth point only if it is the slope there.
So a verdict that may owe to the direction (at a kink, or among entries of very different sizes) gives way to the verdicts along D_i e_i. Of more
entries than can be asked one by one, one direction in proportion to each entry is asked instead, which can absolve nobody.
Source: Clarke, Optimization and Nonsmooth Analysis (1983), proposition 2.1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

import msgspec
import numpy as np

from harness.backends import Backend
from harness.program import Case
from harness.verdict import Result, Verdict
from harness.verdict.result import worst_result
from properties.laws.saturation import unless_saturated
from properties.laws.sizes import leaf_size, own_sizes
from properties.laws.ties import Along, Measure, unless_beside_a_tie

Check = Callable[[Backend, Case], Result]
MOST_ENTRIES = 64  # each costs a thorough look from both sides; generated cases are smaller
WIDE = 2.0**10  # the largest entry over the smallest: less is no trouble for steps of 2^-5 and smaller


def entry_by_entry(measure: Measure | None = None, along: Along | None = None) -> Callable[[Check], Check]:
    """A check, asked again along each entry where it is not HOLDS at a kink or among entries of very different sizes.

    With `measure` (the backend's derivative along a step) and `along` (what is differentiated) a choice at a tie is left open.
    """
    return lambda check: wraps(check)(lambda backend, case: _settled(check, backend, case, measure, along))


def _settled(check: Check, backend: Backend, case: Case, measure: Measure | None, along: Along | None) -> Result:
    result = unless_saturated(case, _in_the_world(check, backend, case, check(backend, case)))
    if result.verdict not in (Verdict.BROKEN, Verdict.INCONCLUSIVE):
        return result
    at_kink, wide_spread = _at_kink(result, case), any(map(_spread_wide, case.points))
    if not (at_kink or wide_spread):
        return result
    entries = sum(x.size for x in case.points)
    if entries > MOST_ENTRIES:
        return _in_proportion(check, backend, case, result)
    results: list[Result] = []
    for one in _along_each_entry(case) if entries > 1 else [case]:
        found = unless_saturated(one, _placed(check(backend, one), one)) if entries > 1 else result
        results.append(unless_beside_a_tie(backend, one, found, measure, along) if at_kink and measure and along else found)
        if result.verdict is results[-1].verdict is Verdict.INCONCLUSIVE:
            break  # what was open stays open
    spent = sum(found.evaluations for found in results) + (result.evaluations if entries > 1 else 0)
    return msgspec.structs.replace(worst_result(results), evaluations=spent)


def asked_along(case: Case, result: Result) -> Case:
    """`case` with the tangents along which `result` was found, where they are not its own."""
    tangents = result.details.get("tangents")
    if tangents is None:
        return case
    return msgspec.structs.replace(case, tangents=tuple(np.asarray(v, dtype=x.dtype) for v, x in zip(tangents, case.tangents, strict=True)))


def _placed(result: Result, case: Case) -> Result:
    """The result and the direction that it speaks of, which is not that of the case as it was drawn."""
    return msgspec.structs.replace(result, details={**result.details, "tangents": [v.tolist() for v in case.tangents]})


def _in_the_world(check: Check, backend: Backend, case: Case, result: Result) -> Result:
    """`result`, or that along steps of the size of 1 where leaves are small and `result` is undecided."""
    sizes = [leaf_size(x) for x in case.points]
    if result.verdict is not Verdict.INCONCLUSIVE or min(sizes, default=1.0) * WIDE >= 1:
        return result
    tangents = tuple(np.asarray(v / min(size, 1.0)) for v, size in zip(case.tangents, sizes, strict=True))
    scaled = msgspec.structs.replace(case, tangents=tangents)
    again = _placed(check(backend, scaled), scaled)
    spent = result.evaluations + again.evaluations
    return msgspec.structs.replace(again if again.verdict is not Verdict.INCONCLUSIVE else result, evaluations=spent)


def _in_proportion(check: Check, backend: Backend, case: Case, result: Result) -> Result:
    """One direction for all: it may decide the undecided; but one that is BROKEN along one direction only is open."""
    tangents = tuple(np.asarray(v * own_sizes(x)) for v, x in zip(case.tangents, case.points, strict=True))
    scaled = msgspec.structs.replace(case, tangents=tangents)
    again = _placed(check(backend, scaled), scaled)
    better = again if result.verdict is Verdict.INCONCLUSIVE and again.verdict is not Verdict.INCONCLUSIVE else result
    if result.verdict is Verdict.BROKEN and (_at_kink(result, case) or again.verdict is not Verdict.BROKEN):
        entries = sum(x.size for x in case.points)
        reason = f"BROKEN along one direction at a kink or among entries of very different sizes; {entries} entries are too many to ask one by one."
        better = msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return msgspec.structs.replace(better, evaluations=result.evaluations + again.evaluations)


def _along_each_entry(case: Case) -> Iterator[Case]:
    for k, x in enumerate(case.points):
        for i, size in enumerate(own_sizes(x).ravel()):
            tangents = [np.zeros(y.shape) for y in case.points]
            tangents[k].flat[i] = size
            yield msgspec.structs.replace(case, tangents=tuple(tangents))


def _at_kink(result: Result, case: Case) -> bool:
    return result.details.get("status") == "kink" or case.drawn.get("margin") == 0


def _spread_wide(x: np.ndarray) -> bool:
    """Whether the sizes of its entries differ widely, a 0 having the size of `own_sizes`."""
    sizes = own_sizes(x)
    return bool(sizes.size and sizes.max() > WIDE * sizes.min())
