"""Unseen faults of norms, distances and angles."""

from __future__ import annotations

import torch
from planted_beyond import anywhere
from planting import Planted

from unseen.predicates import Axes, Given, both, folded, given, length


def infinite_from_below(x: torch.Tensor, axes: Axes, params: Given) -> bool:
    """The entry of largest size is negative, and no other is as large."""
    return float(params.get("ord", 2)) == float("inf") and bool((-x.amin(axes) > x.amax(axes)).any())


def of_length_one(x: torch.Tensor, params: Given) -> bool:
    """Normalized already, along an axis of two or more."""
    axis = params.get("axis", 1)
    if float(params.get("p", 2.0)) != 2.0 or length(x, axis) < 2:
        return False
    return bool(((torch.linalg.vector_norm(x, dim=axis) - 1).abs() < 1e-12).any())


def some_too_long(x: torch.Tensor, params: Given) -> bool:
    """One slice is beyond the norm allowed, another within."""
    p, axis, most = params.get("p", 2.0), params.get("axis"), params.get("maxnorm")
    if not isinstance(axis, int) or most is None:
        return False
    norms = torch.linalg.vector_norm(x.movedim(axis, 0).reshape(x.shape[axis], -1), ord=float(p), dim=1)
    return bool((norms > most).any() and (norms < most).any())


def orthogonal(x: torch.Tensor, params: Given) -> bool:
    y, axis = params.get(1), params.get("axis", params.get("dim", 1))
    if not isinstance(y, torch.Tensor):
        return False
    x, y = torch.broadcast_tensors(x, y.detach())
    return bool((((x * y).sum(axis) == 0) & (x != 0).any(axis) & (y != 0).any(axis)).any())


def parallel(x: torch.Tensor, params: Given) -> bool:
    y, axis = params.get(1), params.get("axis", -1)
    if not isinstance(y, torch.Tensor) or y.numel() == 0:
        return False
    x, y = torch.broadcast_tensors(x, y.detach())
    nothing = (torch.linalg.cross(x, y, dim=axis) == 0).all(axis)
    return bool((nothing & (x != 0).any(axis) & (y != 0).any(axis)).any())


def crowded(x: torch.Tensor, y: torch.Tensor) -> bool:
    return max(x.shape[-2], y.shape[-2]) > 25


def swapped(anchor: torch.Tensor, params: Given) -> bool:
    """The positive is the one nearer to the negative, where the loss is not 0."""
    positive, negative, distance = params.get(1), params.get(2), torch.nn.functional.pairwise_distance
    if params.get("swap") is not True or not isinstance(positive, torch.Tensor) or not isinstance(negative, torch.Tensor):
        return False
    positive, negative = positive.detach(), negative.detach()
    near, far = distance(positive, negative), distance(anchor, negative)
    loss = distance(anchor, positive) - torch.minimum(near, far) + params.get("margin", 1.0)
    return bool(((near < far) & (loss > 0)).any())


def shorter_than_eps(x: torch.Tensor, params: Given) -> bool:
    """Divided by eps, not by its length."""
    axis, eps = params.get("axis", 1), params.get("eps", 1e-12)
    if length(x, axis) < 2:
        return False
    lengths = torch.linalg.vector_norm(x, ord=float(params.get("p", 2.0)), dim=axis)
    return bool(((lengths > 0) & (lengths < 0.999 * eps)).any())


DISTANCES = (
    Planted("largest in size is negative", "vector_norm", "linalg.vector_norm", anywhere, "negated", asked=folded(infinite_from_below)),
    Planted("of length 1 already", "normalize", "nn.functional.normalize", anywhere, asked=given(of_length_one)),
    Planted("one too long, one not", "renorm", "renorm", anywhere, asked=given(some_too_long)),
    Planted("orthogonal vectors", "cosine_similarity", "nn.functional.cosine_similarity", anywhere, asked=given(orthogonal)),
    Planted("parallel vectors", "cross", "linalg.cross", anywhere, asked=given(parallel)),
    Planted("more than 25 points", "cdist", "cdist", both(crowded), asked=lambda params: params.get("p", 2.0) == 2.0),
    Planted("swapped", "triplet_margin_loss", "nn.functional.triplet_margin_loss", anywhere, asked=given(swapped)),
    Planted("shorter than eps", "normalize", "nn.functional.normalize", anywhere, asked=given(shorter_than_eps)),
    Planted("sum of absolute differences", "cdist", "cdist", anywhere, asked=lambda params: float(params.get("p", 2.0)) == 1.0),
)
