"""The unknown on the left: known answers."""

from __future__ import annotations

import numpy as np

from harness.ops.catalogue import lookup

A, B = np.array([[2.0, 1.0], [7.0, 4.0]]), np.array([[3.0, 5.0]])


def test_the_unknown_times_the_matrix_is_the_right_hand_side():
    np.testing.assert_allclose(lookup("solve_right").reference(A, B) @ A, B)


def test_of_a_triangle_the_rest_and_a_diagonal_of_ones_are_not_read():
    solve = lookup("solve_triangular_right").reference
    np.testing.assert_allclose(solve(A, B, upper=True, unitriangular=False) @ np.triu(A), B)
    np.testing.assert_allclose(solve(A, B, upper=False, unitriangular=True) @ [[1, 0], [7, 1]], B)
