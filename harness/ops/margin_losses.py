"""Losses that want a margin between what belongs together and what does not.

margin_ranking: max(0, margin - y (a - b));   hinge_embedding: x if y = 1, max(0, margin - x) if y = -1
triplet_margin: max(0, margin + |a - p| - |a - n|);   soft_margin: log(1 + exp(-y x));   a mask says where y = 1, elsewhere it is -1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.ops.axes import without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.losses import REDUCTIONS, reduced_by
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, smooth
from harness.ops.sources import torch_docs
from harness.ops.writing import distinct

F = "margin_losses"
POSITIVE = Operand("positive", role="mask")


def _signs(positive: np.ndarray) -> np.ndarray:
    return np.where(positive, 1.0, -1.0)


def _soft_margin(x: np.ndarray, positive: np.ndarray) -> Any:
    return np.logaddexp(0, -_signs(positive) * x)


def _ranked(x: np.ndarray, y: np.ndarray, positive: np.ndarray, margin: float) -> np.ndarray:
    return np.asarray(margin - _signs(positive) * (x - y))


def _margin_ranking(x: np.ndarray, y: np.ndarray, positive: np.ndarray, *, margin: float) -> Any:
    return np.maximum(0, _ranked(x, y, positive, margin))


def _at_the_margin(values: Values, params: Params) -> float:
    return smallest(np.abs(_ranked(values[0], values[1], values[2], params["margin"])))


def _hinge_embedding(x: np.ndarray, positive: np.ndarray, *, margin: float) -> Any:
    return np.where(positive, x, np.maximum(0, margin - x))


def _at_the_hinge(values: Values, params: Params) -> float:
    return smallest(np.abs(params["margin"] - values[0])[~values[1]])


def _cosine(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """As torch has it, with 1e-12 under the root."""
    return np.asarray((x * y).sum(axis=-1) / np.sqrt(((x**2).sum(axis=-1) + 1e-12) * ((y**2).sum(axis=-1) + 1e-12)))


def _cosine_embedding(x: np.ndarray, y: np.ndarray, positive: np.ndarray, *, margin: float) -> Any:
    cosine = _cosine(x, y)
    return np.where(positive, 1 - cosine, np.maximum(0, cosine - margin))


def _cosine_margin(values: Values, params: Params) -> float:
    """Where the cosine is the margin, and where a vector vanishes; the cosine turns by a radian per length."""
    x, y, positive = values
    lengths = [np.linalg.norm(v, axis=-1) for v in (x, y)]
    return smallest((np.abs(_cosine(x, y) - params["margin"]) * np.minimum(*lengths))[~positive], *lengths)


def _distance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(x - y + 1e-6, axis=-1))


def _nearest_negative(anchor: np.ndarray, positive: np.ndarray, negative: np.ndarray, swap: bool) -> np.ndarray:
    return np.asarray(np.minimum(_distance(anchor, negative), _distance(positive if swap else anchor, negative)))


def _triplet_margin(anchor: np.ndarray, positive: np.ndarray, negative: np.ndarray, *, margin: float, swap: bool) -> Any:
    return np.maximum(0, margin + _distance(anchor, positive) - _nearest_negative(anchor, positive, negative, swap))


def _triplet_margins(values: Values, params: Params) -> float:
    """Where the loss begins, where two of the three meet, and where with `swap` the two distances are equal."""
    a, p, n = values
    apart = [_distance(a, p), _distance(a, n), *([_distance(p, n)] if params["swap"] else [])]
    loss = params["margin"] + apart[0] - _nearest_negative(a, p, n, params["swap"])
    return smallest(np.abs(loss), *apart, *([np.abs(apart[1] - apart[2])] if params["swap"] else []))


def _multilabel_soft_margin(x: np.ndarray, positive: np.ndarray) -> Any:
    return _soft_margin(x, positive).mean(axis=-1)


def _violations(x: np.ndarray, index: np.ndarray, margin: float) -> np.ndarray:
    """Margin - x_y + x_i for every class i but the wanted one y, where it is -inf; shape of x (n, classes)."""
    wanted = np.take_along_axis(x, index[:, None], axis=1)
    own = np.arange(x.shape[1]) == index[:, None]
    return np.where(own, -np.inf, margin - wanted + x)


def _multi_margin(x: np.ndarray, index: np.ndarray, *, margin: float, p: int) -> Any:
    return (np.maximum(0, _violations(x, index, margin)) ** p).sum(axis=1) / x.shape[1]


def _violation_begins(values: Values, params: Params) -> float:
    gaps = np.abs(_violations(values[0], values[1], params["margin"]))
    return smallest(gaps[np.isfinite(gaps)])


def _label_violations(x: np.ndarray, labels: Sequence[Sequence[int]]) -> np.ndarray:
    """1 - x_j + x_i for every label j and every class i that is none, else -inf; shape (n, classes, classes)."""
    chosen = (np.arange(x.shape[1])[:, None] == np.asarray(labels)[:, None, :]).any(axis=-1)
    pairs = chosen[:, :, None] & ~chosen[:, None, :]
    return np.where(pairs, 1 - x[:, :, None] + x[:, None, :], -np.inf)


def _multilabel_margin(x: np.ndarray, *, labels: Sequence[Sequence[int]]) -> Any:
    return np.maximum(0, _label_violations(x, labels)).sum(axis=(1, 2)) / x.shape[1]


def _label_violation_begins(values: Values, params: Params) -> float:
    gaps = np.abs(_label_violations(values[0], params["labels"]))
    return smallest(gaps[np.isfinite(gaps)])


def _some_labels(choose: Choose, shapes: Shapes) -> Params:
    """Per row some of the classes, then -1 up to the number of classes."""
    rows, classes = shapes[0]
    chosen = [distinct(choose, choose.integer(1, max(classes - 1, 1)), classes) for _ in range(rows)]
    return {"labels": tuple((*labels, *(-1,) * (classes - len(labels))) for labels in chosen), "reduction": choose.element(REDUCTIONS)}


def _alike(count: int) -> Callable[[Choose, Shape | None], Shapes]:
    return lambda choose, first: without_empty_axes()(choose, first) * count


def _rows(*lasts: str) -> Callable[[Choose, Shape | None], Shapes]:
    """(n, features), and for each of `lasts` the same or one number per row."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        x = (choose.integer(1, 3), choose.integer(1, 4)) if first is None else first
        if len(x) != 2 or 0 in x:
            raise DoesNotFit
        return (x, *(x if kind == "same" else x[:1] for kind in lasts))

    return shapes


