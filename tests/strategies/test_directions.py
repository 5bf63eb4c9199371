"""Directions that are not random: of one entry, of ones, with zeros; and the memory of one operand among others."""

from __future__ import annotations

import numpy as np
import pytest

from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.strategies import edge_cases
from harness.strategies.directions import DIRECTIONS, one_hot
from harness.strategies.edges_first import COLUMNS

SEEDS = range(8)


def looked_at(op: str, seed: int, dtype: str = "float64", layouts: tuple[str, ...] = tuple(LAYOUTS)) -> list[Case]:
    drawn = edge_cases("a law", op, backend="torch", device="cpu", dtype=dtype, layouts=layouts, seed=seed)
    return [case for case in drawn if case.drawn["edges"][0] in (*DIRECTIONS, COLUMNS[0])]


def named(op: str, name: str, seed: int, dtype: str = "float64") -> list[Case]:
    return [case for case in looked_at(op, seed, dtype) if case.drawn["edges"] == [name]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_one_entry_of_the_result_is_looked_at_alone(seed, dtype):
    (case,) = named("multiply", "one cotangent of 1", seed, dtype)
    (w,) = case.cotangents
    assert w.size > 2
    assert sorted(w.ravel()) == [0] * (w.size - 1) + [1]
    assert all(np.count_nonzero(v) == v.size for v in case.tangents)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_entry_of_the_operand_moves_alone(seed):
    (case,) = named("softmax", "one tangent of 1", seed)
    assert sorted(case.tangents[0].ravel()) == [0.0] * (case.tangents[0].size - 1) + [1.0]
    assert np.all(case.cotangents[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_directions_of_ones_and_of_zeros_in_places(seed):
    (ones,), (zeros,) = (named("exp", name, seed) for name in ("directions of ones", "directions half 0"))
    assert all(np.all(x == 1) for x in (*ones.cotangents, *ones.tangents))
    assert all(np.count_nonzero(x) == (x.size + 1) // 2 for x in (*zeros.cotangents, *zeros.tangents))


def test_an_entry_of_0_is_not_the_one_that_is_looked_at():
    rng, like = np.random.default_rng(0), np.array([0.0, 0.0, 3.0, 0.0])
    assert all(one_hot(rng, like, "float64")[2] == 1 for _ in range(20))
    assert one_hot(rng, np.zeros(3), "float64").sum() == 1
    assert one_hot(rng, np.zeros((2, 0)), "float64").shape == (2, 0)


@pytest.mark.parametrize("op", ["mse_loss", "trace"])
def test_one_entry_is_chosen_of_results_that_have_others(op):
    drawn = [case for seed in SEEDS for case in named(op, "one cotangent of 1", seed)]
    assert drawn
    assert all(case.cotangents[0].size > 2 for case in drawn)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("op", ["divide", "bmm"])
def test_each_of_two_operands_alone_is_column_major(op, seed):
    cases = [case.layouts[:2] for case in named(op, COLUMNS[0], seed)]
    assert cases == [("permuted", "contiguous"), ("contiguous", "permuted")]


def test_no_operand_is_column_major_where_memory_is_row_major():
    assert not [case for case in looked_at("divide", 0, layouts=("contiguous",)) if case.drawn["edges"] == [COLUMNS[0]]]
