"""Unseen faults of reductions, scans and order statistics, masked ones among them."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from planted_beyond import Asked, anywhere, keeping
from planting import Planted

from unseen.predicates import Axes, Given, along, axes_of, filled, folded, given, length


def two_zeros(x: torch.Tensor, axes: Axes, params: Given) -> bool:
    """Exactly two in one product."""
    return bool(((x == 0).sum(axes) == 2).any())


def cancelling(x: torch.Tensor, axes: Axes, params: Given) -> bool:
    return bool(((x.sum(axes) == 0) & (x != 0).any(axes)).any())


def of_two(x: torch.Tensor, axes: Axes, params: Given) -> bool:
    return len(axes) > 0 and math.prod(x.shape[a] for a in axes) == 2


def several_kept(params: Given) -> bool:
    axis = params.get("axis", params.get("dim"))
    return isinstance(axis, tuple | list) and len(axis) > 1 and keeping(params)


def zero_in_front(x: torch.Tensor, axis: int) -> bool:
    return x.shape[axis] > 1 and bool((x.select(axis, 0) == 0).any())


def falling(x: torch.Tensor, axis: int) -> bool:
    return x.shape[axis] > 2 and bool((x.diff(dim=axis) < 0).all())


def underflowing_spread(x: torch.Tensor, axis: int) -> bool:
    return bool((x.amax(axis) - x.amin(axis) > 88).any())


def masked(test: Callable[[torch.Tensor, torch.Tensor, Axes], bool]) -> Asked:
    """Of the operand, where the mask keeps it, and the axes."""

    def asked(x: torch.Tensor, axes: Axes, params: Given) -> bool:
        mask = params.get("mask")
        return mask is not None and test(x, torch.as_tensor(mask).broadcast_to(x.shape), axes)

    return folded(asked)


def emptied_in_part(x: torch.Tensor, kept: torch.Tensor, axes: Axes) -> bool:
    """Of one fold the mask keeps nothing, of another something."""
    return len((~kept).long().amin(axes).unique()) == 2


def zero_behind_the_mask(x: torch.Tensor, kept: torch.Tensor, axes: Axes) -> bool:
    return bool(((x == 0) & ~kept).any() and (x[kept] != 0).all() and kept.any())


def largest_behind_the_mask(x: torch.Tensor, params: Given) -> bool:
    mask, axis = params.get("mask"), params.get("axis")
    if mask is None or x.ndim == 0:
        return False
    axes = tuple(range(x.ndim)) if axis is None else axis
    seen = x.masked_fill(~torch.as_tensor(mask).broadcast_to(x.shape), -torch.inf).amax(axes)
    return bool(((seen < x.amax(axes)) & (seen > -torch.inf)).any())


def on_an_entry(x: torch.Tensor, params: Given) -> bool:
    """Nothing is interpolated, and it is neither end."""
    q, n = params.get("q"), length(x, params.get("axis"))
    return isinstance(q, float) and 0 < q < 1 and n > 2 and abs(q * (n - 1) - round(q * (n - 1))) < 1e-9


def all_from_below(x: torch.Tensor, params: Given) -> bool:
    return params.get("largest") is False and params.get("k") == length(x, params.get("axis")) > 1


def one_difference_left(x: torch.Tensor, params: Given) -> bool:
    n = params.get("n", 1)
    return bool(n > 1 and length(x, params.get("axis")) == n + 1)


def not_the_last(x: torch.Tensor, params: Given) -> bool:
    axis = params.get("axis")
    return isinstance(axis, int) and x.ndim > 1 and axis % x.ndim != x.ndim - 1 and length(x, axis) > 1


def odd_count_of_negatives(x: torch.Tensor, params: Given) -> bool:
    """Of two factors or more, none of them 0."""
    axes = axes_of(x, params.get("axis"))
    if math.prod(x.shape[a] for a in axes) < 2:
        return False
    return bool((((x < 0).sum(axes) % 2 == 1) & ((x == 0).sum(axes) == 0)).any())


def one_variable(x: torch.Tensor) -> bool:
    """One row: the matrix is squeezed to a number."""
    return x.ndim == 2 and x.shape[0] == 1 < x.shape[1]


def an_even_number_left(x: torch.Tensor, params: Given) -> bool:
    """Some are missing, and of what is left there's no middle."""
    missing, axis = params.get("missing"), params.get("axis")
    if missing is None or not isinstance(axis, int) or x.ndim == 0:
        return False
    gone = torch.as_tensor(missing, dtype=torch.bool).broadcast_to(x.shape)
    left = (~gone).sum(axis)
    return bool((gone.any(axis) & (left > 0) & (left % 2 == 0)).any())


def two_points(x: torch.Tensor, params: Given) -> bool:
    return length(x, params.get("axis")) == 2


def an_end(x: torch.Tensor, params: Given) -> bool:
    return params.get("q") in (0.0, 1.0) and length(x, params.get("axis")) > 1


def first_masked_out(x: torch.Tensor, params: Given) -> bool:
    mask, axis = params.get("mask"), params.get("axis")
    if mask is None or length(x, axis) < 2:
        return False
    kept = torch.as_tensor(mask).broadcast_to(x.shape).movedim(axis, 0)
    return bool((~kept[0] & kept[1:].any(0)).any())


REDUCTIONS = (
    Planted("two zeros among factors", "prod", "prod", anywhere, "second", asked=folded(two_zeros)),
    Planted("0 in front of a running product", "cumulative_prod", "cumprod", anywhere, asked=along(zero_in_front)),
    Planted("summands cancel", "sum", "sum", anywhere, asked=folded(cancelling)),
    Planted("spread of two", "std", "std", anywhere, asked=folded(of_two)),
    Planted("several axes, kept", "logsumexp", "logsumexp", anywhere, "nested", asked=several_kept),
    Planted("exponentials underflow in one row", "log_softmax", "log_softmax", anywhere, dtype="float32", asked=along(underflowing_spread)),
    Planted("along an axis that is not the last", "softmax", "softmax", anywhere, "nested", asked=given(not_the_last)),
    Planted("the first is the largest all along", "cummax", "cummax", anywhere, asked=along(falling)),
    Planted("one difference left of several", "diff", "diff", anywhere, "raises", asked=given(one_difference_left)),
    Planted("falls on an entry", "quantile", "quantile", anywhere, asked=given(on_an_entry)),
    Planted("all of them, from below", "topk", "topk", anywhere, asked=given(all_from_below)),
    Planted("beyond 16 entries", "kthvalue", "kthvalue", anywhere, asked=given(lambda x, params: length(x, params.get("axis")) > 16)),
    Planted("mask leaves one row nothing", "masked_mean", "masked.mean", anywhere, asked=masked(emptied_in_part)),
    Planted("0 behind the mask", "masked_prod", "masked.prod", anywhere, asked=masked(zero_behind_the_mask)),
    Planted("largest behind the mask", "masked_amax", "masked.amax", anywhere, asked=given(largest_behind_the_mask)),
    Planted("product below 0", "prod", "prod", anywhere, "nested", asked=given(odd_count_of_negatives)),
    Planted("one variable", "cov", "cov", filled(one_variable)),
    Planted("an even number left", "nanmedian", "nanmedian", anywhere, asked=given(an_even_number_left)),
    Planted("either end", "quantile", "quantile", anywhere, asked=given(an_end)),
    Planted("one trapezoid", "cumulative_trapezoid", "cumulative_trapezoid", anywhere, asked=given(two_points)),
    Planted("starts behind the mask", "masked_cumsum", "masked.cumsum", anywhere, asked=given(first_masked_out)),
)
