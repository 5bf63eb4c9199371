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
from harness.program.layout import fitting
from harness.verdict import Result, Verdict
from harness.verdict.result import worst_result
from properties.laws.along import direction
from properties.laws.hidden import SWALLOWED, WIDE, at_kink, has_room, smooth_outputs, unlike_entries, unlike_leaves
from properties.laws.narrow import GLANCE, Along, denied_by_narrow_steps
from properties.laws.own_precision import Slopes, Values, unless_dtype_tells
from properties.laws.saturation import unless_saturated
from properties.laws.sizes import leaf_size, own_sizes
from properties.laws.ties import Measure, slopes_differ, unless_beside_a_tie

Check = Callable[[Backend, Case], Result]
ONLY_LARGE = "steps of the size of 1 deny the analytic value, smaller ones do not: phi may change within them."
MOST_ENTRIES = 64  # each costs a thorough look from both sides; generated cases are smaller


def entry_by_entry(
    measure: Measure | None = None, along: Along | None = None, values: Values | None = None, slopes: Slopes | None = None
) -> Callable[[Check], Check]:
    """A check, asked again along each entry (or leaf) at a kink, and among entries or leaves of very different sizes.

    With `measure` (the backend's derivative along a step) and `values` (what is differentiated, at a point) a choice at a tie is left open; with
    `values` and `slopes` (else `measure`) what the dtype explains; with `measure` and `along` (t -> what is differentiated) many entries are asked.
    """

    def asked(check: Check, backend: Backend, case: Case) -> Result:
        result = _settled(check, backend, case, measure, along, values)
        return unless_dtype_tells(backend, asked_along(case, result), result, values, slopes or measure)

    return lambda check: wraps(check)(lambda backend, case: asked(check, backend, case))


def _settled(check: Check, backend: Backend, case: Case, measure: Measure | None, along: Along | None, values: Values | None) -> Result:
    result = unless_saturated(case, _in_the_world(check, backend, case, check(backend, case)))
    kinked, unlike = has_room(result, case) if result.verdict is Verdict.HOLDS else at_kink(result, case), unlike_entries(case)
    if result.verdict is Verdict.BROKEN and not kinked and values and measure and result.expected is not None:
        kinked = slopes_differ(backend, case, values, (result.tolerance or 0.0) / (result.resolution or np.inf))
    if result.verdict not in (Verdict.BROKEN, Verdict.INCONCLUSIVE, Verdict.HOLDS) or not (
        kinked or unlike or unlike_leaves(case) or _too_small(result, case)
    ):
        return result
    entries = sum(x.size for x in case.points)
    if entries > MOST_ENTRIES:
        if not kinked and result.verdict is Verdict.BROKEN and measure and along and denied_by_narrow_steps(backend, case, result, measure, along):
            return msgspec.structs.replace(result, evaluations=result.evaluations + GLANCE)
        return _of_many(check, backend, case, result, kinked=kinked)
    results: list[Result] = []
    for one in _one_by_one(case, leaves=not kinked and not unlike) if entries > 1 else [case]:
        found = unless_saturated(one, _in_steps_of_one(check, backend, one)) if entries > 1 else result
        results.append(unless_beside_a_tie(backend, one, found, measure, values) if kinked and measure and values else found)
        if results[-1].verdict is Verdict.BROKEN or result.verdict is results[-1].verdict is Verdict.INCONCLUSIVE:
            break  # one wrong entry is enough; what was open stays open
    spent = sum(found.evaluations for found in results) + (result.evaluations if entries > 1 else 0)
    return msgspec.structs.replace(worst_result(results), evaluations=spent)


def asked_along(case: Case, result: Result) -> Case:
    """`case` with the tangents along which `result` was found, where they are not its own; contiguous where their layout cannot hold them."""
    told = result.details.get("tangents")
    if told is None:
        return case
    tangents = tuple(np.asarray(v, dtype=x.dtype) for v, x in zip(told, case.tangents, strict=True))
    first = len(case.primals) + len(case.cotangents)
    return msgspec.structs.replace(case, tangents=tangents, layouts=(*case.layouts[:first], *map(fitting, tangents, case.layouts[first:])))


def _placed(result: Result, case: Case) -> Result:
    """The result and the direction that it speaks of, which is not that of the case as it was drawn."""
    return msgspec.structs.replace(result, details={**result.details, "tangents": [v.tolist() for v in case.tangents]})


