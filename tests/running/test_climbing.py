"""Uphill: `target()` leads from what nearly breaks a law to what does."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
from hypothesis.database import InMemoryExampleDatabase

from harness.program import Case
from harness.running.comparison import nearness
from harness.running.search import CLIMBING, SHRINKING, Beginning, explore
from harness.strategies import cases, random_cases
from harness.verdict import Result, Verdict

ASKED = {"backend": "torch", "device": "cpu", "dtype": "float64"}
EXAMPLES = 200
ENOUGH = 4**3  # elements: where a fault of three axes begins that grows with every element; ordinary axes have up to four


def cubic(case: Case) -> float:
    """How many elements the largest leaf of three ordinary axes has."""
    return max((float(x.size) for x in case.points if x.ndim == 3 and 0 < max(x.shape) <= 4), default=0.5)


class Grows:
    """A fault that is the nearer the more elements there are."""

    def __init__(self) -> None:
        self.nearness: float | None = None
        self.most = 0.0

    def begin(self) -> None:
        """Nothing is counted."""

    def visit(self, case: Case) -> bool:
        self.most = max(self.most, cubic(case))
        self.nearness = math.log10(max(cubic(case), 0.5) / ENOUGH)
        return cubic(case) >= ENOUGH


def plain(seed: int) -> list[tuple[float, tuple[int, ...]]]:
    """What plain drawing comes to, the nearest last: the elements and the choices of each case."""
    drawn = islice(random_cases("", "exp", seed=seed, **ASKED), EXAMPLES)
    return sorted((cubic(case), choices) for case, choices in drawn if case is not None)


def searched(seed: int, phases) -> float:
    """The most elements that a search meets which begins with the four nearest of those."""
    visits, begin = Grows(), [choices for _, choices in plain(seed)[-4:]]
    explore(cases("", "exp", **ASKED), visits, examples=EXAMPLES, seed=seed, phases=phases, database=Beginning(begin, InMemoryExampleDatabase()))
    return visits.most


@pytest.fixture(scope="module")
def missing() -> list[int]:
    """The seeds with which plain draws miss the fault."""
    return [seed for seed in range(6) if plain(seed)[-1][0] < ENOUGH]


def test_climbing_finds_a_fault_that_as_many_plain_draws_miss(missing):
    assert len(missing) >= 3
    assert min(searched(seed, CLIMBING) for seed in missing) >= ENOUGH


def test_without_the_target_the_same_search_does_not_find_it(missing):
    assert searched(missing[0], SHRINKING) < ENOUGH


@pytest.mark.parametrize(
    ("actual", "tolerance", "expected"),
    [(1.1, 1.0, -1.0), (2.0, 1.0, 0.0), (11.0, 1.0, 1.0), (1.0, 1.0, None), (2.0, 0.0, None), (np.nan, 1.0, None)],
)
def test_nearness_is_the_logarithm_of_the_discrepancy_over_what_is_allowed(actual, tolerance, expected):
    found = nearness(Result(law="a law", verdict=Verdict.HOLDS, actual=actual, expected=1.0, tolerance=tolerance))
    assert found == (None if expected is None else pytest.approx(expected))
