"""The catalogue's own function at a case's primals, in as many digits as its Jacobian takes.

J[i, j] = d f_i / d x_j of the reference      of all places (entries of the primals), or of some that the case's seed draws
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from harness.backends import Unsupported
from harness.backends.bind import Bound
from harness.oracles.multiprecision import supports
from harness.oracles.multiprecision_array import TooMany
from harness.oracles.multiprecision_jacobian import Jacobian, jacobian
from harness.oracles.multiprecision_point import Place
from harness.program import Case, Program
from harness.verdict import required_resolution
from harness.verdict.rounding import value_rounding
from properties.laws.inner import flat

T = TypeVar("T")
DTYPES = ("float64", "float32")
MOST_PLACES = 12  # columns of the Jacobian, drawn by the case's seed; each takes four evaluations in 119 digits or more
MOST_NUMBERS = 2**15  # read and computed in one evaluation for each of these columns: fewer columns of larger arrays


class Truth(NamedTuple):
    """The Jacobian of the reference, (outputs, places), and where it was asked."""

    program: Program
    places: list[Place]
    found: Jacobian


_KEPT: dict[tuple[int, int], tuple[Case, Truth]] = {}  # of the last points: the laws on one op come one after another, over the same cases
MOST_KEPT = 256


def truth_of(case: Case) -> Truth:
    """The truth at the case's primals; once for all laws that ask it.

    Raises:
        Unsupported: the function is none that the catalogue can evaluate in more digits.
        ValueError: it has no real, finite value there.
    """
    name = id(case.subject), id(case.primals)
    if name not in _KEPT or not _same_point(_KEPT[name][0], case):
        program = _program_of(case)
        every = [(k, i) for k in case.differentiable for i in range(case.primals[k].size)]
        most = MOST_NUMBERS // (1 + sum(x.size for x in (*case.primals, *case.cotangents)))
        places = drawn(case, every, max(1, min(most, MOST_PLACES)))
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        try:
            _KEPT[name] = case, Truth(program, places, jacobian(program, case.primals, places))
        except TooMany as cost:
            raise Unsupported(str(cost)) from None
    return _KEPT[name][1]


def _same_point(one: Case, other: Case) -> bool:
    """By identity, since comparing arrays would cost more than it saves."""
    same = one.subject is other.subject and one.primals is other.primals and one.differentiable == other.differentiable
    return same and (one.dtype, one.seed) == (other.dtype, other.seed)


def _program_of(case: Case) -> Program:
    if not isinstance(case.subject, Program):
        raise Unsupported("only what the catalogue describes can be evaluated in more digits.")
    if any(x.dtype.kind == "c" for x in (*case.primals, *case.cotangents)):
        raise Unsupported("complex numbers are not followed in more digits.")
    if case.dtype not in DTYPES:
        raise Unsupported(f"{case.dtype} is not followed in more digits: {' and '.join(DTYPES)} are.")
    if not supports(case.subject):
        raise Unsupported("an op of the program cannot be evaluated in more digits.")
    return case.subject


def drawn(case: Case, from_all: Sequence[T], most: int) -> list[T]:
    """At most so many of them, by the case's seed, in their order."""
    if len(from_all) <= most:
        return list(from_all)
    chosen = np.random.default_rng((case.seed, 7)).choice(len(from_all), most, replace=False)
    return [from_all[k] for k in sorted(chosen)]


def same_values(bound: Bound, found: Jacobian) -> bool:
    """Whether the backend computes what the reference does, as exactly as a comparison of derivatives must see, or up to rounding of the primals."""
    actual, expected = flat(bound.at(bound.case.points)), found.values.astype(float)
    if actual.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        allowed = required_resolution(bound.case.dtype, bound.case.resolution) * np.max(np.abs(expected))
        allowed += value_rounding(np.asarray(max(float(np.max(np.abs(x), initial=0.0)) for x in bound.case.points)), bound.case.dtype)
        return bool(np.all(np.abs(actual - expected) <= allowed))
