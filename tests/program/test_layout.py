"""A layout changes where values lie, never the values."""

from __future__ import annotations

import numpy as np
import pytest

from harness.program.layout import LAYOUTS, can_hold, effective_layout, lay_out, repeating

SHAPES = [(), (1,), (5,), (0,), (2, 3), (3, 1), (2, 0), (2, 3, 4), (1, 2, 3, 2)]


def values_for(shape: tuple[int, ...], layout: str) -> np.ndarray:
    values = np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)
    return repeating(values, layout)


def read_back(values: np.ndarray, layout: str) -> np.ndarray:
    """The array that strides and offset describe, read element by element."""
    buffer, shape, strides, offset = lay_out(values, layout)
    assert buffer.ndim == 1
    read = np.empty(shape, dtype=values.dtype)
    for index in np.ndindex(*shape):
        read[index] = buffer[offset + sum(i * s for i, s in zip(index, strides, strict=True))]
    return read


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_layout_keeps_the_values(layout, shape):
    values = values_for(shape, layout)
    assert np.array_equal(read_back(values, layout), values)


@pytest.mark.parametrize(
    ("layout", "strides", "offset"),
    [
        ("contiguous", (12, 4, 1), 0),
        ("permuted", (1, 2, 6), 0),
        ("strided", (24, 8, 2), 0),
        ("offset", (12, 4, 1), 3),
        ("stepped", (36, 12, 3), 1),
        ("cropped", (30, 6, 1), 7),
        ("expanded", (0, 4, 1), 0),
        ("expanded_last", (3, 1, 0), 0),
        ("expanded_all", (0, 0, 0), 0),
        ("channels_last", (12, 1, 3), 0),
    ],
)
def test_a_layout_has_the_strides_that_its_name_says(layout, strides, offset):
    _, _, found, start = lay_out(values_for((2, 3, 4), layout), layout)
    assert (found, start) == (strides, offset)


def test_an_unsqueezed_batch_has_the_strides_of_an_image_that_became_one():
    values, image = values_for((1, 3, 4, 5), "unsqueezed"), np.zeros((4, 5, 3))
    _, _, strides, start = lay_out(values, "unsqueezed")
    assert (strides, start) == ((3, 1, 15, 3), 0)
    assert strides[1:] == tuple(step // image.itemsize for step in image.transpose(2, 0, 1).strides)


def test_gaps_are_poisoned():
    assert np.isnan(lay_out(np.ones(2), "strided")[0][1::2]).all()
    assert np.isnan(lay_out(np.ones(2), "offset")[0][:3]).all()
    assert lay_out(np.ones(2, dtype=np.int64), "strided")[0].tolist() == [1, 0, 1, 0]
    assert np.isnan(lay_out(np.ones((2, 3)), "cropped")[0]).sum() == 4 * 5 - 6


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_buffer_is_new(layout):
    values = np.ones((2, 3, 4))
    assert not np.shares_memory(lay_out(values, layout)[0], values)


def test_a_layout_that_makes_no_difference_is_contiguous():
    assert effective_layout("permuted", (3,)) == "contiguous"
    assert effective_layout("permuted", (3, 2)) == "permuted"
    assert effective_layout("expanded", (1, 3)) == "contiguous"
    assert effective_layout("expanded", (2, 3)) == "expanded"
    assert effective_layout("channels_last", (2, 3)) == "contiguous"
    assert effective_layout("unsqueezed", (2, 3, 4)) == "contiguous"
    assert effective_layout("unsqueezed", (1, 3, 1)) == "contiguous"  # as channels_last
    assert effective_layout("unsqueezed", (1, 1, 4)) == "contiguous"
    assert effective_layout("unsqueezed", (1, 3, 4)) == "unsqueezed"
    assert effective_layout("strided", ()) == "contiguous"
    assert effective_layout("cropped", (3,)) == "contiguous"
    assert effective_layout("expanded_last", (3,)) == "contiguous"  # one axis is the first one
    assert effective_layout("expanded_last", (3, 1)) == "contiguous"
    assert effective_layout("expanded_all", (3, 1)) == "expanded_all"


def test_an_unknown_layout_is_named():
    with pytest.raises(ValueError, match=r"lay_out\(layout=...\) must be one of contiguous, .*; got 'diagonal'. Choose one of them."):
        lay_out(np.ones(2), "diagonal")


def test_varying_values_cannot_be_expanded():
    with pytest.raises(ValueError, match=r"must be constant along the axes that it repeats for the layout 'expanded_all'; got varying values."):
        lay_out(np.arange(4.0).reshape(2, 2), "expanded_all")
    with pytest.raises(ValueError, match=r"must be constant along axis 0 for the layout 'expanded'; got varying values. Repeat one slice."):
        lay_out(np.arange(2.0), "expanded")


def test_zeros_of_both_signs_cannot_be_expanded():
    assert can_hold(np.array([-0.0, -0.0]), "expanded")
    assert not can_hold(np.array([-0.0, 0.0]), "expanded")
