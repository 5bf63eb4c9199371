"""How far the entries of a leaf are apart in size."""

from __future__ import annotations

import numpy as np
import pytest

from properties.laws.sizes import own_sizes, span, spans_more


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


@pytest.mark.parametrize("ratio", [1.0, 3.0, 200.0, 255.0, 700.0, 1000.0, 1030.0, 1500.0, 4000.0, 4097.0, 1e9, 1e300])
def test_entries_span_more_exactly_where_their_span_does(ratio: float) -> None:
    spans = [np.array([a, b, a * ratio]) for a in (1.0, 1.3, 1.9, 3e-7) for b in (a, a * ratio, 0.0, np.inf)]
    assert [spans_more(x, 1024.0) for x in spans] == [span(x) > 1024.0 for x in spans]


def test_span_of_nothing_is_one() -> None:
    assert span(np.zeros((0, 2))) == 1.0
    assert not spans_more(np.zeros((0, 2)), 1.0)
