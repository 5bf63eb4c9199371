"""A case in strided memory against its contiguous twin.

f(view(x)) = f(x),  f'(view(x))^T view(w) = f'(x)^T w
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import sqrt

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.program.error_words import first_line
from harness.program.layout import REPEATING, SHARED, effective_layout
from harness.verdict import Result, Verdict, structural
from harness.verdict.constants import MANY_RUNS, VALUE_RUNS, eps
from harness.verdict.result import worst_result
from properties.laws.conditioning import spread_nearby
from properties.laws.each_alone import each_alone, told_whose
from properties.laws.entries import of_gradients, of_tangents, of_values
from properties.laws.exact import Sides, check_equal
from properties.laws.form import forward_or_none
from properties.laws.gradients import gradients_of, tangents_of
from properties.laws.inner import flat
from properties.laws.precision import best_dtype
from properties.laws.shaking import OtherForm

LAYOUTS = ("permuted", "strided", "offset", "stepped", "cropped", "channels_last")  # which any values can have


def check_layouts(backend: Backend, case: Case) -> Result:
    """The case in strided memory, one array of it alone, one image, and ones that are one number in memory, as `f(x).sum().backward()` sends.

    Alone, since many a kernel is fast where its first operand is contiguous, and takes it for granted that the others are so too.

    Raises:
        Unsupported: the plain call refuses strided primals (`x.view(-1)`); cotangents and tangents were compared all the same.
            Or it is a function of the memory itself (`as_strided`, a mask drawn in the order of memory): another layout is another function.
    """
    if case.drawn.get("of_memory"):
        raise Unsupported("the function reads memory, or draws at random in its order: with other strides it is another one.")
    ones = msgspec.structs.replace(case, cotangents=tuple(map(np.ones_like, case.cotangents)), layouts=_expanded(case))
    strided, refused = _taken(backend, msgspec.structs.replace(case, layouts=_strided(case)))
    turned, _ = _taken(backend, msgspec.structs.replace(case, layouts=_turned(case)))
    shifted, _ = _taken(backend, msgspec.structs.replace(case, layouts=_all("offset", case.arrays)))
    images = [_taken(backend, msgspec.structs.replace(case, layouts=image))[0] for image in _images(case)]
    apart = {one.layouts: one for one in (strided, shifted, turned, *_one_alone(strided), *images)}.values()  # of a number, several are the same
    asked = [*apart, *([ones] if _repeats(ones) else [])]
    result = worst_result([told_whose(backend, one, _with_its_twin(backend, one), _with_its_twin) for one in asked])
    if refused and result.verdict is Verdict.HOLDS:
        raise Unsupported(f"the function itself takes no strided primals: {refused}.")
    return result


def _one_alone(strided: Case) -> list[Case]:
    """One of several arrays that are not contiguous, another one in each case, and every other array contiguous."""
    alone = [neighbour for _, neighbour in each_alone(strided)]
    return [alone[strided.seed % len(alone)]] if len(alone) > 1 else []


def _with_its_twin(backend: Backend, strided: Case) -> Result:
    shared = _repeats(strided)  # forward mode may refuse elements that share memory
    given = bind(backend, strided)
    forward_too = not shared and forward_or_none(given) is not None

    def derivatives(bound: Bound) -> np.ndarray:
        parts = [flat(bound.values()), flat(gradients_of(bound))]
        if forward_too:
            parts.append(flat(tangents_of(bound, strided.tangents)))
        return np.concatenate(parts)

    def twin(case: Case) -> Case:
        return msgspec.structs.replace(case, layouts=("contiguous",) * len(strided.layouts))

    def sides(bound: Bound) -> Sides:
        return Sides(derivatives(bound), derivatives(bind(backend, twin(bound.case))))

    def ulps_apart(bound: Bound, runs: int = VALUE_RUNS) -> np.ndarray:
        here, there = (spread_nearby(backend, case, derivatives, runs) for case in (bound.case, twin(bound.case)))
        return np.asarray(np.maximum(here, there))

    def judged(floor: Callable[[Bound], np.ndarray] | None) -> Result:
        return check_equal("layout-independent", backend, strided, sides, floor, entries=entries, scatter=floor is None)

    entries = (*of_values(strided), *of_gradients(strided), *of_tangents(strided))
    if other := _other_dtypes(given, bind(backend, twin(strided))):
        return structural("layout-independent", False, other)
    double = best_dtype(backend, strided) == strided.dtype
    result = judged(ulps_apart if double else None)
    if not double or not _small(result, strided):
        return result
    try:
        return judged(partial(ulps_apart, runs=MANY_RUNS))
    except OtherForm:  # one of so many runs left the domain: what is known stays
        return result


def _small(result: Result, strided: Case) -> bool:
    """Whether a disagreement is so small that many runs are worth their time: rounding may be it, and a kernel that reads other numbers hardly."""
    if result.verdict is not Verdict.BROKEN or result.discrepancy is None:
        return False
    sizes = [abs(result.expected or 0.0), *(float(np.max(np.abs(x), initial=0.0)) for x in (*strided.cotangents, *strided.tangents))]
    return result.discrepancy <= sqrt(eps(strided.dtype)) * max(sizes)


def _other_dtypes(strided: Bound, contiguous: Bound) -> str:
    """Which dtypes the outputs have where the arrays are strided, and where they are contiguous; empty where these are the same."""
    found, due = ([str(bound.backend.describe(y).dtype) for y in bound.function(*bound.primals)] for bound in (strided, contiguous))
    return f"the outputs are {', '.join(found)}, and {', '.join(due)} where the arrays are contiguous." if found != due else ""


def _taken(backend: Backend, strided: Case) -> tuple[Case, str]:
    """The case, its primals contiguous where the function itself takes no others, and what it says to those."""
    refused, primals = _refusal(backend, strided), len(strided.primals)
    plain = (*["contiguous"] * primals, *strided.layouts[primals:])
    return (msgspec.structs.replace(strided, layouts=plain) if refused else strided), refused


def _refusal(backend: Backend, strided: Case) -> str:
    """What the plain call says to strided primals, where it takes contiguous ones; else empty."""
    refused = _failure(backend, strided)
    return refused if refused and not _failure(backend, msgspec.structs.replace(strided, layouts=())) else ""


def _failure(backend: Backend, case: Case) -> str:
    bound = bind(backend, case)
    refusal = bound.attempt(lambda: bound.function(*bound.primals))
    return first_line(refusal).rstrip(".") if isinstance(refusal, Exception) else ""


def _strided(case: Case) -> tuple[str, ...]:
    """The case's own layouts, and a strided one wherever it says contiguous."""
    own = (*case.layouts, *["contiguous"] * (len(case.arrays) - len(case.layouts)))
    return tuple(_other(layout, x.shape, case.seed + i) for i, (layout, x) in enumerate(zip(own, case.arrays, strict=True)))


