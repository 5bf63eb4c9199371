"""What cannot influence the output has gradient 0.

f(x) the same bit by bit whatever x_i is   =>   (f'(x)^T w)_i = 0, and not NaN; but for what rounding excuses (properties.laws.unseen)

A leaf that the program does not read is added, so that there always is one. "Whatever" is tried with values beyond the largest number around, of
both signs: what rounding absorbs beside a large number is not absorbed then; and with the inverse of one, which makes a quotient large. An entry that
such a value takes out of the op's domain changes the output, and nothing is asked of it.
Source: the definition of the derivative; scatter-add as the adjoint of gather: an entry that is not read receives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case, Input, Program
from harness.verdict import Result, Verdict, structural
from harness.verdict.constants import eps
from properties.laws.gradients import Malformed, gradients_of
from properties.laws.law import Law
from properties.laws.precision import best_dtype
from properties.laws.ties import beside_in, moved_beside
from properties.laws.unseen import inexcusable, replacements

MOST_ENTRIES = 48  # looked at, spread over the primals; each costs an evaluation, and another one where the first changes nothing
BESIDE = 64  # points around a tie at which an entry may turn out to matter
BOTH_PARTS = 1 + 0.5j  # a complex entry is replaced in both, since one may be all that is read


def check_influence(backend: Backend, case: Case) -> Result:
    """Every entry of the primals (of large ones some) and of a leaf that the program does not read, one by one.

    Raises:
        Unsupported: a user's own function, which takes no further leaf, reads every entry.
    """
    case = with_an_idle_leaf(case)
    bound = bind(backend, case)
    try:
        gradients = gradients_of(bound)
    except Malformed as error:
        return structural("no-influence-no-gradient", False, str(error))
    idle = idle_entries(bound, output_bits(bound, case.points))
    suspects = [(k, i) for k, i in idle if gradients[k].flat[i] != 0]
    leaks = inexcusable(backend, bound, gradients, _idle_in_double(backend, case, suspects))
    wrong = [_told(case, k, i, gradients[k].flat[i]) for k, i in leaks if not _matters_beside(backend, case, k, i)]
    reason = f"entries without influence on the output have a gradient: {', '.join(wrong[:4])}{', ...' if len(wrong) > 4 else ''}"
    asked = len(idle) - len(suspects) + len(wrong)  # a suspect that is excused has influence after all, and nothing was asked of it
    if not asked and not isinstance(case.subject, Program):
        raise Unsupported("every entry of the primals has influence on the output.")
    if not asked:
        return Result(law="no-influence-no-gradient", verdict=Verdict.HOLDS, vacuous=True, comparisons=0, rule="yes or no")
    return structural("no-influence-no-gradient", not wrong, reason, comparisons=asked)


def idle_entries(bound: Bound, before: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """(primal, flat index) of the entries, among those that are looked at, that other numbers may replace without a bit of the output changing."""
    return _idle(bound, before, _entries(bound.case))


def _idle(bound: Bound, before: tuple[bytes, ...], places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(k, i) for k, i in places if all(bits_or_none(bound, moved) == before for moved in _replaced(bound.case, k, i))]


def _idle_in_double(backend: Backend, case: Case, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of `places` that are without influence in double precision, too: in a lower one a bias may absorb all that an entry does."""
    best = best_dtype(backend, case)
    if best == case.dtype or not places:
        return places
    finer = bind(backend, case, dtype=best)
    return _idle(finer, output_bits(finer, case.points), places)


def _matters_beside(backend: Backend, case: Case, k: int, i: int) -> bool:
    """Whether the entry has influence where no two entries tie: the median of equal numbers changes with none of them, and is one of them."""
    rng, far = np.random.default_rng((case.seed, 6)), beside_in(case.dtype)
    for beside in (moved_beside(case, rng, distance=far) for _ in range(BESIDE)):
        bound = bind(backend, beside)
        here = output_bits(bound, beside.points)
        for step in (eps(case.dtype), far):  # a sum of large numbers absorbs an ulp of a small one
            points = list(beside.points)
            points[k] = np.array(points[k])
            points[k].flat[i] *= 1 + step
            if output_bits(bound, tuple(points)) != here:
                return True
    return False


def with_an_idle_leaf(case: Case) -> Case:
    """The case with one more primal, so that something without influence is always there; a user's own function takes what it takes."""
    if not isinstance(case.subject, Program):
        return case
    count = len(case.primals)
    program = msgspec.structs.replace(case.subject, inputs=(*case.subject.inputs, Input("idle", (2,))))
    layouts = (*case.layouts[:count], *["contiguous"] * (count - len(case.layouts)), "contiguous", *case.layouts[count:])
    return msgspec.structs.replace(
        case,
        subject=program,
        primals=(*case.primals, np.ones(2)),
        differentiable=(*case.differentiable, count),
        tangents=(*case.tangents, np.ones(2)),
        layouts=layouts,
    )


def _entries(case: Case) -> list[tuple[int, int]]:
    """(primal, flat index), at most MOST_ENTRIES of them, evenly spread."""
    places = [(k, i) for k, x in enumerate(case.points) for i in range(x.size)]
    count = min(len(places), MOST_ENTRIES)
    return [places[round(j)] for j in np.linspace(0, len(places) - 1, count)]


def _replaced(case: Case, k: int, i: int) -> Iterator[tuple[np.ndarray, ...]]:
    """The primals with another number in that one place."""
    for number in replacements(case):
        points = list(case.points)
        points[k] = points[k].copy()
        points[k].flat[i] = number * (BOTH_PARTS if points[k].dtype.kind == "c" else 1)
        yield tuple(points)


def output_bits(bound: Bound, points: tuple[np.ndarray, ...]) -> tuple[bytes, ...]:
    """The outputs at `points`, bit by bit."""
    return tuple(y.tobytes() for y in bound.at(points))


def bits_or_none(bound: Bound, points: tuple[np.ndarray, ...]) -> tuple[bytes, ...] | None:
    """The outputs at `points`, bit by bit; None where the function refuses them: no factorisation, no convergence, not a probability."""
    bits = bound.attempt(lambda: output_bits(bound, points))
    return None if isinstance(bits, Exception) else bits


def _told(case: Case, k: int, i: int, gradient: complex) -> str:
    x = case.points[k]
    index = ", ".join(str(int(j)) for j in np.unravel_index(i, x.shape)) if x.shape else ""
    return f"x{case.differentiable[k]}[{index}] has {gradient:.3g}"


LAWS = (
    Law(
        name="no-influence-no-gradient",
        family="influence",
        statement="What cannot influence the output has gradient 0.",
        equation="f(x) does not depend on x_i  =>  (f'(x)^T w)_i = 0",
        source="https://docs.pytorch.org/docs/stable/notes/autograd.html",
        check=check_influence,
        faults=("leaking-gradient",),
    ),
)
