"""Weights, masks and alignments: known answers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops.catalogue import lookup

HALVES = np.log(np.full((3, 1, 2), 0.5))  # three frames, each blank or label 1 with equal odds


def value(op: str, *arrays, **params):
    return lookup(op).reference(*map(np.asarray, arrays), **params)


def test_a_mean_is_weighted_and_leaves_out_what_is_ignored():
    x, target = [[0.0, 1.0], [2.0, 4.0], [8.0, 16.0]], [0, 1, 1]
    assert value("nll_loss_weighted", x, target, weight=(2.0, 0.5), ignore_index=-100, reduction="mean") == pytest.approx(-(0 + 2 + 8) / 3)
    assert value("nll_loss_weighted", x, target, weight=(2.0, 0.5), ignore_index=0, reduction="mean") == pytest.approx(-(2 + 8) / 1)


def test_no_row_at_all_is_outside_of_the_domain_of_a_mean():
    op, values = lookup("nll_loss_weighted"), (np.zeros((1, 2)), np.array([0]))
    assert not op.contains(values, {"weight": (1.0, 1.0), "ignore_index": 0, "reduction": "mean"})
    assert op.contains(values, {"weight": (1.0, 1.0), "ignore_index": 0, "reduction": "sum"})


def test_a_query_that_may_look_at_nothing_gets_zero():
    eye, mask = np.eye(2), np.array([[True, False], [False, False]])
    assert value("scaled_dot_product_attention_masked", eye, eye, eye, mask, scale=1.0).tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_ctc_adds_up_all_alignments():
    # 6 of the 8 sentences of three frames say "1": 1__ _1_ __1 11_ _11 111, not ___ and 1_1
    assert value("ctc_loss", HALVES, labels=((1,),), reduction="none") == pytest.approx([-np.log(6 / 8)])


def test_ctc_wants_a_blank_between_equal_labels():
    assert value("ctc_loss", HALVES, labels=((1, 1),), reduction="sum") == pytest.approx(-np.log(1 / 8))


def test_running_statistics_of_each_channel_take_the_place_of_those_of_the_batch():
    x = np.array([[[2.0], [5.0]]])
    params = {"running_mean": (1.0, 2.0), "running_var": (0.25, 9.0), "eps": 0.0}
    assert value("batch_norm_running", x, **params).tolist() == [[[2.0], [1.0]]]
    assert value("instance_norm_running", x, np.array([10.0, 100.0]), np.array([1.0, 2.0]), **params).tolist() == [[[21.0], [102.0]]]
