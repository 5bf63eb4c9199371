"""Unseen faults of convolutions, pooling and resampling: combinations of their parameters, and sizes that just fit or do not."""

from __future__ import annotations

from typing import Any

import torch
from planted import every
from planted_beyond import anywhere
from planting import Planted

from unseen.predicates import Given, both, each, given


def convolution(params: Given) -> dict[str, Any]:
    x, weight = params[0], params[1]
    dims = weight.ndim - 2
    sizes = {name: each(params.get(name, default), dims) for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))}
    return {"channels": x.shape[-dims - 1], "outs": weight.shape[0], "groups": params.get("groups", 1), "sides": x.shape[-dims:], **sizes}


def depthwise_multiplied(params: Given) -> bool:
    c = convolution(params)
    return bool(c["groups"] == c["channels"] > 1 and c["outs"] > c["groups"])


def dilated_groups(params: Given) -> bool:
    c = convolution(params)
    return c["groups"] > 1 and any(d > 1 and k > 1 for d, k in zip(c["dilation"], params[1].shape[2:], strict=True))


def leaves_a_rest(params: Given) -> bool:
    """The last elements are read by no window."""
    c = convolution(params)
    axes = zip(c["sides"], params[1].shape[2:], c["stride"], c["padding"], c["dilation"], strict=True)
    return params[0].numel() > 0 and any((side + 2 * p - d * (k - 1) - 1) % s for side, k, s, p, d in axes)


def kernel_beyond_the_signal(x: torch.Tensor, params: Given) -> bool:
    dilation = each(params.get("dilation", 1), 1)[0]
    return bool((params[1].shape[-1] - 1) * dilation + 1 > x.shape[-1])


def padded_and_dilated(x: torch.Tensor, params: Given) -> bool:
    return max(each(params.get("output_padding", 0), 2)) > 0 and max(each(params.get("dilation", 1), 2)) > 1


def bordered(params: Given) -> bool:
    return max(each(params.get("padding", 0), 2)) > 0


def more_than_there_are(x: torch.Tensor, params: Given) -> bool:
    return each(params.get("output_size", 1), 1)[0] > x.shape[-1]


def to_one_pixel(x: torch.Tensor, params: Given) -> bool:
    """With corners aligned, along an axis that was longer."""
    size = params.get("size")
    if params.get("align_corners") is not True or size is None:
        return False
    return any(new == 1 < old for new, old in zip(each(size, x.ndim - 2), x.shape[2:], strict=True))


def one_side_kept(x: torch.Tensor, params: Given) -> bool:
    size = params.get("size")
    if size is None or x.ndim < 4:
        return False
    same = [new == old for new, old in zip(each(size, x.ndim - 2), x.shape[2:], strict=True)]
    return any(same) and not all(same)


def one_pixel_wide(x: torch.Tensor, params: Given) -> bool:
    sides = tuple(params.get("size", ()))[2:]
    return 1 in sides and max(sides) > 1


def reflected(params: Given) -> bool:
    return params.get("mode") == "bilinear" and params.get("padding_mode") == "reflection"


def beyond_the_image(x: torch.Tensor, grid: torch.Tensor) -> bool:
    return bool((grid.abs() > 1).any())


def strided_one_by_one(params: Given) -> bool:
    weight = params.get(1)
    if not isinstance(weight, torch.Tensor):
        return False
    return tuple(weight.shape[2:]) == (1, 1) and max(each(params.get("stride", 1), 2)) > 1


def border_not_counted(params: Given) -> bool:
    return params.get("count_include_pad") is False and bordered(params) and params.get("divisor_override") is None


CONVOLUTIONS = (
    Planted("depthwise, more outputs than channels", "conv2d", "nn.functional.conv2d", anywhere, "second", asked=depthwise_multiplied),
    Planted("dilation within groups", "conv1d", "nn.functional.conv1d", anywhere, asked=dilated_groups),
    Planted("stride leaves a rest", "conv2d", "nn.functional.conv2d", anywhere, "raises", asked=leaves_a_rest),
    Planted("kernel longer than the signal", "conv1d", "nn.functional.conv1d", anywhere, "raises", asked=given(kernel_beyond_the_signal)),
    Planted("output padded, kernel dilated", "conv_transpose2d", "nn.functional.conv_transpose2d", anywhere, asked=given(padded_and_dilated)),
    Planted("all negative beside a border", "max_pool2d", "nn.functional.max_pool2d", every(lambda x: x < 0), asked=bordered),
    Planted("more means than entries", "adaptive_avg_pool1d", "nn.functional.adaptive_avg_pool1d", anywhere, asked=given(more_than_there_are)),
    Planted("one pixel with corners aligned", "interpolate", "nn.functional.interpolate", anywhere, asked=given(to_one_pixel)),
    Planted("resized along one axis only", "interpolate", "nn.functional.interpolate", anywhere, asked=given(one_side_kept)),
    Planted("grid of one row or column", "affine_grid", "", anywhere, asked=given(one_pixel_wide)),
    Planted("reflected outside the image", "grid_sample", "nn.functional.grid_sample", both(beyond_the_image), asked=reflected),
    Planted("strided 1 by 1 kernel", "conv2d", "nn.functional.conv2d", anywhere, asked=strided_one_by_one),
    Planted("padding not counted", "avg_pool2d", "nn.functional.avg_pool2d", anywhere, asked=border_not_counted),
)
