"""Lookups: embedding by integer, attention by similarity.

embedding(w, i)_k = w[i_k];   embedding_bag folds them over k;   attention(q, k, v) = softmax(q k^T / sqrt(d)) v
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.softmaxes import softmax
from harness.ops.sources import torch_docs

F = "attention"


def _embedding(weight: np.ndarray, index: np.ndarray) -> Any:
    return weight[index]


def _table(choose: Choose, first: Shape | None) -> Shapes:
    """Weight (rows, features), index of any shape."""
    if first is not None and (len(first) != 2 or not first[0]):
        raise DoesNotFit
    return ((choose.integer(1, 5), choose.integer(1, 3)) if first is None else first, choose.shape(max_rank=2))


def _looked_up(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[1], shapes[0][1]),)


def _embedding_bag(index: np.ndarray, weight: np.ndarray, *, mode: str) -> Any:
    """Index (bags, elements) of rows of weight (rows, features); folded over the elements."""
    return getattr(np, mode)(weight[index], axis=1)


def _bags(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and (len(first) != 2 or not first[1]):
        raise DoesNotFit
    index = (choose.integer(1, 3), choose.integer(1, 4)) if first is None else first
    return (index, (choose.integer(1, 5), choose.integer(1, 3)))


def _bagged(shapes: Shapes, params: Params) -> Shapes:
    return ((shapes[0][0], shapes[1][1]),)


def _bag_ties(values: Values, params: Params) -> float:
    """The largest is torn between two different rows; one row twice in a bag is no tie."""
    index, weight = values
    if params["mode"] != "max":
        return float("inf")
    bags = [np.sort(weight[np.unique(bag)], axis=0)[-2:] for bag in index]
    return smallest(*(np.diff(bag, axis=0) for bag in bags))


def _attention(query: np.ndarray, key: np.ndarray, value: np.ndarray, *, is_causal: bool) -> Any:
    scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(query.shape[-1])  # (..., queries, keys)
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    return softmax(scores, axis=-1) @ value


def query_key_value(choose: Choose, first: Shape | None) -> Shapes:
    """Query (..., queries, d), key (..., keys, d), value (..., keys, features)."""
    if first is None:
        first = tuple(choose.integer(1, 3) for _ in range(choose.integer(2, 4)))
    if len(first) not in (2, 3, 4) or not first[-1]:
        raise DoesNotFit
    keys = choose.integer(1, 4)
    return (first, (*first[:-2], keys, first[-1]), (*first[:-2], keys, choose.integer(1, 3)))


def attended(shapes: Shapes, params: Params) -> Shapes:
    """(..., queries, features)."""
    return ((*shapes[0][:-1], shapes[2][-1]),)


OPS = (
    Op(
        "embedding",
        F,
        _embedding,
        (Operand("weight"), Operand("index", role="index", bound=lambda shapes, params: shapes[0][0])),
        torch_docs("nn.functional.embedding"),
        _table,
        result_shapes=_looked_up,
    ),
    Op(
        "embedding_bag",
        F,
        _embedding_bag,
        (Operand("index", role="index", bound=lambda shapes, params: shapes[1][0]), Operand("weight")),
        torch_docs("nn.functional.embedding_bag"),
        _bags,
        one_of(mode=("sum", "mean", "max")),
        _bagged,
        _bag_ties,
    ),
    Op(
        "scaled_dot_product_attention",
        F,
        _attention,
        (Operand("query"), Operand("key"), Operand("value")),
        torch_docs("nn.functional.scaled_dot_product_attention"),
        query_key_value,
        one_of(is_causal=(False, True)),
        attended,
    ),
)
