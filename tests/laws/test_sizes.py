"""How far the entries of a leaf are apart in size."""

from __future__ import annotations

import numpy as np
import pytest

from properties.laws.sizes import own_sizes, span


@pytest.mark.parametrize(
    "x",
    [
        np.array([1.0, 2.0, 1e-3]),
        np.array([0.0, 5.0, 1e4]),
        np.array([0.0, 1e-3]),
        np.zeros(3),
        np.array([np.inf, 1.0]),
        np.array([1e-30, 1e30]),
        np.array([3 + 4j, 1e-6j]),
        np.array(2.0),
    ],
    ids=str,
)
def test_span_is_the_largest_of_the_entries_own_sizes_over_the_smallest(x: np.ndarray) -> None:
    assert span(x) == own_sizes(x).max() / own_sizes(x).min()


def test_span_of_nothing_is_one() -> None:
    assert span(np.zeros((0, 2))) == 1.0
