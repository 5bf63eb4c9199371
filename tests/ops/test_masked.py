"""Reductions and scans behind a mask: known answers along every axis, and where nothing is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.ops.catalogue import catalogue, lookup
from harness.ops.op import apply_reference
from tests.ops.choosing import points

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
LAST_ROW_OUT = ((True, False, True), (False, False, False))
MASKED = sorted(name for name, op in catalogue().items() if op.family == "masked")


def value(name: str, x: np.ndarray, **params: Any) -> Any:
    return apply_reference(lookup(name), (x,), params)[0].tolist()


def test_a_mask_of_the_whole_shape_is_reduced_along_either_axis():
    assert value("masked_sum", X, mask=LAST_ROW_OUT, axis=0, keepdims=False) == [1.0, 0.0, 3.0]
    assert value("masked_sum", X, mask=LAST_ROW_OUT, axis=-1, keepdims=True) == [[4.0], [0.0]]
    assert value("masked_mean", X, mask=LAST_ROW_OUT, axis=None, keepdims=False) == 2.0


def test_a_mask_of_fewer_axes_is_stretched():
    assert value("masked_sum", X, mask=(True, False, False), axis=(0, 1), keepdims=False) == 5.0
    assert value("masked_sum", X, mask=((False,), (True,)), axis=0, keepdims=False) == [4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("name", "nothing"),
    [(name, 0.0) for name in ("sum", "norm", "mean", "var", "amax", "amin", "logsumexp")] + [("prod", 1.0)],
)
def test_a_fold_of_nothing_is_what_it_starts_from_or_else_0(name, nothing):
    folded = value(f"masked_{name}", X, mask=LAST_ROW_OUT, axis=1, keepdims=False)
    assert folded[1] == nothing
    assert folded[0] == value(f"masked_{name}", X[:1, ::2], mask=True, axis=1, keepdims=False)[0]


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_what_is_left_out_of_a_softmax_is_0(name):
    scanned = value(f"masked_{name}", X, mask=LAST_ROW_OUT, axis=1)
    assert scanned[1] == [0.0, 0.0, 0.0]
    assert scanned[0][1] == 0.0
    assert scanned[0][::2] == value(f"masked_{name}", X[:1, ::2], mask=True, axis=1)[0]


def test_a_scan_passes_over_what_is_left_out():
    assert value("masked_cumsum", X, mask=LAST_ROW_OUT, axis=1) == [[1.0, 1.0, 4.0], [0.0, 0.0, 0.0]]
    assert value("masked_cumprod", X, mask=LAST_ROW_OUT, axis=0) == [[1.0, 1.0, 3.0], [1.0, 1.0, 3.0]]


@pytest.mark.parametrize("name", MASKED)
def test_what_is_left_out_has_no_part_in_the_result(name):
    moved = 0
    for point in points(lookup(name), 100):
        x, params = point.values[0], point.params
        kept = np.broadcast_to(np.array(params["mask"], bool), x.shape)
        moved += bool((~kept).any())
        with np.errstate(invalid="ignore"):
            before, after = (apply_reference(lookup(name), (np.where(kept, x, other),), params)[0] for other in (0.0, np.nan))
        np.testing.assert_array_equal(before, after)
    assert moved > 10


@pytest.mark.parametrize("name", MASKED)
def test_masks_are_drawn_of_the_whole_shape_and_of_less_along_every_axis(name):
    drawn = [point for point in points(lookup(name), 200) if point.values[0].ndim == 2]
    shapes = [(np.shape(point.params["mask"]), point.values[0].shape) for point in drawn if point.values[0].size]
    assert any(mask == x for mask, x in shapes)
    assert any(len(mask) < 2 for mask, x in shapes)
    assert any(len(mask) == 2 and mask != x for mask, x in shapes)
    axes = {axis for point in drawn for axis in np.atleast_1d(np.array(point.params["axis"], object)).tolist()}
    assert {0, 1, -1, -2} <= axes


@pytest.mark.parametrize("margin_of", [("masked_amax", (True, True, False)), ("masked_amin", (False, True, True))])
def test_the_margin_is_that_of_what_is_kept(margin_of):
    name, mask = margin_of
    margin = lookup(name).margin_at((np.array([[1.0, 1.5, 2.0], [1.0, 1.0, 1.0]]),), {"mask": (mask, (False, False, False)), "axis": 1})
    assert margin == 0.5


def test_the_norm_of_nothing_has_no_kink():
    params = {"mask": LAST_ROW_OUT, "axis": 1, "keepdims": False}
    assert lookup("masked_norm").margin_at((X,), params) == np.sqrt(10.0)
