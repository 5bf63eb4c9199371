"""Derivatives of the reference within some ulps of the primals: what rounding of a value on the way may make of a kink nearby.

    clip(x / 6 + 1/2, 0, 1) at x = 3 - ulp      the sum rounds to 1, and the slope of 1 is as right as that of the reference
    |x - y|, x x - y, ...                       a difference that rounds to 0, or to the other side

Whoever returns something between the derivatives around is not wrong. No such allowance where the output is a number that was given: max(x, y), |x|
and relu(x) compare numbers as they are, and round nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.oracles.multiprecision_jacobian import jacobian
from harness.program import Case
from harness.verdict.constants import BROKEN_FACTOR, JITTER_FACTOR, JITTER_RUNS, eps
from properties.laws.digits_told import Asked, Compared, products_of
from properties.laws.inner import wide
from properties.laws.reference_jacobian import Truth
from properties.laws.shaking import signs_of

AROUND = "kink: rounding of a value on the way may cross it, and the derivatives on both sides explain what is claimed."


def explained(case: Case, truth: Truth, asked: Asked, seen: Compared, *, forward: bool) -> np.ndarray:
    """Which of the entries compared lie between the derivatives around the primals, where these differ; (known entries,)."""
    sides = [products_of(asked.weights, entries.T if forward else entries) for entries in _around(case, truth)]
    found = np.stack([products.sum(axis=1) for products in sides])[:, seen.known]
    actual, slack = asked.actual[seen.known], BROKEN_FACTOR * seen.allowed
    with np.errstate(all="ignore"):
        return np.asarray((np.fmin.reduce(found) - slack <= actual) & (actual <= np.fmax.reduce(found) + slack))


def _around(case: Case, truth: Truth) -> Iterator[np.ndarray]:
    """The entries (outputs, places) at the primals, and some ulps around them; those of given numbers are the same everywhere."""
    here = np.where(truth.found.smooth, truth.found.entries, np.nan).astype(float)
    yield here
    given = _is_given(case, truth)
    for run in range(JITTER_RUNS):
        for side in (1.0, -1.0):
            signs = signs_of(case.seed, run, side)
            primals = [wide(x) * (1 + JITTER_FACTOR * eps(case.dtype) * signs(x.shape)) if x.dtype.kind == "f" else x for x in case.primals]
            try:
                beside = jacobian(truth.program, primals, truth.places)
            except ValueError:  # no value there
                continue
            yield np.where(given[:, None], here, np.where(beside.smooth, beside.entries, np.nan).astype(float))


def _is_given(case: Case, truth: Truth) -> np.ndarray:
    """Which outputs are one of the numbers that the program takes, or its negative, (outputs,)."""
    params = [value for step in truth.program.instructions for value in step.params.values() if isinstance(value, int | float)]
    numbers = np.concatenate([*(np.ravel(x).astype(float) for x in case.primals if x.dtype.kind == "f"), np.array(params, dtype=float)])
    values = truth.found.values
    exact = np.array([float(value) == value for value in values], dtype=bool)  # not its rounding alone
    return np.asarray(exact & np.isin(np.abs(values.astype(float)), np.abs(numbers[numbers != 0])))
