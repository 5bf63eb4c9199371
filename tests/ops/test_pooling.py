"""Windows that hang over the end: known answers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops.catalogue import lookup
from harness.ops.windows import windowed_sides

FIVE = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
HANGING = {"kernel_size": 2, "stride": 2, "padding": 0, "ceil_mode": True}


def value(name: str, x: np.ndarray, **params: object) -> object:
    return lookup(name).reference(x, **params).tolist()


def test_a_window_that_hangs_over_the_end_takes_what_is_there():
    assert value("max_pool1d", FIVE, **HANGING, dilation=1) == [[2, 4, 5]]
    assert value("avg_pool1d", FIVE, **HANGING, count_include_pad=True) == [[1.5, 3.5, 5]]
    assert value("lp_pool1d", FIVE[None], p=2.0, kernel_size=2, stride=2, ceil_mode=True) == [[[np.sqrt(5), 5, np.sqrt(50)]]]


def test_without_ceil_mode_it_is_left_out():
    assert value("max_pool1d", FIVE, **HANGING | {"ceil_mode": False}, dilation=1) == [[2, 4]]


def test_a_mean_counts_the_border_and_nothing_beyond():
    wide = {"kernel_size": 3, "stride": 3, "padding": 1, "ceil_mode": True}  # windows 0 1 2, 3 4 5, and 0 with nothing behind
    assert windowed_sides((5,), (3,), (3,), (1,), (1,), hanging=True) == (2,)
    assert value("avg_pool1d", FIVE, **wide, count_include_pad=True) == [[1, 4]]
    assert value("avg_pool1d", FIVE[:, :4], **wide, count_include_pad=True) == [[1, 7 / 3]]
    assert value("avg_pool1d", FIVE[:, :3], **wide | {"kernel_size": 4}, count_include_pad=True) == [[1.5, 1.5]]
    assert value("avg_pool1d", FIVE[:, :3], **wide | {"kernel_size": 4}, count_include_pad=False) == [[2, 3]]


def test_a_divisor_that_is_given_replaces_the_count():
    image = np.array([[[1.0, 2.0, 3.0]]])
    params = HANGING | {"kernel_size": (1, 2), "count_include_pad": True}
    assert value("avg_pool2d", image, **params, divisor_override=3) == [[[1, 1]]]


@pytest.mark.parametrize(("side", "padding", "count"), [(5, 0, 3), (4, 0, 2), (2, 1, 2)])
def test_no_window_begins_in_the_border_behind_the_end(side, padding, count):
    assert windowed_sides((side,), (2,), (2,), (padding,), (1,), hanging=True) == (count,)
