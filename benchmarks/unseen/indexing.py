"""Unseen faults of ops that read and write where an index, a slice or a mask says."""

from __future__ import annotations

import torch
from planted import pair, some
from planted_beyond import anywhere
from planting import Planted, Tensors

from unseen.predicates import Given, given, length


def index_short_elsewhere(params: Given) -> bool:
    """Along another axis than that which it gathers from."""
    x, index, axis = params.get(0), params.get(1), params.get("axis")
    if not (isinstance(x, torch.Tensor) and isinstance(index, torch.Tensor)) or axis is None or index.numel() == 0:
        return False
    return any(a != axis % x.ndim and index.shape[a] < x.shape[a] for a in range(x.ndim))


def as_they_are(x: torch.Tensor, params: Given) -> bool:
    """Each index once, in order: nothing is moved."""
    index, n = params.get(1), length(x, params.get("axis"))
    return isinstance(index, torch.Tensor) and n > 1 and torch.equal(index.flatten(), torch.arange(n))


def mean_of_what_comes(x: torch.Tensor, params: Given) -> bool:
    """Several come to one place, and what was there doesn't count."""
    index = params.get(1)
    if params.get("reduction") != "mean" or params.get("include_self") is not False or not isinstance(index, torch.Tensor):
        return False
    return len(index.flatten().unique()) < index.numel()


def zero_written(tensors: Tensors) -> bool:
    return len(tensors) > 2 and bool((tensors[2].detach() == 0).any()) and bool((tensors[0].detach() != 0).all())


def twice_in_a_bag(tensors: Tensors) -> bool:
    index = tensors[0]
    return index.ndim == 2 and any(len(bag.unique()) < len(bag) for bag in index)


def nan_beside_a_narrow_condition(tensors: Tensors) -> bool:
    condition, *branches = tensors
    shape = torch.broadcast_shapes(*(t.shape for t in tensors))
    return condition.shape != shape and any(bool(t.isnan().any()) for t in branches)


def every_second_place(x: torch.Tensor, params: Given) -> bool:
    """At least two places are written, with gaps between them."""
    source, step = params.get(1), params.get("step", 1)
    return isinstance(source, torch.Tensor) and isinstance(step, int) and step > 1 and length(source, params.get("axis", 0)) > 1


def from_the_end(x: torch.Tensor, index: torch.Tensor) -> bool:
    return bool((index < 0).any())


INDEXING = (
    Planted("index shorter along another axis", "gather", "gather", anywhere, asked=index_short_elsewhere),
    Planted("each index once, in order", "take", "index_select", anywhere, asked=given(as_they_are)),
    Planted("0 multiplied in", "scatter_reduce", "scatter_reduce", zero_written, asked=lambda params: params.get("reduction") == "prod"),
    Planted("mean of duplicates alone", "index_reduce", "index_reduce", anywhere, asked=given(mean_of_what_comes)),
    Planted("NaN written over", "masked_scatter", "masked_scatter", some(torch.isnan), "poisoned"),
    Planted("NaN masked out by a narrower condition", "where", "where", nan_beside_a_narrow_condition, "poisoned"),
    Planted(
        "a row twice in one bag",
        "embedding_bag",
        "nn.functional.embedding_bag",
        twice_in_a_bag,
        asked=lambda params: params.get("mode", "mean") == "mean",
    ),
    Planted("gaps between what is written", "slice_scatter", "slice_scatter", anywhere, asked=given(every_second_place)),
    Planted("counted from the end", "take_flat", "take", pair(from_the_end)),
)
