"""Unseen faults of normalization, attention, recurrent cells and losses."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from planted_beyond import ATTENTION, anywhere
from planting import Planted, Tensors

from unseen.predicates import Given, both, given


def a_constant_row_among_others(x: torch.Tensor, params: Given) -> bool:
    shape = params.get("normalized_shape")
    if shape is None:
        return False
    rows = x.reshape(-1, math.prod(shape))
    constant = (rows == rows[:, :1]).all(1)
    return rows.shape[1] > 1 and bool(constant.any() and not constant.all())


def causal_not_square(params: Given) -> bool:
    query, key = params[0], params[1]
    return params.get("is_causal") is True and query.shape[-2] != key.shape[-2] and query.shape[-2] > 1 and key.shape[-2] > 1


def no_state_yet(x: torch.Tensor, hidden: torch.Tensor) -> bool:
    return bool((hidden == 0).all())


def without_bias(tensors: Tensors) -> bool:
    return len(tensors) == 5 and tensors[1].numel() > 0


def ignored_and_smoothed(params: Given) -> bool:
    """Some targets, not all."""
    target = params.get(1)
    if not isinstance(target, torch.Tensor) or not params.get("label_smoothing"):
        return False
    ignored = target == params.get("ignore_index", -100)
    return bool(ignored.any() and not ignored.all())


def a_label_again(params: Given) -> bool:
    rows = params.get("labels", ())
    return any(a == b for row in rows for a, b in pairwise(row))


def value_of_another_width(tensors: Tensors) -> bool:
    return len(tensors) > 2 and all(t.numel() > 0 for t in tensors) and tensors[2].shape[-1] != tensors[1].shape[-1]


def fewer_variances(tensors: Tensors) -> bool:
    return len(tensors) > 2 and tensors[0].numel() > 0 and tensors[2].numel() < tensors[0].numel()


def over_several_axes(x: torch.Tensor, params: Given) -> bool:
    shape = params.get("normalized_shape", ())
    return isinstance(shape, tuple | list) and len(shape) > 1 and all(side > 1 for side in shape)


NETWORKS = (
    Planted("one constant row among others", "layer_norm", "nn.functional.layer_norm", anywhere, asked=given(a_constant_row_among_others)),
    Planted("causal with more or fewer keys than queries", "scaled_dot_product_attention", ATTENTION, anywhere, asked=causal_not_square),
    Planted("state still 0", "gru_cell", "", both(no_state_yet)),
    Planted("second output, no bias", "lstm_cell", "", without_bias, "output"),
    Planted("ignored target, smoothed labels", "cross_entropy_weighted", "nn.functional.cross_entropy", anywhere, asked=ignored_and_smoothed),
    Planted("same label twice in a row", "ctc_loss", "nn.functional.ctc_loss", anywhere, asked=a_label_again),
    Planted("beta of 0", "smooth_l1_loss", "nn.functional.smooth_l1_loss", anywhere, asked=lambda params: params.get("beta") == 0),
    Planted("values wider or narrower than keys", "scaled_dot_product_attention", ATTENTION, value_of_another_width),
    Planted("one variance for many", "gaussian_nll_loss", "nn.functional.gaussian_nll_loss", fewer_variances),
    Planted("over several axes", "layer_norm", "nn.functional.layer_norm", anywhere, "second", asked=given(over_several_axes)),
)
