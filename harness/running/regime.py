"""Where a counterexample lies, as far as that tells one bug from another: at ordinary sizes, where their cubes overflow or underflow, in a tail, ...

an empty axis    an array without elements reaches the subject
strided memory   the same numbers in contiguous memory break nothing
any numbers      the op is wrong at generic numbers too (harness.strategies.generic), whatever was drawn
extreme sizes    some |x|^3 is no normal number of the case's precision: above 1e102 or below 1e-102 in float64, above 1e12 or below 1e-12 in float32
in a tail        an edge of tails (harness.strategies.edges) where half of the digits of 1 - exp(-x^2 / 2) are lost at every number
beside a label   the edge of a label (harness.strategies.together) at numbers so far out that half of the digits of 1 - exp(-|x|) are lost
special numbers  others, where generic ones are right: zeros, ties, kinks, singular matrices

A formula that squares too early fails at extreme sizes and nowhere else; a baseline that lists it must not hide tomorrow's failure at x = 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.program import Case
from harness.strategies.together import LABELS
from harness.verdict.constants import eps

EMPTY, STRIDED, ANY, EXTREME = "an empty axis", "strided memory", "any numbers", "extreme sizes"
TAIL, LABELLED, SPECIAL = "in a tail", "beside a label", "special numbers"
TAILS = frozenset({"left tail", "right tail"})
POWER = 3  # the gradient of a norm or a normalisation contains the cube of its inverse


def regime_of(case: Case, *, strided: bool = False, anywhere: Callable[[], bool | None] = lambda: None) -> str:
    """The first of the above that fits; "" for numbers of which nothing is known.

    Args:
        case: The counterexample.
        strided: Whether the contiguous twin is known to break nothing.
        anywhere: Tells whether generic numbers are wrong too, None where they are not to be had; called where that matters.
    """
    if any(x.size == 0 for x in case.primals):
        return EMPTY
    if strided:
        return STRIDED
    everywhere = anywhere()
    if everywhere:
        return ANY
    limits = np.finfo("float32" if case.dtype == "bfloat16" else case.dtype)
    sizes = np.concatenate([np.abs(x[(x != 0) & np.isfinite(x)]).ravel() for x in case.points] or [np.zeros(0)])
    exponents = POWER * np.log2(sizes)
    if np.any((exponents > limits.maxexp) | (exponents < limits.minexp)):
        return EXTREME
    edges, digits = case.drawn.get("edges", ()), -np.log(eps(case.dtype))
    if TAILS.intersection(edges) and _beyond(case, np.sqrt(digits)):
        return TAIL
    if set(LABELS).intersection(edges) and _beyond(case, digits / 2):
        return LABELLED
    return "" if everywhere is None else SPECIAL


def _beyond(case: Case, size: float) -> bool:
    return all(bool(np.all(np.abs(x) >= size)) for x in case.points)
