"""Numbers that differ are seen to differ."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.apart import told_apart


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (0.25, 0.5, ("0.25", "0.5")),
        (float(np.float32(1 / 6)), 1 / 6, ("0.166666672", "0.166666667")),
        (1.0, 1.0 + 2**-52, ("1", "1.0000000000000002")),
        (float("nan"), 1.0, ("nan", "1")),
        (float("nan"), float("nan"), ("nan", "nan")),
        (1 / 3, 1 / 3, ("0.333333", "0.333333")),
    ],
)
def test_told_apart_takes_the_fewest_digits_that_show_a_difference(left: float, right: float, told: tuple[str, str]):
    assert told_apart(left, right, 6) == told
