"""Reductions and scans of the elements that a mask keeps; what it leaves out has no part in the result, and gradient 0.

sum(x, m) = sum of x_i where m_i;   softmax(x, m)_i = exp(x_i) / sum of exp(x_j) where m_j

Where nothing is kept, sum and norm are 0 and prod is 1, which is what each starts from. The rest have no value there (their page: "undefined", NaN
for mean and var), nor have the softmaxes in what is left out: a 0 stands in such places, and a library's result is filled with it where its own mask
of the output says so. No derivative is asked for there, all others stay as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.axes import any_axes, normal_axes, occupied_axes, one_occupied_axis, reduced, with_elements
from harness.ops.broadcasting import partner
from harness.ops.choose import Choose, Shape
from harness.ops.margins import gaps_along, smallest
from harness.ops.op import Op, Operand, Params, Values, elementwise_shapes, same_shape, smooth
from harness.ops.softmaxes import log_softmax, logsumexp, softmax, softmin

F = "masked"
X = (Operand("x"),)
SOURCE = "https://docs.pytorch.org/docs/stable/masked.html"
PERIOD = 13  # so many elements of a mask are drawn, and then come again: no axis is a multiple of it
Mask = Any  # a boolean, or tuples of tuples of them, whose shape broadcasts to that of x


def _kept(x: np.ndarray, mask: Mask) -> np.ndarray:
    return np.broadcast_to(np.array(mask, bool), x.shape)


def _filled(x: np.ndarray, mask: Mask, fill: float) -> np.ndarray:
    """X with `fill` where the mask leaves out."""
    return np.where(_kept(x, mask), x, fill)


def _folding(fold: Any, fill: float) -> Any:
    """`fold` of x with what it starts from, `fill`, in the places of what is left out; 0 where nothing is kept and that is no number."""

    def reference(x: np.ndarray, *, mask: Mask, axis: Any, keepdims: bool) -> Any:
        folded = fold(_filled(x, mask, fill), axis=axis, keepdims=keepdims)
        return folded if np.isfinite(fill) else np.where(_kept(x, mask).any(axis=axis, keepdims=keepdims), folded, 0.0)

    return reference


def _mean(x: np.ndarray, *, mask: Mask, axis: Any, keepdims: bool) -> Any:
    count = _kept(x, mask).sum(axis=axis, keepdims=keepdims)
    return _filled(x, mask, 0.0).sum(axis=axis, keepdims=keepdims) / np.maximum(count, 1)


def _var(x: np.ndarray, *, mask: Mask, axis: Any, keepdims: bool) -> Any:
    apart = x - _mean(x, mask=mask, axis=axis, keepdims=True)
    return _mean(apart**2, mask=mask, axis=axis, keepdims=keepdims)


def _norm(x: np.ndarray, *, axis: Any, keepdims: bool) -> Any:
    return np.sqrt((x**2).sum(axis=axis, keepdims=keepdims))


def _scanning(scan: Any, fill: float, *, blank: bool) -> Any:
    """Masked-out places hold `fill` while the others are scanned, and 0 afterwards if they are `blank`."""

    def reference(x: np.ndarray, *, mask: Mask, axis: int) -> Any:
        scanned = scan(_filled(x, mask, fill), axis=axis)
        return _filled(scanned, mask, 0.0) if blank else scanned

    return reference


def _mask(choose: Choose, shape: Shape) -> Mask:
    """A mask of the whole shape, or stretched along some axes, or without the first ones; at least one True."""
    sides = tuple(max(side, 1) for side in partner(choose, shape))
    bits = [choose.boolean() for _ in range(min(int(np.prod(sides)), PERIOD))]
    bits[choose.integer(0, len(bits) - 1)] = True
    return _tuples(np.resize(bits, sides).tolist())


def _tuples(mask: Any) -> Mask:
    return tuple(map(_tuples, mask)) if isinstance(mask, list) else mask


def _with_mask(parameters: Any) -> Any:
    """Axes as `parameters` draws them, behind a mask."""
    return lambda choose, shapes: {"mask": _mask(choose, shapes[0]), **parameters(choose, shapes)}


def _gap(end: int) -> Any:
    """The gap between the two largest (end = -1) or smallest (1) that are kept."""

    def margin(values: Values, params: Params) -> float:
        with np.errstate(invalid="ignore"):  # where nothing is kept, infinity lies beside infinity
            gaps = gaps_along(_filled(values[0], params["mask"], end * np.inf), params["axis"])
        return smallest(np.nan_to_num(gaps[..., -1:] if end < 0 else gaps[..., :1], nan=np.inf))

    return margin


def _vanishing(values: Values, params: Params) -> float:
    """The smallest norm of what is kept; where that is nothing, the norm is 0 all around."""
    x, mask, axes = values[0], params["mask"], normal_axes(params["axis"], values[0].ndim)
    norms = _norm(_filled(x, mask, 0.0), axis=axes, keepdims=False)
    return smallest(np.asarray(norms)[_kept(x, mask).any(axis=axes)])


def _op(name: str, reference: Any, margin: Any = smooth, *, nothing: bool = False) -> Op:
    """A fold; with `nothing`, also of axes of length 0."""
    shapes, parameters = (elementwise_shapes, any_axes) if nothing else (with_elements(), occupied_axes)
    return Op(f"masked_{name}", F, reference, X, SOURCE, shapes, _with_mask(parameters), reduced, margin)


def _scan(name: str, scan: Any, fill: float, *, blank: bool = False) -> Op:
    reference = _scanning(scan, fill, blank=blank)
    return Op(f"masked_{name}", F, reference, X, SOURCE, with_elements(1), _with_mask(one_occupied_axis), same_shape)


OPS = (
    _op("sum", _folding(np.sum, 0.0), nothing=True),
    _op("mean", _mean),
    _op("prod", _folding(np.prod, 1.0), nothing=True),
    _op("amax", _folding(np.max, -np.inf), _gap(-1)),
    _op("amin", _folding(np.min, np.inf), _gap(1)),
    _op("var", _var),
    _op("norm", _folding(_norm, 0.0), _vanishing, nothing=True),
    _op("logsumexp", _folding(logsumexp, -np.inf)),
    _scan("cumsum", np.cumsum, 0.0),
    _scan("cumprod", np.cumprod, 1.0),
    _scan("softmax", softmax, -np.inf, blank=True),
    _scan("log_softmax", log_softmax, -np.inf, blank=True),
    _scan("softmin", softmin, np.inf, blank=True),
)
