"""Losses: a difference of prediction and target, elementwise, then reduced.

reduction "none": l_i;   "sum": sum_i l_i;   "mean": sum_i l_i / n;   "batchmean": sum_i l_i / n_0, the length of the first axis
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.ops.axes import without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import POSITIVE, REALS, Domain, interval
from harness.ops.forms import one_of
from harness.ops.margins import Margin, between_operands, smallest
from harness.ops.op import Op, Operand, Params, Shapes, smooth
from harness.ops.softmaxes import log_softmax
from harness.ops.sources import torch_docs

F = "losses"
UNIT = interval(0.0, 1.0)
REDUCTIONS = ("mean", "sum", "none")


def reduced_by(losses: np.ndarray, reduction: str) -> Any:
    """The losses themselves, their sum, their mean, or their sum per row."""
    if reduction == "none":
        return losses
    return np.sum(losses) / {"sum": 1, "mean": max(losses.size, 1), "batchmean": (*losses.shape, 1)[0]}[reduction]


def _l1(x: np.ndarray, y: np.ndarray) -> Any:
    return np.abs(x - y)


def _mse(x: np.ndarray, y: np.ndarray) -> Any:
    return (x - y) ** 2


def _smooth_l1(x: np.ndarray, y: np.ndarray, *, beta: float) -> Any:
    return _huber(x, y, delta=beta) / beta if beta else np.abs(x - y)


def _huber(x: np.ndarray, y: np.ndarray, *, delta: float) -> Any:
    distance = np.abs(x - y)
    return np.where(distance < delta, 0.5 * distance**2, delta * (distance - 0.5 * delta))


def _bce(x: np.ndarray, y: np.ndarray) -> Any:
    return -(y * np.log(x) + (1 - y) * np.log1p(-x))


def _bce_with_logits(x: np.ndarray, y: np.ndarray) -> Any:
    return np.logaddexp(0, x) - x * y


def _kl_div(x: np.ndarray, y: np.ndarray, *, log_target: bool) -> Any:
    return np.exp(y) * (y - x) if log_target else y * (np.log(y) - x)


def _poisson_nll(x: np.ndarray, y: np.ndarray, *, log_input: bool) -> Any:
    return np.exp(x) - y * x if log_input else x - y * np.log(x + 1e-8)


def _gaussian_nll(x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> Any:
    return 0.5 * (np.log(variance) + (x - y) ** 2 / variance)


def _at(name: str) -> Margin:
    """The second derivative jumps where |x - y| is the parameter `name`."""
    return lambda values, params: smallest(np.abs(np.abs(values[0] - values[1]) - params[name]))


def _alike(count: int) -> Callable[[Choose, Shape | None], Shapes]:
    return lambda choose, first: without_empty_axes()(choose, first) * count


def loss_shape(shapes: Shapes, params: Params) -> Shapes:
    """One loss per entry, or one in all."""
    return (shapes[0] if params["reduction"] == "none" else (),)


def _row(
    name: str,
    losses: Callable[..., Any],
    x: Domain = REALS,
    y: Domain = REALS,
    *,
    margin: Margin = smooth,
    rest: tuple[Operand, ...] = (),
    reductions: tuple[str, ...] = REDUCTIONS,
    **options: tuple[Any, ...],
) -> Op:
    def reference(*arrays: np.ndarray, reduction: str, **params: Any) -> Any:
        return reduced_by(losses(*arrays, **params), reduction)

    operands = (Operand("x", x), Operand("target", y), *rest)
    parameters = one_of(**options, reduction=reductions)
    return Op(name, F, reference, operands, torch_docs(f"nn.functional.{name}"), _alike(len(operands)), parameters, loss_shape, margin)


def _classes(choose: Choose, first: Shape | None) -> Shapes:
    """X (n, classes, ...) or (classes,); target (n, ...) or ()."""
    x = (*choose.shape(min_rank=0, max_rank=1, min_side=1), choose.integer(1, 4)) if first is None else first
    if first is None and len(x) == 2 and choose.boolean():
        x = (*x, choose.integer(1, 3))
    if not x or 0 in x:
        raise DoesNotFit
    return (x, (*x[:1], *x[2:]) if len(x) > 1 else ())


def _class_axis(shapes: Shapes) -> int:
    return min(1, len(shapes[0]) - 1)


def _bound(shapes: Shapes, params: Params) -> int:
    return shapes[0][_class_axis(shapes)]


def _nll(x: np.ndarray, index: np.ndarray) -> np.ndarray:
    axis = min(1, x.ndim - 1)
    return np.asarray(-np.squeeze(np.take_along_axis(x, np.expand_dims(index, axis), axis), axis))


def _nll_loss(x: np.ndarray, index: np.ndarray, *, reduction: str) -> Any:
    return reduced_by(_nll(x, index), reduction)


def _cross_entropy(x: np.ndarray, index: np.ndarray, *, label_smoothing: float, reduction: str) -> Any:
    """The target is one class with weight 1 - label_smoothing, and all classes equally with the rest."""
    axis = min(1, x.ndim - 1)
    log_p = log_softmax(x, axis=axis)
    return reduced_by((1 - label_smoothing) * _nll(log_p, index) - label_smoothing * log_p.mean(axis=axis), reduction)


def class_loss_shape(shapes: Shapes, params: Params) -> Shapes:
    """One loss per target, or one in all."""
    return (shapes[1] if params["reduction"] == "none" else (),)


def _class_row(name: str, reference: Callable[..., Any], **options: tuple[Any, ...]) -> Op:
    operands = (Operand("x"), Operand("target", role="index", bound=_bound))
    parameters = one_of(**options, reduction=REDUCTIONS)
    return Op(name, F, reference, operands, torch_docs(f"nn.functional.{name}"), _classes, parameters, class_loss_shape)


OPS = (
    _row("l1_loss", _l1, margin=between_operands),
    _row("mse_loss", _mse),
    _row("smooth_l1_loss", _smooth_l1, margin=_at("beta"), beta=(1.0, 0.5, 0.0)),
    _row("huber_loss", _huber, margin=_at("delta"), delta=(1.0, 0.5)),
    _row("binary_cross_entropy", _bce, UNIT, UNIT),
    _row("binary_cross_entropy_with_logits", _bce_with_logits),
    _row("kl_div", _kl_div, REALS, POSITIVE, log_target=(False, True), reductions=("batchmean", *REDUCTIONS)),
    _row("poisson_nll_loss", _poisson_nll, POSITIVE, POSITIVE, log_input=(True, False)),
    _row("gaussian_nll_loss", _gaussian_nll, rest=(Operand("variance", POSITIVE),)),
    _class_row("nll_loss", _nll_loss),
    _class_row("cross_entropy", _cross_entropy, label_smoothing=(0.0, 0.25)),
)
