"""Two sources of the same choices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from harness.strategies.choose import HypothesisChoose, RandomChoose

SETTINGS = settings(max_examples=50, deadline=None, database=None)


@pytest.fixture
def random_source():
    return RandomChoose(np.random.default_rng(0))


@SETTINGS
@given(st.data())
def test_hypothesis_choices_keep_their_limits(data):
    source = HypothesisChoose(data.draw)
    assert 2 <= source.integer(2, 5) <= 5
    assert source.element("abc") in "abc"
    assert isinstance(source.boolean(), bool)
    shape = source.shape(1, 2, 1, 3)
    assert 1 <= len(shape) <= 2
    assert all(1 <= side <= 3 for side in shape)


def test_random_choices_reach_both_limits(random_source):
    assert {random_source.integer(2, 5) for _ in range(100)} == {2, 3, 4, 5}
    assert {random_source.boolean() for _ in range(20)} == {False, True}
    assert {len(random_source.shape()) for _ in range(100)} == {0, 1, 2, 3}


def test_limits_beyond_the_weights_are_kept(random_source):
    assert random_source.shape(7, 7, 50, 50) == (50,) * 7


def test_choices_shrink_to_the_first_and_the_smallest():
    @st.composite
    def chosen(draw):
        source = HypothesisChoose(draw)
        return source.integer(3, 9), source.element("abc"), source.boolean(), source.shape(1, 3, 1, 4)

    assert find(chosen(), lambda drawn: True) == (3, "a", False, (1,))


def test_a_group_is_built_by_its_own_source(random_source):
    assert 1 <= random_source.grouped(lambda source: source.integer(1, 3)) <= 3

    @st.composite
    def grouped(draw):
        return HypothesisChoose(draw).grouped(lambda source: source.integer(1, 3))

    assert find(grouped(), lambda value: value > 1) == 2
