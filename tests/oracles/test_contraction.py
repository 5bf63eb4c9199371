"""How far the last column of a Richardson table may be off: true in noise, and sharper than the change of the column before."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from harness.oracles import differentiate
from harness.oracles.contraction import Changes, ahead_of, left_of
from harness.oracles.quick import Say, Table, richardson
from harness.oracles.sampling import Sampler
from harness.oracles.weights import EVEN, ODD, STEPS

DRAWS = 100_000


def noisy_tables(rows: int, *, odd: bool) -> tuple[np.ndarray, np.ndarray]:
    """Errors and bounds of tables of a phi that is nothing but noise; `odd`: the noise at -h is that at h with the other sign."""
    rng, h = np.random.default_rng(rows), STEPS[:rows, None]
    right = rng.standard_normal((rows, DRAWS))
    left, centre = (-right, np.zeros(DRAWS)) if odd else (rng.standard_normal((rows, DRAWS)), rng.standard_normal(DRAWS))
    slopes, kinks = (right - left) / (2 * h), (right + left - 2 * centre) / (2 * h)
    limits = np.array([[ODD[k][0] @ slopes[: k + 1], EVEN[k][0] @ kinks[: k + 1]] for k in range(rows)])  # (rows, 2, draws)
    moves = list(np.abs(np.diff(limits, axis=0)))[::-1]
    unknown = np.full((2, DRAWS), np.inf)
    changes: Changes = (moves[0], moves[1], moves[2] if rows > 3 else unknown)
    return np.abs(limits[-1, 0]), left_of(changes, np.zeros(DRAWS)) + np.abs(limits[-1, 1])


@pytest.mark.parametrize("rows", range(3, 7))
def test_bound_covers_noise_of_any_size(rows: int) -> None:
    error, bound = noisy_tables(rows, odd=False)
    assert (error <= bound).all()


@pytest.mark.parametrize("rows", range(3, 7))
def test_bound_covers_noise_that_is_odd_in_the_step_but_for_one_table_in_thousands(rows: int) -> None:
    error, bound = noisy_tables(rows, odd=True)
    assert np.mean(error > bound) < 3e-4
    assert np.mean(error > 10 * bound) < 3e-5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((1e-9, 1e-4, 1e-1), 1e-7 * 17),  # 1e-9 may be small by chance: 1e-4 after 1e-1 foresees 1e-7
        ((1e-6, 1e-4, 1e-1), 1e-6 * 17),
        ((1e-9, 1e-4, 1e-3), 1e-4 * 17),  # does not converge: noise, perhaps
        ((1e-9, 1e-4, math.inf), 1e-4 * 17),
        ((0.0, 0.0, 0.0), 0.0),
    ],
)
def test_a_small_change_counts_only_where_the_two_before_it_foresee_one(changes: tuple[float, float, float], expected: float) -> None:
    odd_only = tuple(np.array([[change], [0.0]]) for change in changes)
    assert left_of(odd_only, np.zeros(1)) == pytest.approx([expected])  # type: ignore[arg-type]


def test_a_change_that_rounding_explains_counts_once() -> None:
    change = np.array([[0.2], [0.0]])
    assert left_of((change, change, change), np.ones(1)) == pytest.approx([0.2])
    assert left_of((change, change, change), np.full(1, 0.5)) == pytest.approx([0.2 + 16 * 0.075])
    of_kink = change[::-1]
    assert left_of((of_kink, of_kink, of_kink), np.full(1, 0.5)) == pytest.approx([0.2])


def test_bound_of_a_smooth_function_is_no_more_than_some_roundings() -> None:
    assert differentiate(math.exp).bound < 1e-12
    assert differentiate(lambda t: math.sin(1 + t)).bound < 1e-12


@pytest.mark.parametrize("x", [0.0, 1.9375, 1.202762522105207])
def test_noise_that_is_odd_in_the_step_is_covered_though_the_kink_shows_none(x: float) -> None:
    estimate = differentiate(lambda t: math.tanh(((x + t) + 30000) - 30000))
    assert abs(estimate.value - (1 - math.tanh(x) ** 2)) <= estimate.bound


def test_a_claim_that_agrees_ends_a_table_that_foresees_its_goal() -> None:
    calls = differentiate(lambda t: math.log(2 + t), claim=0.5)
    assert calls.evaluations == 9  # four rows; on the change of the last one it would take five
    assert abs(calls.value - 0.5) <= calls.bound <= 5e-10


@pytest.mark.parametrize("wrong", [1e-7, 1e-8, 4e-9])
def test_a_wrong_claim_is_not_within_the_bound_that_rows_foresee(wrong: float) -> None:
    estimate = differentiate(lambda t: math.log(2 + t), claim=0.5 * (1 + wrong))
    assert abs(estimate.value - 0.5) <= estimate.bound < 0.5 * wrong


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((1e-8, 1e-6, 1e-3), 4e-10),  # the slower of 1/100 and 1/1000
        ((1e-8, 1e-5, 1e-3), 4e-10),
        ((1e-8, 1e-4, 1.0), 4e-8 / 4096),  # no row is trusted to contract by more
        ((1e-8, 1e-6, math.inf), 4e-10),
        ((1e-8, 1e-9, 1e-3), 4e-8),  # noise
        ((1e-8, 0.0, 0.0), 4e-8),
    ],
)
def test_rows_foresee_that_the_next_contracts_as_the_slower_of_the_last_two(changes: tuple[float, float, float], expected: float) -> None:
    odd_only = tuple(np.array([[change], [0.0]]) for change in changes)
    assert ahead_of(odd_only) == pytest.approx([expected])  # type: ignore[arg-type]


@pytest.mark.parametrize("x", np.linspace(0, 3, 8))
def test_a_table_alone_settles_on_no_less_than_the_bound_it_states(x: float) -> None:
    looked_at: list[Table] = []

    def judge(table: Table) -> Say:
        looked_at.append(table)
        return Say.GO_ON

    richardson(Sampler(lambda t: math.sin(x + t) + 1e5), 1.0, 2.0**-53, judge, alone=True)
    assert len(looked_at) == 5
    assert all((table.bound >= table.bound_alone).all() for table in looked_at)


@pytest.mark.parametrize("phi", [np.exp, lambda t: 1 / (1.5 + t), lambda t: np.sin(t + 1000)])
def test_the_last_rung_of_a_table_has_the_bound_that_is_stated(phi: Callable[[float], float]) -> None:
    estimate = differentiate(phi)
    assert (estimate.ladder[-1].value, estimate.ladder[-1].bound) == (estimate.value, estimate.bound)
