"""Functions with what they take optionally, as ops of their own: a library that lacks the option lacks these and nothing else.

nll(x, y, w) = -sum_i w[y_i] x_i[y_i] / sum_i w[y_i];   attention(q, k, v, m) = softmax(q k^T scale where m, else -inf) v

Weights of classes and of entries are parameters: torch has no derivative with respect to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.attention import attended, query_key_value
from harness.ops.axes import without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import REALS, interval
from harness.ops.forms import one_of
from harness.ops.losses import REDUCTIONS, class_loss_shape, loss_shape, reduced_by
from harness.ops.normalization import AFFINE, EPS, affine_per_channel, images_and_affine, instance_norm
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.softmaxes import log_softmax
from harness.ops.sources import torch_docs

F = "weighted"
WEIGHTS = (1.0, 0.5, 2.0, 0.0)
UNIT = interval(0.0, 1.0)


def _some_weights(choose: Choose, count: int) -> tuple[float, ...]:
    return tuple(choose.element(WEIGHTS) for _ in range(count))


def _rows(choose: Choose, first: Shape | None) -> Shapes:
    """X (n, classes), target (n,)."""
    x = (choose.integer(1, 3), choose.integer(1, 4)) if first is None else first
    if len(x) != 2 or 0 in x:
        raise DoesNotFit
    return (x, x[:1])


def _class_weights(choose: Choose, shapes: Shapes) -> Params:
    return {
        "weight": _some_weights(choose, shapes[0][1]),
        "ignore_index": choose.element((-100, 0)),
        "reduction": choose.element(REDUCTIONS),
    }


def _smoothed(choose: Choose, shapes: Shapes) -> Params:
    return {**_class_weights(choose, shapes), "label_smoothing": choose.element((0.0, 0.25))}


def _counted(index: np.ndarray, weight: Sequence[float], ignore_index: int) -> np.ndarray:
    """The weight of each row: that of its class, and none where that is ignored."""
    return np.where(index == ignore_index, 0.0, np.asarray(weight)[index])


def _some_row_counts(values: Values, params: Params) -> bool:
    return params["reduction"] != "mean" or bool(_counted(values[1], params["weight"], params["ignore_index"]).sum() > 0)


def _folded(losses: np.ndarray, counted: np.ndarray, reduction: str) -> Any:
    return losses.sum() / counted.sum() if reduction == "mean" else reduced_by(losses, reduction)


def _nll(x: np.ndarray, index: np.ndarray, *, weight: Sequence[float], ignore_index: int, reduction: str) -> Any:
    counted = _counted(index, weight, ignore_index)
    return _folded(-counted * np.take_along_axis(x, index[:, None], axis=1)[:, 0], counted, reduction)


def _cross_entropy(x: np.ndarray, index: np.ndarray, *, label_smoothing: float, weight: Sequence[float], ignore_index: int, reduction: str) -> Any:
    """All classes get their weight times the smoothing's even share, in rows that are not ignored."""
    log_p, counted = log_softmax(x, axis=1), _counted(index, weight, ignore_index)
    sharp = -counted * np.take_along_axis(log_p, index[:, None], axis=1)[:, 0]
    even = np.where(index == ignore_index, 0.0, -(log_p * np.asarray(weight)).mean(axis=1))
    return _folded((1 - label_smoothing) * sharp + label_smoothing * even, counted, reduction)


def _twice(choose: Choose, first: Shape | None) -> Shapes:
    return without_empty_axes(1)(choose, first) * 2


def _last_weights(choose: Choose, shapes: Shapes) -> Params:
    return {"weight": _some_weights(choose, shapes[0][-1]), "reduction": choose.element(REDUCTIONS)}


def _both_weights(choose: Choose, shapes: Shapes) -> Params:
    return {**_last_weights(choose, shapes), "pos_weight": _some_weights(choose, shapes[0][-1])}


def _bce(x: np.ndarray, y: np.ndarray, *, weight: Sequence[float], reduction: str) -> Any:
    return reduced_by(-np.asarray(weight) * (y * np.log(x) + (1 - y) * np.log1p(-x)), reduction)


def _bce_with_logits(x: np.ndarray, y: np.ndarray, *, weight: Sequence[float], pos_weight: Sequence[float], reduction: str) -> Any:
    losses = np.asarray(pos_weight) * y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)
    return reduced_by(np.asarray(weight) * losses, reduction)


def _attention(query: np.ndarray, key: np.ndarray, value: np.ndarray, mask: np.ndarray, *, scale: float) -> Any:
    """A query that may look at nothing gets 0."""
    scores = np.where(mask, scale * query @ np.swapaxes(key, -1, -2), -np.inf)
    weights = np.exp(scores - np.where(mask.any(axis=-1, keepdims=True), scores.max(axis=-1, keepdims=True, initial=-np.inf), 0.0))
    return weights / np.maximum(weights.sum(axis=-1, keepdims=True), np.finfo(float).tiny) @ value


def _query_key_value_mask(choose: Choose, first: Shape | None) -> Shapes:
    query, key, value = query_key_value(choose, first)
    return (query, key, value, (*query[:-1], key[-2]))


def _instance_norm(x: np.ndarray, *affine: np.ndarray, eps: float) -> Any:
    return affine_per_channel(instance_norm(x, eps=eps), *affine)


X, TARGET = Operand("x"), Operand("target", role="index", bound=lambda shapes, params: shapes[0][1])
PROBABILITIES = (Operand("x", UNIT), Operand("target", UNIT))
QKV = (Operand("query"), Operand("key"), Operand("value"), Operand("mask", role="mask"))


def _source(name: str) -> str:
    return torch_docs(f"nn.functional.{name}")


def _loss(name: str, like: str, reference: Any, operands: tuple[Operand, ...], shapes: Any, options: Any, rule: Any, **more: Any) -> Op:
    return Op(name, F, reference, operands, _source(like), shapes, options, rule, **more)


OPS = (
    _loss("nll_loss_weighted", "nll_loss", _nll, (X, TARGET), _rows, _class_weights, class_loss_shape, admits=_some_row_counts),
    _loss("cross_entropy_weighted", "cross_entropy", _cross_entropy, (X, TARGET), _rows, _smoothed, class_loss_shape, admits=_some_row_counts),
    _loss("binary_cross_entropy_weighted", "binary_cross_entropy", _bce, PROBABILITIES, _twice, _last_weights, loss_shape),
    _loss(
        "binary_cross_entropy_with_logits_weighted",
        "binary_cross_entropy_with_logits",
        _bce_with_logits,
        (X, Operand("target", REALS)),
        _twice,
        _both_weights,
        loss_shape,
    ),
    Op(
        "scaled_dot_product_attention_masked",
        F,
        _attention,
        QKV,
        _source("scaled_dot_product_attention"),
        _query_key_value_mask,
        one_of(scale=(1.0, 0.5)),
        attended,
    ),
    Op("instance_norm_affine", F, _instance_norm, AFFINE, _source("instance_norm"), images_and_affine(0, 1), one_of(eps=EPS)),
)
