"""The pool: what a round of draws adds to the one before."""

from __future__ import annotations

import pytest
from hypothesis.database import InMemoryExampleDatabase

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.program import Case
from harness.running.cells import Cell
from harness.running.pool import Draw, Pool, pool_of, strategy
from harness.running.profiles import PROFILES
from harness.running.search import SHRINKING, Beginning, explore

QUICK = PROFILES["quick"]


def drawn(op: str, turn: int, seed: int = 3) -> tuple[Case, ...]:
    return pool_of(Cell("vjp-eq-fd", op, "float64", "cpu", "torch"), load_backend("torch"), QUICK, seed, turn).cases


@pytest.mark.parametrize("turn", range(3))
def test_a_round_has_as_many_cases_as_the_profile_asks_for(turn):
    assert len(drawn("exp", turn)) == QUICK.examples


def test_no_case_comes_twice():
    ids = [case.id for turn in range(6) for case in drawn("multiply", turn)]
    assert len(set(ids)) == len(ids)


def test_cases_of_a_pool_differ_in_kind_not_in_numbers_alone():
    """Hypothesis' own draws, most of them mutations of earlier ones, came to some 20 of 50."""
    pool = pool_of(Cell("vjp-eq-fd", "multiply", "float64", "cpu", "torch"), load_backend("torch"), PROFILES["ci"], 3, 1).cases
    kinds = {(case.drawn["regime"], tuple(x.shape for x in case.primals)) for case in pool}
    assert len(kinds) >= 0.8 * len(pool)


def test_the_choices_of_a_case_lead_hypothesis_to_it():
    cell, backend, profile = Cell("vjp-eq-fd", "conv2d", "float64", "cpu", "torch"), load_backend("torch"), PROFILES["quick"]
    pool, seen = pool_of(cell, backend, profile, 3, 0), Seen()
    begin = Beginning([draw.choices for draw in pool if draw.choices], InMemoryExampleDatabase())
    explore(strategy("", cell, backend, profile, 3, 0), seen, examples=9, seed=1, phases=SHRINKING, database=begin)
    assert {case.id for case in pool.cases} == seen.ids


class Seen:
    nearness = None

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def begin(self) -> None:
        """Nothing is counted."""

    def visit(self, case: Case) -> bool:
        self.ids.add(case.id)
        return False


def test_nothing_is_drawn_before_a_law_comes_so_far_and_nothing_twice():
    made = list[int]()
    pool = Pool(lambda: (made.append(n) or Draw(drawn("exp", 0)[n]) for n in range(2)))
    assert made == []
    assert next(iter(pool)) == Draw(drawn("exp", 0)[0])
    assert made == [0]
    assert pool.cases == pool.cases == drawn("exp", 0)
    assert made == [0, 1]


def test_a_pool_whose_drawing_failed_fails_again_and_is_not_taken_for_a_short_one():
    def draws():
        yield Draw(drawn("exp", 0)[0])
        raise LookupError("no such thing")

    pool = Pool(draws)
    for _ in range(2):
        with pytest.raises(LookupError, match="no such thing"):
            list(pool)


@pytest.mark.parametrize("op", ["var", "layer_norm", "relu"])
def test_rounds_are_mostly_of_cases_in_which_something_moves(op):
    """Seed 2771495254 once drew one such case for var in ten rounds."""
    backend = load_backend("torch")
    seen = [moved(backend, case) for turn in range(QUICK.rounds) for case in drawn(op, turn, seed=2771495254)]
    assert sum(seen) >= len(seen) / 2


def moved(backend, case: Case) -> bool:
    """Whether the gradient is not 0."""
    bound = bind(backend, case)
    _, gradients = backend.vjp(bound.function, bound.primals, bound.cotangents())
    return any(g is not None and bool((g != 0).any()) for g in gradients)