def _row(
    name: str, losses: Callable[..., Any], operands: tuple[Operand, ...], shapes: Any, options: Any, *, kink: Any = smooth, per_row: bool = True
) -> Op:
    def reference(*arrays: np.ndarray, reduction: str, **params: Any) -> Any:
        return reduced_by(np.asarray(losses(*arrays, **params)), reduction)

    def rule(shapes: Shapes, params: Params) -> Shapes:
        return ((shapes[0][:1] if per_row else shapes[0]) if params["reduction"] == "none" else (),)

    return Op(name, F, reference, operands, torch_docs(f"nn.functional.{name}"), shapes, options, rule, kink)


X, Y = Operand("x"), Operand("y")
CLASS = Operand("target", role="index", bound=lambda shapes, params: shapes[0][1])
TRIPLET = (Operand("anchor"), Operand("positive"), Operand("negative"))
_reduction = one_of(reduction=REDUCTIONS)
_ranking = one_of(margin=(0.0, 0.5), reduction=REDUCTIONS)
_hinge = one_of(margin=(1.0, 0.5), reduction=REDUCTIONS)
_swapping = one_of(margin=(1.0, 0.5), swap=(False, True), reduction=REDUCTIONS)
_powers = one_of(margin=(1.0, 0.5), p=(1, 2), reduction=REDUCTIONS)
OPS = (
    _row("soft_margin_loss", _soft_margin, (X, POSITIVE), _alike(2), _reduction, per_row=False),
    _row("margin_ranking_loss", _margin_ranking, (X, Y, POSITIVE), _alike(3), _ranking, kink=_at_the_margin, per_row=False),
    _row("hinge_embedding_loss", _hinge_embedding, (X, POSITIVE), _alike(2), _hinge, kink=_at_the_hinge, per_row=False),
    _row("cosine_embedding_loss", _cosine_embedding, (X, Y, POSITIVE), _rows("same", "row"), _ranking, kink=_cosine_margin),
    _row("triplet_margin_loss", _triplet_margin, TRIPLET, _rows("same", "same"), _swapping, kink=_triplet_margins),
    _row("multilabel_soft_margin_loss", _multilabel_soft_margin, (X, POSITIVE), _rows("same"), _reduction),
    _row("multi_margin_loss", _multi_margin, (X, CLASS), _rows("row"), _powers, kink=_violation_begins),
    _row("multilabel_margin_loss", _multilabel_margin, (X,), _rows(), _some_labels, kink=_label_violation_begins),
)