def _in_the_world(check: Check, backend: Backend, case: Case, result: Result) -> Result:
    """`result`, or that along steps of the size of 1 where leaves are small and `result` is undecided, or too small to show."""
    if result.verdict is not Verdict.INCONCLUSIVE and not result.vacuous:
        return result
    sizes = [leaf_size(x) for x in case.points]
    if min(sizes, default=1.0) * WIDE >= 1:
        return result
    tangents = tuple(np.asarray(v / min(size, 1.0)) for v, size in zip(case.tangents, sizes, strict=True))
    scaled = msgspec.structs.replace(case, tangents=tangents)
    again = _believed(check, backend, case, _placed(check(backend, scaled), scaled), scaled)
    told = _tells(again) or (result.verdict is Verdict.INCONCLUSIVE is not again.verdict)
    return msgspec.structs.replace(again if told else result, evaluations=result.evaluations + again.evaluations)


def _in_steps_of_one(check: Check, backend: Backend, case: Case) -> Result:
    """The check along one entry or leaf, and along a step of 1 where its own size is too small to show anything."""
    result = _placed(check(backend, case), case)
    length = max(float(np.max(np.abs(v), initial=0.0)) for v in direction(case))
    if not (result.verdict is Verdict.INCONCLUSIVE or result.vacuous) or not 0 < length * WIDE < 1:
        return result
    scaled = msgspec.structs.replace(case, tangents=tuple(np.asarray(v / length) for v in case.tangents))
    again = _believed(check, backend, case, _placed(check(backend, scaled), scaled), scaled)
    return msgspec.structs.replace(again if _tells(again) else result, evaluations=result.evaluations + again.evaluations)


def _tells(again: Result) -> bool:
    """Whether large steps say something: that the derivative is right, or wrong, or denied by them alone."""
    return (again.verdict in (Verdict.HOLDS, Verdict.BROKEN) and not again.vacuous) or again.reason == ONLY_LARGE


def _too_small(result: Result, case: Case) -> bool:
    """Whether nothing shows along all leaves at once, one of which is small: in steps of 1 in both the slopes of x y drown in its curvature."""
    return result.vacuous and len(case.points) > 1 and min(map(leaf_size, case.points)) * WIDE < 1


def _believed(check: Check, backend: Backend, small: Case, result: Result, large: Case) -> Result:
    """`result`, found in large steps; BROKEN only if steps half way to the small ones (geometrically) say so as well: phi may change in between."""
    if result.verdict is not Verdict.BROKEN:
        return result
    halfway = [np.sign(a) * np.sqrt(np.abs(a)) * np.sqrt(np.abs(b)) for a, b in zip(small.tangents, large.tangents, strict=True)]
    again = check(backend, msgspec.structs.replace(large, tangents=tuple(halfway)))
    agreed = again.verdict is Verdict.BROKEN or (again.ratio or 0.0) > 1
    told = result if agreed else msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=ONLY_LARGE)
    return msgspec.structs.replace(told, evaluations=result.evaluations + again.evaluations)


def _of_many(check: Check, backend: Backend, case: Case, result: Result, *, kinked: bool) -> Result:
    """Of more entries than can be asked one by one: the outputs that are smooth, at a kink; one direction in proportion to each entry, elsewhere."""
    if kinked and result.verdict is Verdict.HOLDS:
        smooth = smooth_outputs(backend, case)
        return check(backend, smooth) if smooth else msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=SWALLOWED)
    scaled = msgspec.structs.replace(case, tangents=tuple(np.asarray(v * own_sizes(x)) for v, x in zip(case.tangents, case.points, strict=True)))
    again = check(backend, scaled)
    better = _placed(again, scaled) if again.verdict is Verdict.BROKEN or result.verdict is Verdict.INCONCLUSIVE else result
    if result.verdict is Verdict.BROKEN and (kinked or again.verdict is not Verdict.BROKEN):
        entries = sum(x.size for x in case.points)
        reason = f"BROKEN along one direction at a kink or among entries of very different sizes; {entries} entries are too many to ask one by one."
        better = msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return msgspec.structs.replace(better, evaluations=result.evaluations + again.evaluations)


def _one_by_one(case: Case, *, leaves: bool) -> Iterator[Case]:
    """The case along each leaf, or along each entry of its leaves in its own size; along i times that too where it is complex."""
    for k, x in enumerate(case.points):
        others = [np.zeros_like(y) for y in case.points]
        if leaves:
            yield msgspec.structs.replace(case, tangents=(*others[:k], case.tangents[k], *others[k + 1 :]))
            continue
        for i, size in enumerate(own_sizes(x).ravel()):
            for along in (1, 1j) if x.dtype.kind == "c" else (1,):
                unit = np.zeros_like(x)
                unit.flat[i] = along * size
                yield msgspec.structs.replace(case, tangents=(*others[:k], unit, *others[k + 1 :]))