def _turned(case: Case) -> tuple[str, ...]:
    """Each array in one of `LAYOUTS`, whatever its own is."""
    return tuple(_other("contiguous", x.shape, case.seed + i) for i, x in enumerate(case.arrays))


def _all(layout: str, arrays: Sequence[np.ndarray]) -> tuple[str, ...]:
    """Every one of them in `layout`, where that makes a difference."""
    return tuple(effective_layout(layout, x.shape) for x in arrays)


def _images(case: Case) -> list[tuple[str, ...]]:
    """Batches of one as the images that they were made of, beside cotangents in row-major memory, and the reverse."""
    (x, image_x), (w, image_w), (v, image_v) = (
        [_all(layout, arrays) for layout in ("contiguous", "unsqueezed")] for arrays in (case.primals, case.cotangents, case.tangents)
    )
    return [layouts for layouts in ((*image_x, *w, *image_v), (*x, *image_w, *v)) if "unsqueezed" in layouts]


def _expanded(case: Case) -> tuple[str, ...]:
    """Cotangents expanded along all axes, the first or the last, where their shape can be, all else contiguous."""
    cotangents = (_repeating(w.shape, case.seed + i) for i, w in enumerate(case.cotangents))
    return (*["contiguous"] * len(case.primals), *cotangents, *["contiguous"] * len(case.tangents))


def _repeats(case: Case) -> bool:
    return any(layout in REPEATING for layout in case.layouts)


def _repeating(shape: tuple[int, ...], turn: int) -> str:
    fitting = [name for name in reversed(REPEATING) if effective_layout(name, shape) == name]
    return fitting[turn % len(fitting)] if fitting else "contiguous"


def _other(layout: str, shape: tuple[int, ...], turn: int) -> str:
    fitting = [name for name in LAYOUTS if effective_layout(name, shape) == name]
    return layout if layout == SHARED or effective_layout(layout, shape) != "contiguous" else fitting[turn % len(fitting)]
