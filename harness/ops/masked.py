"""Reductions and scans of the elements that a mask keeps; what it leaves out has no part in the result, and gradient 0.

sum(x, m) = sum of x_i where m_i;   softmax(x, m)_i = exp(x_i) / sum of exp(x_j) where m_j
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import reduced, without_empty_axes
from harness.ops.choose import Choose
from harness.ops.margins import gaps_along, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, same_shape, smooth
from harness.ops.softmaxes import log_softmax, logsumexp, softmax

F = "masked"
X = (Operand("x"),)
SOURCE = "https://docs.pytorch.org/docs/stable/masked.html"


def _kept(x: np.ndarray, mask: Sequence[bool]) -> np.ndarray:
    """X (..., n) without the columns that the mask leaves out."""
    return x[..., np.array(mask, bool)]


def _folding(fold: Any) -> Any:
    def reference(x: np.ndarray, *, mask: Sequence[bool], axis: int, keepdims: bool) -> Any:
        return fold(_kept(x, mask), axis=axis, keepdims=keepdims)

    return reference


def _scanning(scan: Any, fill: float) -> Any:
    """Masked-out places hold `fill` while the others are scanned; where the result is infinite there, 0 stands for it."""

    def reference(x: np.ndarray, *, mask: Sequence[bool], axis: int) -> Any:
        scanned = scan(np.where(np.array(mask, bool), x, fill), axis=axis)
        return np.where(np.isfinite(scanned), scanned, 0.0)

    return reference


def _mask(choose: Choose, shapes: Shapes) -> Params:
    """A mask over the last axis, with at least one True."""
    side = shapes[0][-1]
    mask = [choose.boolean() for _ in range(side)]
    mask[choose.integer(0, side - 1)] = True
    return {"mask": tuple(mask), "axis": -1}


def _mask_and_keepdims(choose: Choose, shapes: Shapes) -> Params:
    return {**_mask(choose, shapes), "keepdims": choose.boolean()}


def _gap(end: int) -> Any:
    """The gap between the two largest (end = -1) or smallest (0) that are kept."""

    def margin(values: Values, params: Params) -> float:
        gaps = gaps_along(_kept(values[0], params["mask"]), -1)
        return smallest(gaps[..., -1:] if end else gaps[..., :1])

    return margin


def _norm(x: np.ndarray, *, axis: int, keepdims: bool) -> Any:
    return np.sqrt((x**2).sum(axis=axis, keepdims=keepdims))


def _vanishing(values: Values, params: Params) -> float:
    return smallest(np.asarray(_norm(_kept(values[0], params["mask"]), axis=-1, keepdims=False)))


def _fold(name: str, fold: Any, margin: Any = smooth) -> Op:
    return Op(f"masked_{name}", F, _folding(fold), X, SOURCE, without_empty_axes(1), _mask_and_keepdims, reduced, margin)


def _scan(name: str, scan: Any, fill: float) -> Op:
    return Op(f"masked_{name}", F, _scanning(scan, fill), X, SOURCE, without_empty_axes(1), _mask, same_shape)


def _softmin(x: np.ndarray, *, axis: int) -> Any:
    return softmax(-x, axis=axis)


OPS = (
    _fold("sum", np.sum),
    _fold("mean", np.mean),
    _fold("prod", np.prod),
    _fold("amax", np.max, _gap(-1)),
    _fold("amin", np.min, _gap(0)),
    _fold("var", np.var),
    _fold("norm", _norm, _vanishing),
    _fold("logsumexp", logsumexp),
    _scan("cumsum", np.cumsum, 0.0),
    _scan("cumprod", np.cumprod, 1.0),
    _scan("softmax", softmax, -np.inf),
    _scan("log_softmax", log_softmax, -np.inf),
    _scan("softmin", _softmin, np.inf),
)
