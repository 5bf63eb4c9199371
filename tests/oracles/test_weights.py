"""The weights of a Richardson table, against the same system solved in rational numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from harness.oracles.weights import EVEN, ODD, STEPS


def exact(powers: list[int]) -> np.ndarray:
    """The w with sum_k w_k h_k^p = [p = 0] for these powers, by elimination without rounding."""
    ratios = [Fraction(h) / Fraction(STEPS[0]) for h in STEPS[: len(powers)].tolist()]
    rows = [[h**power for h in ratios] + [Fraction(power == 0)] for power in powers]
    for i, pivot in enumerate(rows):
        pivot[:] = [entry / pivot[i] for entry in pivot]
        for row in rows[:i] + rows[i + 1 :]:
            row[:] = [entry - row[i] * at_pivot for entry, at_pivot in zip(list(row), pivot, strict=True)]
    return np.array([float(row[-1]) for row in rows])


@pytest.mark.parametrize("rows", range(1, 7))
@pytest.mark.parametrize(("table", "powers"), [(ODD, [0, 2, 4, 6, 8, 10]), (EVEN, [0, 1, 3, 5, 7, 9])])
def test_weights_are_exact_to_rounding(table: list[np.ndarray], powers: list[int], rows: int) -> None:
    assert np.allclose(table[rows - 1][0], exact(powers[:rows]), rtol=1e-14, atol=0)


@pytest.mark.parametrize("rows", range(2, 7))
def test_second_row_of_weights_is_the_limit_before_the_last_step(rows: int) -> None:
    assert np.array_equal(EVEN[rows - 1][1], np.append(EVEN[rows - 2][0], 0.0))
