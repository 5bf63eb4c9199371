"""A derivative that is not the reference's, told: which entry, and whether any difference of the function's values could have shown it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from harness.oracles.multiprecision_point import Place
from harness.program import Case
from harness.verdict import Result, Verdict, required_resolution
from harness.verdict.constants import BROKEN_FACTOR, ulp_at_zero
from harness.verdict.rounding import value_rounding
from properties.laws.reference_jacobian import Truth

BELOW = "below the rounding of the values"
FEWER = "precision: right to the digits that a comparison must see, and to fewer than rounding explains."
CANCELS = "rounding: the derivative is 0, and what is there lies below the rounding of the values: terms that cancel explain it."
HIDDEN = "no difference of the values would show it: it lies below their rounding."


class Asked(NamedTuple):
    """What the backend says of some directions, (directions, entries), and what these are made of, (directions, terms)."""

    actual: np.ndarray
    weights: np.ndarray


class Compared(NamedTuple):
    """Which entries of `Asked` are `known` (bool, of their shape); of those alone what they should be, the sizes of their terms, what is allowed."""

    known: np.ndarray
    expected: np.ndarray
    terms: np.ndarray
    allowed: np.ndarray

    def gap(self, asked: Asked) -> np.ndarray:
        """How far they are off."""
        actual = asked.actual[self.known]
        with np.errstate(all="ignore"):
            return np.where(actual == self.expected, 0.0, np.abs(actual - self.expected))

    def wrong(self, asked: Asked) -> np.ndarray:
        """Which are off by more than is allowed."""
        return ~(self.gap(asked) <= BROKEN_FACTOR * self.allowed)


def products_of(weights: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """The products of weights (directions, terms) and entries (terms, entries), 0 where a weight is, (directions, terms, entries)."""
    each = weights[:, :, None]
    return np.where(each == 0, 0.0, each * entries)


def told(result: Result, case: Case, truth: Truth, asked: Asked, seen: Compared, *, forward: bool) -> Result:
    """`result` with the worst entry by name, and how much is wrong: fewer digits than there should be, or what no difference of values could show."""
    with np.errstate(all="ignore"):
        gap, wrong = seen.gap(asked), seen.wrong(asked)
        share = np.where(np.isnan(gap), np.inf, gap / np.maximum(seen.allowed, ulp_at_zero("float64")))
    row, entry = np.argwhere(seen.known)[int(np.argmax(share))]
    where = _name(case, truth, asked.weights[row], int(entry), forward=forward)
    found = msgspec.structs.replace(result, where=where, details={"status": "smooth"})
    if result.verdict is not Verdict.BROKEN:
        return found
    if (gap <= required_resolution(case.dtype, case.resolution) * seen.terms)[wrong].all():
        return msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, reason=FEWER)
    below = gap <= np.broadcast_to(_hidden(case, truth, asked), seen.known.shape)[seen.known]
    if (below & (seen.expected == 0))[wrong].all():
        return msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, reason=CANCELS)
    if below[wrong].all():
        return msgspec.structs.replace(found, pattern=BELOW, reason=HIDDEN)
    return found


def _hidden(case: Case, truth: Truth, asked: Asked) -> np.ndarray:
    """What rounding of the values, or of 1 on the way to them, may do to slopes over steps of 1; (directions, 1)."""
    largest = np.maximum(np.max(np.abs(truth.found.values)), 1.0).astype(float)
    return np.asarray(np.abs(asked.weights).sum(axis=1, keepdims=True) * value_rounding(np.asarray(largest), case.dtype))


def _name(case: Case, truth: Truth, weights: np.ndarray, entry: int, *, forward: bool) -> str:
    """The entry as "d out[2] / d x0[1, 0]"; where more than one output (entry that moves) counts, without the number."""
    terms = np.flatnonzero(weights)
    only = int(terms[0]) if len(terms) == 1 else None
    place, output = (only, entry) if forward else (entry, only)
    below = "v" if place is None else _entry(case, truth, truth.places[place])
    above = "<w, out>" if output is None else f"out[{output}]" if truth.found.values.size > 1 else "out"
    return f"d {above} / d {below}"


def _entry(case: Case, truth: Truth, place: Place) -> str:
    index = ", ".join(str(int(i)) for i in np.unravel_index(place[1], case.primals[place[0]].shape))
    name = truth.program.inputs[place[0]].name
    return f"{name}[{index}]" if index else name
