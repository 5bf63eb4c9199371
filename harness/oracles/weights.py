"""The weights of a Richardson table: the limit of its rows for steps that shrink to nothing, as a weighted sum of them.

sum_k w_k F(h_k) = F(0)      for F = 1, h^2, h^4 .. (ODD, for central differences)   and   F = 1, h, h^3, h^5 .. (EVEN, for the kink)

By formulas: inverting the matrix of powers lost eight digits in six rows, and what it left of the h would have passed for a kink.

Source: Fornberg, Numerical Differentiation of Analytic Functions, ACM TOMS 7 (1981).
"""

from __future__ import annotations

import numpy as np

STEPS = 0.0533 * np.exp(-0.64 * np.arange(6))  # of the scale; smaller by 1.9 from row to row, six rows: then the ladder gains more per evaluation


def _odd(rows: int) -> np.ndarray:
    """Exact for the powers 0, 2, 4 ..: Lagrange's weights at h^2 = 0."""
    squares = (STEPS[:rows] / STEPS[0]) ** 2
    return np.array([np.prod([other / (other - x) for other in squares[squares != x]]) for x in squares])


def _even(rows: int) -> np.ndarray:
    """Exact for the powers 0, 1, 3, 5 ..: w_k h_k are the weights of a divided difference in h^2, which no lower power of h^2 survives."""
    ratios = STEPS[:rows] / STEPS[0]
    squares = ratios**2
    weights = np.array([1 / np.prod([x - other for other in squares[squares != x]]) for x in squares]) / ratios
    return np.asarray(weights / weights.sum())


def _last_two(columns: list[np.ndarray]) -> list[np.ndarray]:
    """For each number of rows the weights of the last column and of the one before, (2, rows)."""
    pairs = zip(columns, [np.zeros(1), *columns], strict=False)
    return [np.array([now, np.append(before, 0.0)[: len(now)]]) for now, before in pairs]


ODD = _last_two([_odd(rows) for rows in range(1, 7)])
EVEN = _last_two([_even(rows) for rows in range(1, 7)])
SIZES = [np.abs(pair[0]) for pair in ODD]
